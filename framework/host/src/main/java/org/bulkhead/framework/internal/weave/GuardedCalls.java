package org.bulkhead.framework.internal.weave;

import static org.bulkhead.framework.internal.weave.Violation.EXIT;
import static org.bulkhead.framework.internal.weave.Violation.FOREIGN_THREAD;
import static org.bulkhead.framework.internal.weave.Violation.GLOBAL_STATE;
import static org.bulkhead.framework.internal.weave.Violation.NATIVE_LOAD;

/**
 * Which calls of driver code are guarded. What a driver reaches by reflection, or through a library
 * that is not a driver bundle, is not seen here.
 */
final class GuardedCalls {

  private static final String OSGI = "org/osgi/framework/";
  private static final String LOCKS = "java/util/concurrent/locks/";
  private static final String ONE_LOCK = "(L" + LOCKS + "Lock;)V";
  private static final String ONE_CONDITION = "(L" + LOCKS + "Condition;)V";
  private static final String SEMAPHORE = "java/util/concurrent/Semaphore";
  private static final String FUTURE = "java/util/concurrent/CompletableFuture";

  private GuardedCalls() {}

  /** The class of fault that a call is, or null where it is allowed. Names as in class files. */
  static Violation forbidden(String owner, String name) {
    return switch (owner) {
      case "java/lang/System" -> ofSystem(name);
      case "java/lang/Runtime" -> ofRuntime(name);
      case "java/lang/Thread" ->
          switch (name) {
            case "setDefaultUncaughtExceptionHandler" -> GLOBAL_STATE;
            case "startVirtualThread" -> FOREIGN_THREAD;
            default -> null;
          };
      case "java/lang/Thread$Builder",
          "java/lang/Thread$Builder$OfVirtual",
          "java/lang/Thread$Builder$OfPlatform" ->
          name.equals("start") ? FOREIGN_THREAD : null;
      case "java/util/Locale", "java/util/TimeZone" ->
          name.equals("setDefault") ? GLOBAL_STATE : null;
      case OSGI + "Bundle", OSGI + "launch/Framework" ->
          switch (name) {
            case "start", "stop", "update", "uninstall" -> GLOBAL_STATE;
            default -> null;
          };
      case OSGI + "startlevel/FrameworkStartLevel" ->
          name.equals("setStartLevel") ? GLOBAL_STATE : null;
      case OSGI + "wiring/FrameworkWiring" -> name.equals("refreshBundles") ? GLOBAL_STATE : null;
      case "java/net/URL" -> name.equals("setURLStreamHandlerFactory") ? GLOBAL_STATE : null;
      case "java/util/Timer",
          "java/util/concurrent/ThreadPoolExecutor",
          "java/util/concurrent/ScheduledThreadPoolExecutor" ->
          name.equals("<init>") ? FOREIGN_THREAD : null;
      case "java/util/concurrent/ForkJoinPool" ->
          name.equals("<init>") || name.equals("commonPool") ? FOREIGN_THREAD : null;
      case "java/util/concurrent/Executors" -> name.startsWith("new") ? FOREIGN_THREAD : null;
      case FUTURE, "java/util/concurrent/CompletionStage" ->
          name.endsWith("Async") ? FOREIGN_THREAD : null;
      default -> parallel(owner, name) ? FOREIGN_THREAD : null;
    };
  }

  private static Violation ofSystem(String name) {
    return switch (name) {
      case "exit" -> EXIT;
      case "load", "loadLibrary" -> NATIVE_LOAD;
      case "setOut", "setErr", "setIn", "setProperties", "setSecurityManager" -> GLOBAL_STATE;
      default -> null;
    };
  }

  private static Violation ofRuntime(String name) {
    return switch (name) {
      case "exit", "halt" -> EXIT;
      case "load", "loadLibrary" -> NATIVE_LOAD;
      case "addShutdownHook" -> GLOBAL_STATE;
      default -> null;
    };
  }

  private static boolean parallel(String owner, String name) {
    return owner.startsWith("java/util/stream/") && name.equals("parallel")
        || owner.startsWith("java/util/") && name.equals("parallelStream");
  }

  /**
   * The descriptor of the method of {@code Guard}, of the same name, that takes the place of a
   * call; null where there is none.
   */
  static String replacement(String owner, String name, String descriptor) {
    return switch (owner + '.' + name + descriptor) {
      case "java/lang/System.setProperty(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;",
          "java/lang/System.clearProperty(Ljava/lang/String;)Ljava/lang/String;",
          "java/lang/System.getProperties()Ljava/util/Properties;" ->
          descriptor;
      case LOCKS + "Lock.lock()V",
          LOCKS + "ReentrantLock.lock()V",
          LOCKS + "ReentrantReadWriteLock$ReadLock.lock()V",
          LOCKS + "ReentrantReadWriteLock$WriteLock.lock()V" ->
          ONE_LOCK;
      case LOCKS + "Condition.awaitUninterruptibly()V" -> ONE_CONDITION;
      case SEMAPHORE + ".acquireUninterruptibly()V" -> "(L" + SEMAPHORE + ";)V";
      case SEMAPHORE + ".acquireUninterruptibly(I)V" -> "(L" + SEMAPHORE + ";I)V";
      case FUTURE + ".join()Ljava/lang/Object;" -> "(L" + FUTURE + ";)Ljava/lang/Object;";
      default -> null;
    };
  }
}
