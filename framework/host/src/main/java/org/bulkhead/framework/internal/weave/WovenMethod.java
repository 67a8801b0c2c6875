package org.bulkhead.framework.internal.weave;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bulkhead.framework.guard.Guard;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Weaves one method, see {@link ClassWeaver}. */
final class WovenMethod extends MethodVisitor {

  private static final String GUARD = Type.getInternalName(Guard.class);

  /** What the guards' own arguments add to the operand stack. */
  private static final int STACK = 2;

  private final String owner;
  private final boolean inInterface;
  private final boolean entry;
  private final BitSet backward;
  private final Set<Label> passed = new HashSet<>();
  private final Map<Label, Label> stubs = new LinkedHashMap<>();
  private final Map<Label, Frame> frames = new HashMap<>();
  private int entries;
  private Label handler;

  /** The verifier's view of a handler's entry. */
  private record Frame(Object[] locals, Object[] stack) {}

  /**
   * Weaves one method.
   *
   * @param entry whether to poll at its entry
   * @param backward which entries of its exception table have their handler before their code
   */
  WovenMethod(MethodVisitor to, String owner, boolean inInterface, boolean entry, BitSet backward) {
    super(Opcodes.ASM9, to);
    this.owner = owner;
    this.inInterface = inInterface;
    this.entry = entry;
    this.backward = backward;
  }

  private void poll() {
    super.visitMethodInsn(
        Opcodes.INVOKESTATIC, owner, ClassWeaver.POLL, ClassWeaver.NOTHING, inInterface);
  }

  // ---- polls -------------------------------------------------------------------------------

  @Override
  public void visitCode() {
    super.visitCode();
    if (entry) {
      poll();
    }
  }

  @Override
  public void visitJumpInsn(int opcode, Label target) {
    pollBefore(target);
    super.visitJumpInsn(opcode, target);
  }

  @Override
  public void visitTableSwitchInsn(int min, int max, Label otherwise, Label... labels) {
    pollBefore(otherwise, labels);
    super.visitTableSwitchInsn(min, max, otherwise, labels);
  }

  @Override
  public void visitLookupSwitchInsn(Label otherwise, int[] keys, Label[] labels) {
    pollBefore(otherwise, labels);
    super.visitLookupSwitchInsn(otherwise, keys, labels);
  }

  private void pollBefore(Label target, Label... more) {
    boolean back = passed.contains(target);
    for (Label label : more) {
      back |= passed.contains(label);
    }
    if (back) {
      poll();
    }
  }

  // ---- handlers before their own code are entered by way of a stub at the method's end ------

  @Override
  public void visitTryCatchBlock(Label start, Label end, Label caughtAt, String type) {
    Label to = caughtAt;
    if (backward.get(entries++)) {
      to = stubs.computeIfAbsent(caughtAt, h -> new Label());
    }
    super.visitTryCatchBlock(start, end, to, type);
  }

  @Override
  public void visitLabel(Label label) {
    super.visitLabel(label);
    passed.add(label);
    if (stubs.containsKey(label)) {
      handler = label;
    }
  }

  @Override
  public void visitFrame(int type, int locals, Object[] local, int stack, Object[] onStack) {
    super.visitFrame(type, locals, local, stack, onStack);
    if (handler != null) {
      frames.put(handler, new Frame(Arrays.copyOf(local, locals), Arrays.copyOf(onStack, stack)));
      handler = null;
    }
  }

  @Override
  public void visitMaxs(int stack, int locals) {
    for (Map.Entry<Label, Label> stub : stubs.entrySet()) {
      Frame at = frames.get(stub.getKey());
      if (at == null) {
        throw new IllegalStateException("a handler without a stack map frame");
      }
      super.visitLabel(stub.getValue());
      super.visitFrame(Opcodes.F_NEW, at.locals.length, at.locals, at.stack.length, at.stack);
      poll();
      super.visitJumpInsn(Opcodes.GOTO, stub.getKey());
    }
    super.visitMaxs(stack + STACK, locals);
  }

  // ---- guards ------------------------------------------------------------------------------

  @Override
  public void visitMethodInsn(int opcode, String of, String name, String descriptor, boolean face) {
    Violation violation = GuardedCalls.forbidden(of, name);
    String replacement = GuardedCalls.replacement(of, name, descriptor);
    if (violation != null) {
      refuse(violation, of, name);
    } else if (isStart(opcode, name, descriptor)) {
      super.visitInsn(Opcodes.DUP);
      guard("starting", "(Ljava/lang/Object;)V");
    } else if (replacement != null) {
      guard(name, replacement);
      return;
    }
    super.visitMethodInsn(opcode, of, name, descriptor, face);
  }

  /** Any class may extend Thread: what it is can only be told as it runs. */
  private static boolean isStart(int opcode, String name, String descriptor) {
    return opcode != Opcodes.INVOKESTATIC
        && name.equals("start")
        && descriptor.equals(ClassWeaver.NOTHING);
  }

  private void refuse(Violation violation, String of, String name) {
    String simple = Type.getObjectType(of).getClassName();
    simple = simple.substring(simple.lastIndexOf('.') + 1);
    super.visitLdcInsn(violation.name());
    super.visitLdcInsn(name.equals("<init>") ? "new " + simple : simple + '.' + name);
    guard("refuse", "(Ljava/lang/String;Ljava/lang/String;)V");
  }

  private void guard(String name, String descriptor) {
    super.visitMethodInsn(Opcodes.INVOKESTATIC, GUARD, name, descriptor, false);
  }

  /** To make a reference to a forbidden method is as good as to call it. */
  @Override
  public void visitInvokeDynamicInsn(
      String name, String descriptor, Handle bootstrap, Object... arguments) {
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i] instanceof Handle handle) {
        arguments[i] = guarded(handle);
      }
    }
    super.visitInvokeDynamicInsn(name, descriptor, bootstrap, arguments);
  }

  private Handle guarded(Handle handle) {
    String of = handle.getOwner();
    Violation violation = GuardedCalls.forbidden(of, handle.getName());
    if (violation == null && of.equals("java/lang/Thread") && handle.getName().equals("start")) {
      violation = Violation.FOREIGN_THREAD;
    }
    if (violation != null) {
      refuse(violation, of, handle.getName());
      return handle;
    }
    String replacement = GuardedCalls.replacement(of, handle.getName(), handle.getDesc());
    return replacement == null
        ? handle
        : new Handle(Opcodes.H_INVOKESTATIC, GUARD, handle.getName(), replacement, false);
  }
}
