package org.bulkhead.campaign.internal.mutant;

/** The operators that mutated code names, and what they do. The numbers are the JVM's of int. */
public final class Opcode {

  /** {@code iadd}. */
  public static final int ADD = 0x60;

  /** {@code isub}. */
  public static final int SUB = 0x64;

  /** {@code imul}. */
  public static final int MUL = 0x68;

  /** {@code idiv}. */
  public static final int DIV = 0x6c;

  /** {@code irem}. */
  public static final int REM = 0x70;

  /** {@code ishl}. */
  public static final int SHL = 0x78;

  /** {@code ishr}. */
  public static final int SHR = 0x7a;

  /** {@code iushr}. */
  public static final int USHR = 0x7c;

  /** {@code iand}. */
  public static final int AND = 0x7e;

  /** {@code ior}. */
  public static final int OR = 0x80;

  /** {@code ixor}. */
  public static final int XOR = 0x82;

  /** {@code if_icmpeq}. */
  public static final int EQUAL = 0x9f;

  /** {@code if_icmpne}. */
  public static final int NOT_EQUAL = 0xa0;

  /** {@code if_icmplt}. */
  public static final int LESS = 0xa1;

  /** {@code if_icmpge}. */
  public static final int GREATER_OR_EQUAL = 0xa2;

  /** {@code if_icmpgt}. */
  public static final int GREATER = 0xa3;

  /** {@code if_icmple}. */
  public static final int LESS_OR_EQUAL = 0xa4;

  private Opcode() {}

  static long compute(long a, long b, int operator, boolean wrong, boolean wide) {
    return switch (operator) {
      case ADD -> wrong ? a - b : a + b;
      case SUB -> wrong ? b - a : a - b;
      case MUL -> wrong ? a + b : a * b;
      case DIV -> wrong ? b / a : a / b;
      case REM -> wrong ? b % a : a % b;
      case AND -> wrong ? a | b : a & b;
      case OR -> wrong ? a & b : a | b;
      case XOR -> wrong ? a | b : a ^ b;
      case SHL ->
          wide ? (wrong ? a >> b : a << b) : wrong ? (int) a >> (int) b : (int) a << (int) b;
      case SHR ->
          wide ? (wrong ? a << b : a >> b) : wrong ? (int) a << (int) b : (int) a >> (int) b;
      case USHR ->
          wide ? (wrong ? a << b : a >>> b) : wrong ? (int) a << (int) b : (int) a >>> (int) b;
      default -> throw new IllegalArgumentException("operator " + operator);
    };
  }

  static boolean holds(int a, int b, int operator) {
    return switch (operator) {
      case EQUAL -> a == b;
      case NOT_EQUAL -> a != b;
      case LESS -> a < b;
      case GREATER_OR_EQUAL -> a >= b;
      case GREATER -> a > b;
      case LESS_OR_EQUAL -> a <= b;
      default -> throw new IllegalArgumentException("operator " + operator);
    };
  }
}
