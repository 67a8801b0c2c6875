package org.bulkhead.framework.internal.weave;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * A first look at a class: whether it can be woven, and which exception handlers stand before the
 * code that they handle. Such a handler is a loop without a jump, and a poll inside its range would
 * be caught by it for ever.
 */
final class Survey extends ClassVisitor {

  private int version;
  private boolean isInterface;
  private boolean woven;
  private boolean backwards;
  private final List<BitSet> methods = new ArrayList<>();

  Survey() {
    super(Opcodes.ASM9);
  }

  int version() {
    return version;
  }

  boolean isInterface() {
    return isInterface;
  }

  boolean isWoven() {
    return woven;
  }

  /** Whether there is any handler before its code. */
  boolean hasBackwardHandlers() {
    return backwards;
  }

  /** Which of a method's exception table entries have their handler before their code. */
  BitSet backwardHandlers(int method) {
    return methods.get(method);
  }

  @Override
  public void visit(
      int classVersion, int access, String name, String sign, String base, String[] faces) {
    version = classVersion & 0xffff;
    isInterface = (access & Opcodes.ACC_INTERFACE) != 0;
  }

  @Override
  public MethodVisitor visitMethod(
      int access, String name, String descriptor, String signature, String[] exceptions) {
    if (name.equals(ClassWeaver.POLL)) {
      woven = true;
    }
    BitSet found = new BitSet();
    methods.add(found);
    return new Looking(found);
  }

  private record Entry(int index, Label start, Label end, Label handler) {}

  /** Looks at one method. */
  private final class Looking extends MethodVisitor {

    private final BitSet found;
    private final List<Entry> entries = new ArrayList<>();
    private final Set<Label> passed = new HashSet<>();
    private boolean fresh;

    Looking(BitSet found) {
      super(Opcodes.ASM9);
      this.found = found;
    }

    @Override
    public void visitTryCatchBlock(Label start, Label end, Label handler, String type) {
      entries.add(new Entry(entries.size(), start, end, handler));
    }

    @Override
    public void visitLabel(Label label) {
      passed.add(label);
      fresh = true;
    }

    /** An instruction that compilers do not put into a handler which covers itself. */
    private void instruction() {
      if (entries.isEmpty() || !fresh) {
        return;
      }
      for (Entry entry : entries) {
        if (passed.contains(entry.handler) && !passed.contains(entry.end)) {
          found.set(entry.index);
          backwards = true;
        }
      }
      fresh = false;
    }

    @Override
    public void visitInsn(int opcode) {
      // Compilers have the release of a monitor cover itself; nothing there can loop.
      if (opcode != Opcodes.MONITOREXIT) {
        instruction();
      }
    }

    @Override
    public void visitVarInsn(int opcode, int local) {
      if (opcode != Opcodes.ALOAD && opcode != Opcodes.ASTORE) {
        instruction();
      }
    }

    @Override
    public void visitIntInsn(int opcode, int operand) {
      instruction();
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
      instruction();
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
      instruction();
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean face) {
      instruction();
    }

    @Override
    public void visitInvokeDynamicInsn(String name, String descr, Handle boot, Object... args) {
      instruction();
    }

    @Override
    public void visitJumpInsn(int opcode, Label label) {
      instruction();
    }

    @Override
    public void visitLdcInsn(Object value) {
      instruction();
    }

    @Override
    public void visitIincInsn(int local, int increment) {
      instruction();
    }

    @Override
    public void visitTableSwitchInsn(int min, int max, Label otherwise, Label... labels) {
      instruction();
    }

    @Override
    public void visitLookupSwitchInsn(Label otherwise, int[] keys, Label[] labels) {
      instruction();
    }

    @Override
    public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
      instruction();
    }
  }
}
