package org.bulkhead.campaign.internal.mutate;

import static org.objectweb.asm.Opcodes.*;

import org.bulkhead.campaign.internal.mutant.Mutant;
import org.bulkhead.campaign.internal.mutant.Opcode;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/**
 * Puts a question to {@link Mutant} at each place of a method where it can be made to err. Only
 * calls are added, which leave the stack as the instruction that they stand for would: every frame
 * of the method stays true.
 *
 * <p>Past 300 lines: a table of instructions, each a few lines.
 */
final class MethodMutator extends MethodVisitor {

  private static final String MUTANT = Type.getInternalName(Mutant.class);
  private static final String OBJECT = "Ljava/lang/Object;";

  private final ClassMutator owner;
  private final String method;
  private final boolean constructor;
  private final int freeLocal;
  private final boolean attaches;
  private boolean initialized;
  private int line;

  MethodMutator(MethodVisitor to, ClassMutator owner, String method, int locals, boolean attaches) {
    super(ASM9, new Hurrying(to));
    this.owner = owner;
    this.method = method;
    this.constructor = method.equals("<init>");
    this.initialized = !constructor;
    this.freeLocal = locals;
    this.attaches = attaches;
  }

  @Override
  public void visitCode() {
    super.visitCode();
    if (attaches) {
      super.visitMethodInsn(INVOKESTATIC, MUTANT, "begins", "()V", false);
    }
  }

  private int point(Operator operator) {
    return owner.point(operator, method, line);
  }

  private void ask(String question, String descriptor, int point) {
    super.visitLdcInsn(point);
    super.visitMethodInsn(INVOKESTATIC, MUTANT, question, descriptor, false);
  }

  @Override
  public void visitLineNumber(int number, Label start) {
    line = number;
    super.visitLineNumber(number, start);
  }

  @Override
  public void visitInsn(int opcode) {
    switch (opcode) {
      case IADD, ISUB, IMUL, IDIV, IREM, ISHL, ISHR, IUSHR, IAND, IOR, IXOR ->
          compute("ints", "(IIII)I", opcode);
      case LADD, LSUB, LMUL, LDIV, LREM, LAND, LOR, LXOR -> compute("longs", "(JJII)J", opcode - 1);
      case LSHL, LSHR, LUSHR -> compute("shift", "(JIII)J", opcode - 1);
      case ICONST_M1, ICONST_0, ICONST_1, ICONST_2, ICONST_3, ICONST_4, ICONST_5 -> {
        super.visitInsn(opcode);
        constant("I");
      }
      case LCONST_0, LCONST_1 -> {
        super.visitInsn(opcode);
        constant("J");
      }
      default -> super.visitInsn(opcode);
    }
  }

  private void compute(String question, String descriptor, int operator) {
    super.visitLdcInsn(operator);
    ask(question, descriptor, point(Operator.OPERATOR));
  }

  private void constant(String type) {
    int first = point(Operator.OFF_BY_ONE);
    point(Operator.CONSTANT);
    ask("constant", "(" + type + "I)" + type, first);
  }

  @Override
  public void visitIntInsn(int opcode, int operand) {
    super.visitIntInsn(opcode, operand);
    if (opcode != NEWARRAY) {
      constant("I");
    }
  }

  @Override
  public void visitLdcInsn(Object value) {
    super.visitLdcInsn(value);
    if (value instanceof Integer) {
      constant("I");
    } else if (value instanceof Long) {
      constant("J");
    }
  }

  @Override
  public void visitIincInsn(int local, int step) {
    int lost = point(Operator.LOST_STORE);
    point(Operator.OFF_BY_ONE);
    super.visitVarInsn(ILOAD, local);
    super.visitLdcInsn(step);
    ask("step", "(II)I", lost);
    super.visitInsn(IADD);
    super.visitVarInsn(ISTORE, local);
  }

  @Override
  public void visitJumpInsn(int opcode, Label label) {
    switch (opcode) {
      case IF_ICMPEQ, IF_ICMPNE, IF_ICMPLT, IF_ICMPGE, IF_ICMPGT, IF_ICMPLE ->
          compare("compare", "(IIII)Z", opcode, label);
      case IFEQ, IFNE, IFLT, IFGE, IFGT, IFLE ->
          compare("sign", "(III)Z", opcode - IFEQ + Opcode.EQUAL, label);
      case IF_ACMPEQ, IF_ACMPNE -> {
        ask("same", "(" + OBJECT + OBJECT + "I)Z", point(Operator.BRANCH));
        super.visitJumpInsn(opcode == IF_ACMPEQ ? IFNE : IFEQ, label);
      }
      case IFNULL, IFNONNULL -> {
        ask("isNull", "(" + OBJECT + "I)Z", point(Operator.BRANCH));
        super.visitJumpInsn(opcode == IFNULL ? IFNE : IFEQ, label);
      }
      default -> super.visitJumpInsn(opcode, label);
    }
  }

  private void compare(String question, String descriptor, int operator, Label label) {
    int inverted = point(Operator.BRANCH);
    // The second one is numbered in any case, and does nothing to an equality: so it is not listed.
    owner.boundary(operator != Opcode.EQUAL && operator != Opcode.NOT_EQUAL, method, line);
    super.visitLdcInsn(operator);
    ask(question, descriptor, inverted);
    super.visitJumpInsn(IFNE, label);
  }

  @Override
  public void visitTableSwitchInsn(int min, int max, Label otherwise, Label... labels) {
    ask("selector", "(II)I", point(Operator.BRANCH));
    super.visitTableSwitchInsn(min, max, otherwise, labels);
  }

  @Override
  public void visitLookupSwitchInsn(Label otherwise, int[] keys, Label[] labels) {
    ask("selector", "(II)I", point(Operator.BRANCH));
    super.visitLookupSwitchInsn(otherwise, keys, labels);
  }

  @Override
  public void visitFieldInsn(int opcode, String holder, String name, String descriptor) {
    boolean ours = holder.equals(owner.name()) && initialized;
    // What an inner class is given is stored before its constructor calls the one above.
    if (ours && opcode == PUTFIELD && !name.startsWith("this$") && !name.startsWith("val$")) {
      lose(GETFIELD, holder, name, descriptor);
    }
    super.visitFieldInsn(opcode, holder, name, descriptor);
  }

  /** With the object and the value on the stack, replaces the value by the old one. */
  private void lose(int read, String holder, String name, String descriptor) {
    Type type = Type.getType(descriptor);
    String carried = carried(type);
    if (carried == null) {
      return;
    }
    int point = point(Operator.LOST_STORE);
    super.visitVarInsn(type.getOpcode(ISTORE), freeLocal);
    super.visitInsn(DUP);
    super.visitFieldInsn(read, holder, name, descriptor);
    super.visitVarInsn(type.getOpcode(ISTORE), freeLocal + 2);
    super.visitVarInsn(type.getOpcode(ILOAD), freeLocal);
    super.visitVarInsn(type.getOpcode(ILOAD), freeLocal + 2);
    ask("stored", "(" + carried + carried + "I)" + carried, point);
    if (carried.equals(OBJECT)) {
      super.visitTypeInsn(CHECKCAST, type.getInternalName());
    }
  }

  private static String carried(Type type) {
    return switch (type.getSort()) {
      case Type.BOOLEAN, Type.BYTE, Type.CHAR, Type.SHORT, Type.INT -> "I";
      case Type.LONG -> "J";
      case Type.OBJECT, Type.ARRAY -> OBJECT;
      default -> null;
    };
  }

  @Override
  public void visitMethodInsn(
      int opcode, String holder, String name, String descriptor, boolean ofInterface) {
    if (name.equals("<init>")) {
      super.visitMethodInsn(opcode, holder, name, descriptor, ofInterface);
      initialized |= holder.equals(owner.superName()) || holder.equals(owner.name());
      return;
    }
    Type result = Type.getReturnType(descriptor);
    if (result.getSort() == Type.VOID && opcode != INVOKESPECIAL && !holder.startsWith("[")) {
      int point = point(Operator.REMOVED_CALL);
      Handle call = new Handle(handleTag(opcode), holder, name, descriptor, ofInterface);
      owner.callThrough(point, call, this::callBridge);
      return;
    }
    super.visitMethodInsn(opcode, holder, name, descriptor, ofInterface);
    if (isKnown(result)) {
      ask("result", "(" + OBJECT + "I)" + OBJECT, point(Operator.NULL));
      super.visitTypeInsn(CHECKCAST, result.getInternalName());
    }
  }

  private static int handleTag(int opcode) {
    return switch (opcode) {
      case INVOKESTATIC -> H_INVOKESTATIC;
      case INVOKEINTERFACE -> H_INVOKEINTERFACE;
      default -> H_INVOKEVIRTUAL;
    };
  }

  private void callBridge(String bridge, String descriptor) {
    super.visitMethodInsn(INVOKESTATIC, owner.name(), bridge, descriptor, owner.isInterface());
  }

  /** Types that the bundle can load for certain: a cast to another one might fail by itself. */
  private static boolean isKnown(Type type) {
    if (type.getSort() != Type.OBJECT && type.getSort() != Type.ARRAY) {
      return false;
    }
    Type element = type.getSort() == Type.ARRAY ? type.getElementType() : type;
    return element.getSort() != Type.OBJECT
        || element.getInternalName().startsWith("java/")
        || element.getInternalName().startsWith("org/bulkhead/");
  }
}
