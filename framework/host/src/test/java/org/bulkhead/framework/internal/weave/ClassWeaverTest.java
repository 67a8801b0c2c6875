package org.bulkhead.framework.internal.weave;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.objectweb.asm.Opcodes.*;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/** Class files, those that no compiler writes included. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ClassWeaverTest {

  private static final Error END = new AssertionError("the end");

  @Test
  void wovenClass_isNotWovenAgain() throws Exception {
    byte[] once = ClassWeaver.weave(classFile(Rogue.class));

    assertThat(ClassWeaver.weave(once)).isSameAs(once);
  }

  @Test
  void wovenClass_growsLittle() throws Exception {
    byte[] original = classFile(Rogue.class);

    assertThat(ClassWeaver.weave(original).length).isLessThan(original.length * 5 / 4);
  }

  @Test
  void classOlderThanJava7_isRefusedWithAReason() {
    byte[] old = hostile(V1_6, ClassWeaverTest::forwardOnly);

    assertThatThrownBy(() -> ClassWeaver.weave(old))
        .isInstanceOf(UnweavableException.class)
        .hasMessageContaining("older than Java 7");
  }

  @Test
  void notAClassFile_isRefused() {
    assertThatThrownBy(() -> ClassWeaver.weave(new byte[10]))
        .isInstanceOf(UnweavableException.class);
  }

  @Test
  void handlerBeforeItsRange_cannotSwallowTheEnd() throws Exception {
    endsWhenCondemned(hostile(V17, ClassWeaverTest::handlerBeforeItsRange));
  }

  @Test
  void handlerInItsOwnRange_cannotSwallowTheEnd() throws Exception {
    endsWhenCondemned(hostile(V17, ClassWeaverTest::handlerInItsOwnRange));
  }

  @Test
  void switchBackwards_isPolled() throws Exception {
    endsWhenCondemned(hostile(V17, ClassWeaverTest::switchBackwards));
  }

  @Test
  void interfaceMethods_arePolled() throws Exception {
    // The prefix of both names.
    WovenLoader loader = new WovenLoader(Looping.class);
    Class<?> made = loader.loadClass(LoopingThing.class.getName());
    Runnable run = (Runnable) made.getConstructor().newInstance();
    assertThat(endOf(loader, run)).isSameAs(END);
  }

  /** With a loop in an interface. */
  public interface Looping extends Runnable {

    @Override
    default void run() {
      long turns = 0;
      while (turns >= 0) {
        turns = (turns + 1) & 0xff;
      }
    }
  }

  /** Its implementation. */
  public static final class LoopingThing implements Looping {

    /** Made by reflection. */
    public LoopingThing() {}
  }

  @Test
  void otherThreads_runOnWhileOneIsEnded() throws Exception {
    WovenLoader loader = new WovenLoader(Counting.class);
    StopSwitch stop = StopSwitch.of(loader);
    Runnable counting =
        (Runnable) loader.loadClass(Counting.class.getName()).getConstructor().newInstance();
    stop.condemn(new Thread(), END);
    assertThat(stop.armed()).isTrue();

    counting.run();

    Thread me = Thread.currentThread();
    stop.condemn(me, END);
    assertThatThrownBy(counting::run).isSameAs(END);
    stop.release(me);
    counting.run();
  }

  /** A loop that ends. */
  public static final class Counting implements Runnable {

    private long sum;

    /** Made by reflection. */
    public Counting() {}

    @Override
    public void run() {
      for (int i = 0; i < 100_000; i++) {
        sum += i;
      }
    }
  }

  @Test
  void updatedDrivers_leaveNoClassLoaders() throws Exception {
    List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      use(loaders);
    }
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (loaders.stream().anyMatch(l -> l.get() != null) && System.nanoTime() < until) {
      System.gc();
      LockSupport.parkNanos(10_000_000);
    }
    assertThat(loaders).allMatch(loader -> loader.get() == null);
  }

  /** Two class loaders whose code ran into the polls and the guards. */
  private static void use(List<WeakReference<ClassLoader>> loaders) throws Exception {
    WovenLoader looping = new WovenLoader(Looping.class);
    Class<?> made = looping.loadClass(LoopingThing.class.getName());
    endOf(looping, (Runnable) made.getConstructor().newInstance());
    loaders.add(new WeakReference<>(looping));
    WovenLoader exiting = new WovenLoader(Rogue.class);
    try (RogueBench bench = new RogueBench(Rogue.class, exiting, "exit")) {
      bench.session().read(0, ByteBuffer.allocate(512));
    }
    loaders.add(new WeakReference<>(exiting));
  }

  // ---- class files that no compiler writes -----------------------------------------------------

  private interface Body {
    void write(MethodVisitor to);
  }

  private static byte[] hostile(int version, Body body) {
    ClassWriter writer =
        new ClassWriter(version < V1_7 ? ClassWriter.COMPUTE_MAXS : ClassWriter.COMPUTE_FRAMES);
    writer.visit(
        version,
        ACC_PUBLIC,
        "Hostile",
        null,
        "java/lang/Object",
        new String[] {"java/lang/Runnable"});
    MethodVisitor init = writer.visitMethod(ACC_PUBLIC, "<init>", "()V", null, null);
    init.visitCode();
    init.visitVarInsn(ALOAD, 0);
    init.visitMethodInsn(INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
    init.visitInsn(RETURN);
    init.visitMaxs(0, 0);
    init.visitEnd();
    MethodVisitor run = writer.visitMethod(ACC_PUBLIC, "run", "()V", null, null);
    run.visitCode();
    body.write(run);
    run.visitMaxs(0, 0);
    run.visitEnd();
    writer.visitEnd();
    return writer.toByteArray();
  }

  private static void forwardOnly(MethodVisitor to) {
    to.visitInsn(RETURN);
  }

  /** {@code handler: pop; range: goto range} where the handler falls into its own range. */
  private static void handlerBeforeItsRange(MethodVisitor to) {
    Label handler = new Label();
    Label range = new Label();
    Label end = new Label();
    to.visitTryCatchBlock(range, end, handler, "java/lang/Throwable");
    to.visitJumpInsn(GOTO, range);
    to.visitLabel(handler);
    to.visitInsn(POP);
    to.visitLabel(range);
    to.visitTypeInsn(NEW, "java/lang/Error");
    to.visitInsn(DUP);
    to.visitMethodInsn(INVOKESPECIAL, "java/lang/Error", "<init>", "()V", false);
    to.visitInsn(ATHROW);
    to.visitLabel(end);
    to.visitInsn(RETURN);
  }

  /** A handler that covers itself, with a loop in it. */
  private static void handlerInItsOwnRange(MethodVisitor to) {
    Label range = new Label();
    Label handler = new Label();
    Label loop = new Label();
    Label end = new Label();
    to.visitTryCatchBlock(range, end, handler, null);
    to.visitLabel(range);
    to.visitInsn(ACONST_NULL);
    to.visitLabel(handler);
    to.visitInsn(POP);
    to.visitLabel(loop);
    to.visitJumpInsn(GOTO, loop);
    to.visitLabel(end);
    to.visitInsn(RETURN);
  }

  private static void switchBackwards(MethodVisitor to) {
    Label loop = new Label();
    Label out = new Label();
    to.visitLabel(loop);
    to.visitInsn(ICONST_1);
    to.visitTableSwitchInsn(1, 1, out, loop);
    to.visitLabel(out);
    to.visitInsn(RETURN);
  }

  private static void endsWhenCondemned(byte[] classFile) throws Exception {
    WovenLoader loader = new WovenLoader(ClassWeaverTest.class);
    Runnable run = (Runnable) loader.define(classFile).getConstructor().newInstance();
    assertThat(endOf(loader, run)).isSameAs(END);
  }

  /** What ends something endless. */
  private static Throwable endOf(ClassLoader loader, Runnable endless) throws Exception {
    Throwable[] end = new Throwable[1];
    Thread thread =
        new Thread(
            () -> {
              try {
                endless.run();
              } catch (Throwable thrown) {
                end[0] = thrown;
              }
            },
            "endless");
    thread.setDaemon(true);
    thread.start();
    LockSupport.parkNanos(100_000_000);
    assertThat(thread.isAlive()).isTrue();
    StopSwitch.of(loader).condemn(thread, END);
    thread.join(20_000);
    assertThat(thread.isAlive()).isFalse();
    StopSwitch.of(loader).release(thread);
    return end[0];
  }

  private static byte[] classFile(Class<?> type) throws IOException {
    return type.getResourceAsStream(type.getSimpleName() + ".class").readAllBytes();
  }
}
