package org.bulkhead.framework.internal.weave;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.bulkhead.framework.admin.FaultInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that no driver may make. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GuardTest {

  @ParameterizedTest
  @CsvSource({
    "exit, exit, System.exit",
    "halt, exit, Runtime.halt",
    "exit-reference, exit, System.exit",
    "swallowed-exit, exit, System.exit",
    "load, native-load, System.load",
    "load-library, native-load, System.loadLibrary",
    "runtime-load, native-load, Runtime.load",
    "runtime-load-library, native-load, Runtime.loadLibrary",
    "runtime-exit, exit, Runtime.exit",
    "out, global-state, System.setOut",
    "err, global-state, System.setErr",
    "in, global-state, System.setIn",
    "set-properties, global-state, System.setProperties",
    "clear-property, global-state, System.clearProperty",
    "uncaught, global-state, Thread.setDefaultUncaughtExceptionHandler",
    "hook, global-state, Runtime.addShutdownHook",
    "locale, global-state, Locale.setDefault",
    "time-zone, global-state, TimeZone.setDefault",
    "url-factory, global-state, URL.setURLStreamHandlerFactory",
    "property, global-state, System.setProperty",
    "properties-set, global-state, System.getProperties().put",
    "properties-put, global-state, System.getProperties().put",
    "properties-remove, global-state, System.getProperties().remove",
    "properties-clear, global-state, System.getProperties().clear",
    "stop-gateway, global-state, Bundle.stop",
    "start-level, global-state, FrameworkStartLevel.setStartLevel",
    "thread, foreign-thread, start of thread",
    "thread-subclass, foreign-thread, start of thread",
    "timer, foreign-thread, new Timer",
    "executor, foreign-thread, Executors.newSingleThreadExecutor",
    "thread-pool, foreign-thread, new ThreadPoolExecutor",
    "fork-join, foreign-thread, new ForkJoinPool",
    "common-pool, foreign-thread, ForkJoinPool.commonPool",
    "async, foreign-thread, CompletableFuture.runAsync",
    "stage, foreign-thread, CompletionStage.thenRunAsync",
    "parallel-stream, foreign-thread, List.parallelStream",
    "parallel, foreign-thread, IntStream.parallel"
  })
  void forbiddenCall_endsTheIncarnationByAFaultOfItsOwn(String wrong, String kind, String call)
      throws Exception {
    try (RogueBench bench = bench(wrong)) {
      ByteBuffer block = ByteBuffer.allocate(512);
      bench.session().read(0, block);

      assertThat(block.get(0)).isEqualTo((byte) 2);
      assertThat(bench.faults())
          .as("%s", bench.faults())
          .extracting(FaultInfo::kind)
          .containsExactly(kind);
      assertThat(bench.faults().get(0).message()).contains(call);
      assertThat(bench.faults().get(0).trace()).contains("Rogue");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"own-property", "own-properties"})
  void propertyOfTheDriversOwn_isSet(String way) throws Exception {
    try (RogueBench bench = bench(way)) {
      ByteBuffer block = ByteBuffer.allocate(512);
      bench.session().read(0, block);

      assertThat(block.get(0)).isEqualTo((byte) 1);
      assertThat(System.clearProperty("rogue.own")).isEqualTo("fine");
      assertThat(bench.faults()).isEmpty();
    }
  }

  @Test
  void waysAroundTheGuardOfProperties_changeACopy() throws Exception {
    System.setProperty("bulkhead.test", "ours");
    try (RogueBench bench = bench("properties-around")) {
      bench.session().read(0, ByteBuffer.allocate(512));

      assertThat(System.clearProperty("bulkhead.test")).isEqualTo("ours");
      assertThat(bench.faults()).isEmpty();
    }
  }

  private static RogueBench bench(String wrong) throws Exception {
    return new RogueBench(Rogue.class, new WovenLoader(Rogue.class), wrong);
  }
}
