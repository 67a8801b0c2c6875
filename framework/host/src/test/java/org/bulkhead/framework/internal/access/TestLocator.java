package org.bulkhead.framework.internal.access;

import java.io.IOException;
import java.io.InputStream;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.device.DriverLocator;

/** Names the same drivers for each device, and has some. */
final class TestLocator implements DriverLocator {

  final List<String> asked = new CopyOnWriteArrayList<>();
  private final Map<String, Callable<InputStream>> jars = new HashMap<>();
  private String[] named = {};

  /** Names these. */
  TestLocator naming(String... ids) {
    named = ids;
    return this;
  }

  /** Has a driver, named or not. */
  TestLocator having(String id, Jar jar) {
    return giving(id, jar::stream);
  }

  /** Answers for a driver. */
  TestLocator giving(String id, Callable<InputStream> stream) {
    jars.put(id, stream);
    return this;
  }

  @Override
  public String[] findDrivers(@SuppressWarnings("rawtypes") Dictionary properties) {
    return named;
  }

  @Override
  public InputStream loadDriver(String id) throws IOException {
    asked.add(id);
    Callable<InputStream> jar = jars.get(id);
    try {
      return jar == null ? null : jar.call();
    } catch (IOException | RuntimeException | Error asTold) {
      throw asTold;
    } catch (Exception other) {
      throw new IOException(other);
    }
  }
}
