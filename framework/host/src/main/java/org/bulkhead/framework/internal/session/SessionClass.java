package org.bulkhead.framework.internal.session;

import static org.objectweb.asm.Opcodes.*;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.Buffer;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/**
 * Writes the class of the sessions of one service. For each method, in Java:
 *
 * <pre>{@code
 * long until = deadline();
 * int position = buffer.position();
 * int limit = buffer.limit();
 * for (int attempt = 1; ; attempt++) {
 *   Binding entered = enter(until);
 *   Throwable thrown = null;
 *   R result = null;
 *   try {
 *     result = ((T) entered.service).method(buffer);
 *     checkBuffer(TERM, buffer, position, limit, whole);  // each buffer
 *     checkMoved(TERM, result, buffer, position);         // where the contract says so
 *     checkResult(TERM, result);                          // objects that must not be null
 *     stick(TERM, new Object[] {buffer});  // settings only
 *   } catch (Throwable t) {
 *     thrown = t;
 *   }
 *   if (leave(entered, TERM, thrown, attempt, bytes)) {
 *     return result;
 *   }
 *   buffer.limit(limit).position(position);
 * }
 * }</pre>
 *
 * <p>A reflective proxy would allocate its arguments on each call.
 */
final class SessionClass {

  private static final String SESSION = Type.getInternalName(Session.class);
  private static final String BINDING = Type.getInternalName(Binding.class);
  private static final String MAKING = Type.getDescriptor(SessionMaking.class);
  private static final String BUFFER = Type.getInternalName(Buffer.class);

  private final Contract contract;
  private final String name;
  private final Constructor<?> constructor;

  SessionClass(Contract contract) {
    this.contract = contract;
    this.name = "org/bulkhead/session/" + contract.type().getSimpleName() + "Session";
    try {
      this.constructor =
          new Loader(contract.type().getClassLoader())
              .define(name.replace('/', '.'), write())
              .getConstructor(SessionMaking.class);
    } catch (NoSuchMethodException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  Contract contract() {
    return contract;
  }

  Session make(SessionMaking making) {
    try {
      return (Session) constructor.newInstance(making);
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Sees the service's types through its own loader, and the base class through ours. */
  private static final class Loader extends ClassLoader {

    Loader(ClassLoader services) {
      super(services);
    }

    Class<?> define(String className, byte[] bytes) {
      return defineClass(className, bytes, 0, bytes.length);
    }

    @Override
    protected Class<?> findClass(String className) throws ClassNotFoundException {
      return Class.forName(className, false, Session.class.getClassLoader());
    }
  }

  private byte[] write() {
    ClassWriter writer =
        new ClassWriter(ClassWriter.COMPUTE_FRAMES) {
          @Override
          protected String getCommonSuperClass(String one, String other) {
            return "java/lang/Object";
          }
        };
    String[] interfaces = {Type.getInternalName(contract.type())};
    writer.visit(V17, ACC_PUBLIC | ACC_FINAL, name, null, SESSION, interfaces);
    MethodVisitor init = writer.visitMethod(ACC_PUBLIC, "<init>", "(" + MAKING + ")V", null, null);
    init.visitCode();
    init.visitVarInsn(ALOAD, 0);
    init.visitVarInsn(ALOAD, 1);
    init.visitMethodInsn(INVOKESPECIAL, SESSION, "<init>", "(" + MAKING + ")V", false);
    init.visitInsn(RETURN);
    init.visitMaxs(0, 0);
    init.visitEnd();
    for (int i = 0; i < contract.terms().size(); i++) {
      new Writing(writer, i).method();
    }
    writer.visitEnd();
    return writer.toByteArray();
  }

  /** One method being written. */
  private final class Writing {
    private final int term;
    private final Method method;
    private final boolean sticky;
    private final Type[] parameters;
    private final Type result;
    private final MethodVisitor to;
    private final int until;
    private final int attempt;
    private final int entered;
    private final int thrown;
    private final int returned;
    private final int bytes;
    private final int positions;

    Writing(ClassWriter writer, int term) {
      this.term = term;
      Contract.Term read = contract.terms().get(term);
      method = read.method();
      sticky = read.rule() == Contract.Rule.STICKY;
      parameters = Type.getArgumentTypes(method);
      result = Type.getReturnType(method);
      String descriptor = Type.getMethodDescriptor(method);
      to = writer.visitMethod(ACC_PUBLIC, method.getName(), descriptor, null, null);
      int next = Type.getArgumentsAndReturnSizes(descriptor) >> 2;
      until = next;
      attempt = next + 2;
      entered = next + 3;
      thrown = next + 4;
      bytes = next + 5;
      returned = next + 6;
      positions = next + 8;
    }

    void method() {
      to.visitCode();
      prologue();
      Label again = new Label();
      Label from = new Label();
      Label end = new Label();
      Label caught = new Label();
      Label after = new Label();
      Label replay = new Label();
      to.visitTryCatchBlock(from, end, caught, "java/lang/Throwable");
      to.visitLabel(again);
      to.visitIincInsn(attempt, 1);
      enter();
      to.visitLabel(from);
      call();
      check();
      if (sticky) {
        stick();
      }
      to.visitLabel(end);
      to.visitJumpInsn(GOTO, after);
      to.visitLabel(caught);
      to.visitVarInsn(ASTORE, thrown);
      to.visitLabel(after);
      leave();
      to.visitJumpInsn(IFEQ, replay);
      giveBack();
      to.visitLabel(replay);
      restoreBuffers();
      to.visitJumpInsn(GOTO, again);
      to.visitMaxs(0, 0);
      to.visitEnd();
    }

    private void prologue() {
      to.visitVarInsn(ALOAD, 0);
      to.visitMethodInsn(INVOKEVIRTUAL, SESSION, "deadline", "()J", false);
      to.visitVarInsn(LSTORE, until);
      to.visitInsn(ICONST_0);
      to.visitVarInsn(ISTORE, attempt);
      to.visitInsn(ICONST_0);
      to.visitVarInsn(ISTORE, bytes);
      clearResult();
      eachBuffer(
          (local, slot, first) -> {
            to.visitVarInsn(ALOAD, local);
            to.visitMethodInsn(INVOKEVIRTUAL, BUFFER, "position", "()I", false);
            to.visitVarInsn(ISTORE, slot);
            to.visitVarInsn(ALOAD, local);
            to.visitMethodInsn(INVOKEVIRTUAL, BUFFER, "limit", "()I", false);
            to.visitVarInsn(ISTORE, slot + 1);
            if (first) {
              to.visitVarInsn(ALOAD, local);
              to.visitMethodInsn(INVOKEVIRTUAL, BUFFER, "remaining", "()I", false);
              to.visitVarInsn(ISTORE, bytes);
            }
          });
    }

    private void clearResult() {
      switch (result.getSort()) {
        case Type.VOID -> {}
        case Type.LONG -> to.visitInsn(LCONST_0);
        case Type.DOUBLE -> to.visitInsn(DCONST_0);
        case Type.FLOAT -> to.visitInsn(FCONST_0);
        case Type.ARRAY, Type.OBJECT -> to.visitInsn(ACONST_NULL);
        default -> to.visitInsn(ICONST_0);
      }
      if (result.getSort() != Type.VOID) {
        to.visitVarInsn(result.getOpcode(ISTORE), returned);
      }
    }

    private void enter() {
      to.visitVarInsn(ALOAD, 0);
      to.visitVarInsn(LLOAD, until);
      to.visitMethodInsn(INVOKEVIRTUAL, SESSION, "enter", "(J)L" + BINDING + ";", false);
      to.visitVarInsn(ASTORE, entered);
      to.visitInsn(ACONST_NULL);
      to.visitVarInsn(ASTORE, thrown);
    }

    private void call() {
      String owner = Type.getInternalName(contract.type());
      to.visitVarInsn(ALOAD, entered);
      to.visitFieldInsn(GETFIELD, BINDING, "service", "Ljava/lang/Object;");
      to.visitTypeInsn(CHECKCAST, owner);
      int local = 1;
      for (Type parameter : parameters) {
        to.visitVarInsn(parameter.getOpcode(ILOAD), local);
        local += parameter.getSize();
      }
      to.visitMethodInsn(
          INVOKEINTERFACE, owner, method.getName(), Type.getMethodDescriptor(method), true);
      if (result.getSort() != Type.VOID) {
        to.visitVarInsn(result.getOpcode(ISTORE), returned);
      }
    }

    /** What the contract says of a result; inside the try, as a breach is a fault of the driver. */
    private void check() {
      Contract.Term read = contract.terms().get(term);
      eachBuffer(
          (local, slot, first) -> {
            to.visitVarInsn(ALOAD, 0);
            to.visitLdcInsn(term);
            to.visitVarInsn(ALOAD, local);
            to.visitVarInsn(ILOAD, slot);
            to.visitVarInsn(ILOAD, slot + 1);
            to.visitLdcInsn(read.whole().contains(parameterAt(local)) ? 1 : 0);
            to.visitMethodInsn(
                INVOKEVIRTUAL, SESSION, "checkBuffer", "(IL" + BUFFER + ";IIZ)V", false);
            if (first && read.moved()) {
              to.visitVarInsn(ALOAD, 0);
              to.visitLdcInsn(term);
              to.visitVarInsn(result.getOpcode(ILOAD), returned);
              if (result.getSort() == Type.INT) {
                to.visitInsn(I2L);
              }
              to.visitVarInsn(ALOAD, local);
              to.visitVarInsn(ILOAD, slot);
              to.visitMethodInsn(
                  INVOKEVIRTUAL, SESSION, "checkMoved", "(IJL" + BUFFER + ";I)V", false);
            }
          });
      boolean object = result.getSort() == Type.OBJECT || result.getSort() == Type.ARRAY;
      if (object && !read.orNull()) {
        to.visitVarInsn(ALOAD, 0);
        to.visitLdcInsn(term);
        to.visitVarInsn(ALOAD, returned);
        to.visitMethodInsn(INVOKEVIRTUAL, SESSION, "checkResult", "(ILjava/lang/Object;)V", false);
      }
    }

    private int parameterAt(int local) {
      int at = 1;
      int parameter = 0;
      while (at < local) {
        at += parameters[parameter++].getSize();
      }
      return parameter;
    }

    private void leave() {
      to.visitVarInsn(ALOAD, 0);
      to.visitVarInsn(ALOAD, entered);
      to.visitLdcInsn(term);
      to.visitVarInsn(ALOAD, thrown);
      to.visitVarInsn(ILOAD, attempt);
      to.visitVarInsn(ILOAD, bytes);
      to.visitMethodInsn(
          INVOKEVIRTUAL, SESSION, "leave", "(L" + BINDING + ";ILjava/lang/Throwable;II)Z", false);
    }

    private void stick() {
      to.visitVarInsn(ALOAD, 0);
      to.visitLdcInsn(term);
      to.visitLdcInsn(parameters.length);
      to.visitTypeInsn(ANEWARRAY, "java/lang/Object");
      int local = 1;
      for (int i = 0; i < parameters.length; i++) {
        to.visitInsn(DUP);
        to.visitLdcInsn(i);
        to.visitVarInsn(parameters[i].getOpcode(ILOAD), local);
        box(parameters[i]);
        to.visitInsn(AASTORE);
        local += parameters[i].getSize();
      }
      to.visitMethodInsn(INVOKEVIRTUAL, SESSION, "stick", "(I[Ljava/lang/Object;)V", false);
    }

    private void box(Type type) {
      String boxed =
          switch (type.getSort()) {
            case Type.BOOLEAN -> "java/lang/Boolean";
            case Type.BYTE -> "java/lang/Byte";
            case Type.CHAR -> "java/lang/Character";
            case Type.SHORT -> "java/lang/Short";
            case Type.INT -> "java/lang/Integer";
            case Type.LONG -> "java/lang/Long";
            case Type.FLOAT -> "java/lang/Float";
            case Type.DOUBLE -> "java/lang/Double";
            default -> null;
          };
      if (boxed != null) {
        to.visitMethodInsn(
            INVOKESTATIC, boxed, "valueOf", "(" + type.getDescriptor() + ")L" + boxed + ";", false);
      }
    }

    private void giveBack() {
      if (result.getSort() != Type.VOID) {
        to.visitVarInsn(result.getOpcode(ILOAD), returned);
      }
      to.visitInsn(result.getOpcode(IRETURN));
    }

    private void restoreBuffers() {
      eachBuffer(
          (local, slot, first) -> {
            to.visitVarInsn(ALOAD, local);
            to.visitVarInsn(ILOAD, slot + 1);
            to.visitMethodInsn(INVOKEVIRTUAL, BUFFER, "limit", "(I)L" + BUFFER + ";", false);
            to.visitVarInsn(ILOAD, slot);
            to.visitMethodInsn(INVOKEVIRTUAL, BUFFER, "position", "(I)L" + BUFFER + ";", false);
            to.visitInsn(POP);
          });
    }

    private void eachBuffer(BufferVisitor visitor) {
      int local = 1;
      int slot = positions;
      Class<?>[] types = method.getParameterTypes();
      for (int i = 0; i < parameters.length; i++) {
        if (Buffer.class.isAssignableFrom(types[i])) {
          visitor.visit(local, slot, slot == positions);
          slot += 2;
        }
        local += parameters[i].getSize();
      }
    }
  }

  /** Writes something for one argument that is a buffer. */
  @FunctionalInterface
  private interface BufferVisitor {
    void visit(int local, int slot, boolean first);
  }
}
