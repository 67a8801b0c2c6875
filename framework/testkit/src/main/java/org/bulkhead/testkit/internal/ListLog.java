package org.bulkhead.testkit.internal;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/** Keeps what is logged. */
public final class ListLog {

  private final List<String> lines = new CopyOnWriteArrayList<>();

  /** Level and message, oldest first. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  /** Loggers that write here. The standard's interface has fifty methods of one shape. */
  public LoggerFactory loggers() {
    Object logger =
        Proxy.newProxyInstance(
            ListLog.class.getClassLoader(),
            new Class<?>[] {Logger.class},
            (self, method, arguments) -> {
              if (method.getReturnType() == boolean.class) {
                return true;
              }
              if (method.getReturnType() == String.class) {
                return "bench";
              }
              if (arguments != null && arguments[0] instanceof String format) {
                lines.add(
                    method.getName().toUpperCase(Locale.ROOT) + " " + filled(format, arguments));
              }
              return null;
            });
    return (LoggerFactory)
        Proxy.newProxyInstance(
            ListLog.class.getClassLoader(),
            new Class<?>[] {LoggerFactory.class},
            (self, method, arguments) -> logger);
  }

  private static String filled(String format, Object[] arguments) {
    String text = format;
    Object[] values =
        arguments.length == 2 && arguments[1] instanceof Object[] several
            ? several
            : List.of(arguments).subList(1, arguments.length).toArray();
    for (Object value : values) {
      int hole = text.indexOf("{}");
      text =
          hole < 0
              ? text + " " + value
              : text.substring(0, hole) + value + text.substring(hole + 2);
    }
    return text;
  }
}
