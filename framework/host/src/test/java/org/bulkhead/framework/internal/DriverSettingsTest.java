package org.bulkhead.framework.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bulkhead.framework.admin.Probation;
import org.bulkhead.framework.admin.Rung;
import org.bulkhead.framework.internal.compartment.Limits;
import org.bulkhead.framework.internal.compartment.Sustained;
import org.junit.jupiter.api.Test;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

class DriverSettingsTest {

  private final List<String> log = new ArrayList<>();

  private LoggerFactory loggers() {
    return proxy(
        LoggerFactory.class,
        proxy(Logger.class, null, arguments -> log.add(Arrays.deepToString(arguments))),
        arguments -> {});
  }

  private static <T> T proxy(Class<T> type, Object result, Consumer<Object[]> told) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              told.accept(arguments);
              return result;
            }));
  }

  private DriverSettings settings(Map<String, Object> more) {
    Map<String, Object> all = new HashMap<>(more);
    all.put("service.pid", "org.bulkhead.framework.driver~ftdi");
    return new DriverSettings(all, loggers());
  }

  @Test
  void whatIsNotSaid_isTheGatewaysOwn() {
    assertThat(settings(Map.of()).over(Limits.DEFAULT)).isEqualTo(Limits.DEFAULT);
    assertThat(log).isEmpty();
  }

  @Test
  void values_areReadAsText_asFilesHaveThem() {
    DriverSettings own =
        settings(
            Map.of(
                "callDeadlineMillis", "750",
                "ladder", "restart, reset",
                "allocationMebibytes", "8",
                "budgetSeconds", "10",
                "cpuPercent", "0",
                "allocationMebibytesPerSecond", "16",
                "probationSeconds", "5",
                "probationCalls", "100"));
    Limits limits = own.over(Limits.DEFAULT);
    assertThat(own.driver()).isEqualTo("ftdi");
    assertThat(limits.call()).isEqualTo(Duration.ofMillis(750));
    assertThat(limits.ladder()).containsExactly(Rung.RESTART, Rung.RESET);
    assertThat(limits.budget().allocatedBytes()).isEqualTo(8L << 20);
    assertThat(limits.budget().sustained())
        .isEqualTo(new Sustained(Duration.ofSeconds(10), 0, 16L << 20));
    assertThat(own.over(new Probation(Duration.ZERO, 0)))
        .isEqualTo(new Probation(Duration.ofSeconds(5), 100));
  }

  @Test
  void uselessValues_areNamed_andTheGatewaysOwnStandIn() {
    DriverSettings own =
        settings(
            Map.of(
                "callDeadlineMillis", "soon",
                "restartPeriodSeconds", "0",
                "ladder", "restart, pray",
                "colour", "red"));
    assertThat(own.over(Limits.DEFAULT)).isEqualTo(Limits.DEFAULT);
    assertThat(log)
        .anyMatch(
            l ->
                l.contains("etc/org.bulkhead.framework.driver-ftdi.cfg")
                    && l.contains("callDeadlineMillis, soon"))
        .anyMatch(l -> l.contains("restartPeriodSeconds, 0"))
        .anyMatch(l -> l.contains("\"pray\" is none of restart, clear-halts"))
        .anyMatch(l -> l.contains("there is no setting") && l.contains("colour"));
  }
}
