package org.bulkhead.framework.internal.weave;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.wiring.BundleWiring;

/**
 * Has a class woven once, though each of the threads that load it at the same time is asked by
 * Felix for the woven bytes: ten devices of one driver would do the same work ten times, just when
 * a gateway starts. Thread-safe.
 */
final class ClassesUnderWay {

  /** Weaves. */
  @FunctionalInterface
  interface Weaver {
    byte[] weave(byte[] original) throws UnweavableException;
  }

  /** What was woven of a class; guarded by itself. */
  private static final class Woven {
    private byte[] original;
    private byte[] woven;
  }

  private final Weaver weaver;
  private final Map<BundleWiring, Map<String, Woven>> classes =
      Collections.synchronizedMap(new WeakHashMap<>());

  ClassesUnderWay(Weaver weaver) {
    this.weaver = weaver;
  }

  /** Weaves a class, or waits for the thread that does and returns the same bytes. */
  byte[] weave(BundleWiring wiring, String name, byte[] original) throws UnweavableException {
    Woven one =
        classes
            .computeIfAbsent(wiring, any -> new ConcurrentHashMap<>())
            .computeIfAbsent(name, any -> new Woven());
    synchronized (one) {
      if (!Arrays.equals(original, one.original)) {
        one.woven = weaver.weave(original);
        one.original = original;
      }
      return one.woven;
    }
  }

  /** The class is loaded: nobody asks for it again, but for who is waiting already. */
  void loaded(BundleWiring wiring, String name) {
    Map<String, Woven> ofBundle = classes.get(wiring);
    if (ofBundle != null) {
      ofBundle.remove(name);
    }
  }
}
