package org.bulkhead.campaign.internal.mutate;

import static org.objectweb.asm.Opcodes.ASM9;

import org.bulkhead.campaign.internal.mutant.Mutant;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/** Shortens the time-outs that a driver names, see {@link Mutant#seconds}. */
final class Hurrying extends MethodVisitor {

  Hurrying(MethodVisitor to) {
    super(ASM9, to);
  }

  @Override
  public void visitMethodInsn(
      int opcode, String holder, String name, String descriptor, boolean ofInterface) {
    boolean seconds = holder.equals("java/time/Duration") && name.equals("ofSeconds");
    super.visitMethodInsn(
        opcode,
        seconds ? Type.getInternalName(Mutant.class) : holder,
        seconds ? "seconds" : name,
        descriptor,
        ofInterface);
  }
}
