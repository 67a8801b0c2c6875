package org.bulkhead.gateway;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.concurrent.CountDownLatch;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** The command {@code test:await}: makes a file, waits until interrupted, deletes the file. */
public final class WaitCommand implements BundleActivator {

  @Override
  public void start(BundleContext context) {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put("osgi.command.scope", "test");
    properties.put("osgi.command.function", "await");
    context.registerService(WaitCommand.class, this, properties);
  }

  /** The command. */
  public void await(String file) throws Exception {
    Files.createFile(Path.of(file));
    try {
      new CountDownLatch(1).await();
    } finally {
      Files.delete(Path.of(file));
    }
  }

  @Override
  public void stop(BundleContext context) {}
}
