package org.bulkhead.transport.libusb.internal;

import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.function.Consumer;
import org.bulkhead.device.transport.Transport;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/** Makes transports as the container would. */
public final class Transports {

  private Transports() {}

  /** A transport that logs lines such as "WARN text". */
  public static Transport create(long safetyMillis, long pollMillis, Consumer<String> log) {
    return new LibusbTransport(new Settings(safetyMillis, pollMillis), loggers(log));
  }

  private record Settings(long safetyIntervalMillis, long pollIntervalMillis)
      implements LibusbTransport.Config {
    @Override
    public Class<? extends Annotation> annotationType() {
      return LibusbTransport.Config.class;
    }
  }

  private static LoggerFactory loggers(Consumer<String> log) {
    Logger logger =
        proxy(
            Logger.class,
            (method, arguments) -> {
              if (!method.startsWith("is")) {
                log.accept(line(method, arguments));
              }
              return method.startsWith("is") ? true : null;
            });
    return proxy(LoggerFactory.class, (method, arguments) -> logger);
  }

  private static String line(String level, Object... arguments) {
    Object[] values =
        arguments.length == 2 && arguments[1] instanceof Object[] many
            ? many
            : Arrays.copyOfRange(arguments, 1, arguments.length);
    String text = String.valueOf(arguments[0]);
    for (Object value : values) {
      String shown = String.valueOf(value);
      text =
          text.contains("{}")
              ? text.substring(0, text.indexOf("{}"))
                  + shown
                  + text.substring(text.indexOf("{}") + 2)
              : text + " " + shown;
    }
    return level.toUpperCase(java.util.Locale.ROOT) + " " + text;
  }

  private interface Answer {
    Object to(String method, Object... arguments);
  }

  private static <T> T proxy(Class<T> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> answer.to(method.getName(), arguments)));
  }
}
