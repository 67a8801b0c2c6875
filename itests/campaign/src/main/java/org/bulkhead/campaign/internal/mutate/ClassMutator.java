package org.bulkhead.campaign.internal.mutate;

import static org.objectweb.asm.Opcodes.*;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.bulkhead.campaign.internal.mutant.Mutant;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/** Mutates one class. */
final class ClassMutator extends ClassVisitor {

  /** For what mutants keep a moment: further than any driver's methods go. */
  private static final int BEYOND_ALL_LOCALS = 200;

  /** Where each life of a driver begins. */
  private static final String ATTACH =
      "(Lorg/bulkhead/device/driver/DriverContext;)"
          + "Lorg/bulkhead/device/driver/UsbDriver$Attachment;";

  private record Bridge(int point, String descriptor, Handle call) {}

  private final List<Point> points;
  private final int[] nextId;
  private final List<Bridge> bridges = new ArrayList<>();
  private String name;
  private String superName;
  private boolean ofInterface;
  private boolean ofEnum;

  private ClassMutator(ClassVisitor to, List<Point> points, int[] nextId) {
    super(ASM9, to);
    this.points = points;
    this.nextId = nextId;
  }

  /**
   * Mutates a class.
   *
   * @param points those that it has are added
   * @param nextId the next number, in an array of one
   * @return the class with all its mutants
   */
  static byte[] mutate(byte[] original, List<Point> points, int[] nextId) {
    ClassReader reader = new ClassReader(original);
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    reader.accept(new ClassMutator(writer, points, nextId), 0);
    return writer.toByteArray();
  }

  String name() {
    return name;
  }

  String superName() {
    return superName;
  }

  boolean isInterface() {
    return ofInterface;
  }

  int point(Operator operator, String method, int line) {
    String simple = name.substring(name.lastIndexOf('/') + 1);
    points.add(new Point(nextId[0], operator, simple + "." + method + ":" + line));
    return nextId[0]++;
  }

  void boundary(boolean has, String method, int line) {
    if (has) {
      point(Operator.BOUNDARY, method, line);
    } else {
      nextId[0]++;
    }
  }

  /** Has a call made by a method of its own, which makes it or not. */
  void callThrough(int point, Handle call, BiConsumer<String, String> caller) {
    String descriptor = call.getDesc();
    if (call.getTag() != H_INVOKESTATIC) {
      descriptor = "(L" + call.getOwner() + ";" + descriptor.substring(1);
    }
    bridges.add(new Bridge(point, descriptor, call));
    caller.accept("mutant$" + point, descriptor);
  }

  @Override
  public void visit(
      int version, int access, String self, String sign, String above, String[] interfaces) {
    name = self;
    superName = above;
    ofInterface = (access & ACC_INTERFACE) != 0;
    ofEnum = (access & ACC_ENUM) != 0;
    super.visit(version, access, self, sign, above, interfaces);
  }

  @Override
  public MethodVisitor visitMethod(
      int access, String method, String descriptor, String sign, String[] thrown) {
    MethodVisitor to = super.visitMethod(access, method, descriptor, sign, thrown);
    // A static initialiser runs once: what it does wrong stays for the life of the class.
    boolean once = method.equals("<clinit>") || method.equals("$values");
    boolean generated = ofEnum && (method.equals("values") || method.equals("valueOf"));
    if (once) {
      return new Hurrying(to);
    }
    if (generated || (access & (ACC_ABSTRACT | ACC_BRIDGE)) != 0) {
      return to;
    }
    boolean attaches = method.equals("attach") && descriptor.equals(ATTACH);
    return new MethodMutator(to, this, method, BEYOND_ALL_LOCALS, attaches);
  }

  @Override
  public void visitEnd() {
    bridges.forEach(this::write);
    super.visitEnd();
  }

  private void write(Bridge bridge) {
    MethodVisitor to =
        super.visitMethod(
            ACC_PRIVATE | ACC_STATIC | ACC_SYNTHETIC,
            "mutant$" + bridge.point,
            bridge.descriptor,
            null,
            null);
    to.visitCode();
    Label made = new Label();
    to.visitLdcInsn(bridge.point);
    to.visitMethodInsn(INVOKESTATIC, Type.getInternalName(Mutant.class), "on", "(I)Z", false);
    to.visitJumpInsn(IFEQ, made);
    to.visitInsn(RETURN);
    to.visitLabel(made);
    to.visitFrame(F_SAME, 0, null, 0, null);
    int local = 0;
    for (Type argument : Type.getArgumentTypes(bridge.descriptor)) {
      to.visitVarInsn(argument.getOpcode(ILOAD), local);
      local += argument.getSize();
    }
    Handle call = bridge.call;
    int opcode =
        switch (call.getTag()) {
          case H_INVOKESTATIC -> INVOKESTATIC;
          case H_INVOKEINTERFACE -> INVOKEINTERFACE;
          default -> INVOKEVIRTUAL;
        };
    to.visitMethodInsn(opcode, call.getOwner(), call.getName(), call.getDesc(), call.isInterface());
    to.visitInsn(RETURN);
    to.visitMaxs(0, 0);
    to.visitEnd();
  }
}
