package org.bulkhead.framework.internal.weave;

import java.util.BitSet;
import org.bulkhead.framework.guard.Guard;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Weaves one class: a poll before each backward jump, at each method's entry and before each
 * handler that stands before its own code, and guards at certain calls.
 *
 * <p>Why no code can swallow the error that a poll throws for ever: the polls of method entries and
 * of handlers are in no range of an exception table, so they always leave the method. Those of
 * jumps may be caught, but then execution only goes forward. So each frame on the stack comes to
 * its end, and no new one gets past its entry.
 */
public final class ClassWeaver {

  static final String POLL = "$bulkhead$poll";
  static final String NOTHING = "()V";
  private static final String GUARD = Type.getInternalName(Guard.class);
  private static final Handle LINK =
      new Handle(
          Opcodes.H_INVOKESTATIC,
          GUARD,
          "poll",
          "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;)"
              + "Ljava/lang/invoke/CallSite;",
          false);

  private ClassWeaver() {}

  /**
   * Weaves a class.
   *
   * @param original the class file
   * @return the woven class file; the original where it is woven already or has no code
   * @throws UnweavableException where it is older than Java 7, or anything else is in the way
   */
  public static byte[] weave(byte[] original) throws UnweavableException {
    try {
      ClassReader reader = new ClassReader(original);
      Survey survey = new Survey();
      reader.accept(survey, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
      boolean constantsOnly = survey.isInterface() && survey.version() < Opcodes.V1_8;
      if (survey.isWoven() || constantsOnly) {
        return original;
      }
      if (survey.version() < Opcodes.V1_7) {
        throw new UnweavableException(
            "class file version " + survey.version() + " is older than Java 7: compile it anew");
      }
      ClassWriter writer = new ClassWriter(reader, 0);
      reader.accept(
          new Weaving(writer, survey),
          survey.hasBackwardHandlers() ? ClassReader.EXPAND_FRAMES : 0);
      return writer.toByteArray();
    } catch (RuntimeException malformed) {
      // ASM names too large methods and malformed or too new class files by such exceptions.
      throw new UnweavableException(malformed.toString(), malformed);
    }
  }

  private static final class Weaving extends ClassVisitor {

    private final Survey survey;
    private String name;
    private int methods;
    private boolean polled;

    Weaving(ClassVisitor to, Survey survey) {
      super(Opcodes.ASM9, to);
      this.survey = survey;
    }

    @Override
    public void visit(
        int version, int access, String className, String sign, String base, String[] faces) {
      name = className;
      super.visit(version, access, className, sign, base, faces);
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String method, String descriptor, String signature, String[] exceptions) {
      MethodVisitor to = super.visitMethod(access, method, descriptor, signature, exceptions);
      BitSet backward = survey.backwardHandlers(methods++);
      if ((access & (Opcodes.ACC_ABSTRACT | Opcodes.ACC_NATIVE)) != 0) {
        return to;
      }
      polled = true;
      // An initialiser that ends by an error spoils its class: it polls in its loops only.
      boolean entry = !method.equals("<clinit>");
      return new WovenMethod(to, name, survey.isInterface(), entry, backward);
    }

    @Override
    public void visitEnd() {
      if (polled) {
        MethodVisitor poll =
            super.visitMethod(
                Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_SYNTHETIC,
                POLL,
                NOTHING,
                null,
                null);
        poll.visitCode();
        poll.visitInvokeDynamicInsn("poll", NOTHING, LINK);
        poll.visitInsn(Opcodes.RETURN);
        poll.visitMaxs(0, 0);
        poll.visitEnd();
      }
      super.visitEnd();
    }
  }
}
