package org.bulkhead.transport.libusb.internal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.bulkhead.device.transport.Transport;
import org.bulkhead.device.transport.TransportListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Real USB devices, by libusb. Activation loads no native code; a watch does. */
@Component(configurationPid = "org.bulkhead.transport.libusb")
@Designate(ocd = LibusbTransport.Config.class)
public final class LibusbTransport implements Transport {

  private static final long SHORTEST_MILLIS = 100;

  private final Logger log;
  private final long safetyNanos;
  private final long pollNanos;
  private final Set<LibusbWatch> watches = ConcurrentHashMap.newKeySet();

  /** What a person may set. */
  @ObjectClassDefinition(name = "libusb transport")
  @interface Config {
    /** How often to look for what no event told. */
    @AttributeDefinition(
        description =
            "How often to look for devices while hot-plug events come, in milliseconds: from 100")
    long safetyIntervalMillis() default 5_000;

    /** How often to look when events do not come. */
    @AttributeDefinition(
        description =
            "How often to look for devices once it is plain that hot-plug events do not come, in"
                + " milliseconds: from 100")
    long pollIntervalMillis() default 1_000;
  }

  /** Takes the configuration. */
  @Activate
  public LibusbTransport(Config config, @Reference LoggerFactory loggers) {
    log = loggers.getLogger(LibusbTransport.class);
    safetyNanos = nanos(config.safetyIntervalMillis());
    pollNanos = nanos(config.pollIntervalMillis());
  }

  private static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(Math.max(SHORTEST_MILLIS, millis));
  }

  @Override
  public String name() {
    return "libusb";
  }

  @Override
  public Watch watch(TransportListener listener) {
    LibusbWatch watch = new LibusbWatch(log, listener, safetyNanos, pollNanos);
    watches.add(watch);
    watch.start();
    return () -> {
      watch.close();
      watches.remove(watch);
    };
  }

  /** Ends what the framework has not ended yet. */
  @Deactivate
  void stop() {
    watches.forEach(LibusbWatch::close);
    watches.clear();
  }
}
