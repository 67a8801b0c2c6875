package org.bulkhead.transport.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bulkhead.device.transport.Transport;
import org.bulkhead.device.transport.TransportListener;
import org.bulkhead.transport.replay.internal.EventThread;
import org.bulkhead.transport.replay.internal.Player;
import org.bulkhead.transport.replay.internal.TraceFile;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Plays recorded traces back: each device whose descriptors a trace holds is plugged in when the
 * transport is watched, answers as it did when it was recorded, and is unplugged by the first
 * transfer that comes after the end of the trace.
 *
 * <p>A driver that does something else than what was recorded gets an UsbException of kind FAULT
 * that names the packet, what was expected and what came; from then on every transfer fails so.
 * Thread-safe.
 */
@Component(
    service = Transport.class,
    configurationPid = "org.bulkhead.transport.replay",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ReplayTransport.Config.class)
public final class ReplayTransport implements Transport {

  private static final String EXTENSION = ".pcapng";

  private final List<TraceFile.Recorded> recorded = new ArrayList<>();
  private volatile List<Player> players = List.of();

  /** What a person may set. */
  @ObjectClassDefinition(name = "Replayed traces")
  @interface Config {
    /** A trace, or a folder of traces. */
    @AttributeDefinition(
        description = "A file trace.pcapng, or a folder in which all *.pcapng files are played")
    String traces() default "";
  }

  /**
   * Takes the configuration; a trace that cannot be read is logged and left out.
   *
   * @param config which traces
   * @param loggers for those that cannot be read
   */
  @Activate
  public ReplayTransport(Config config, @Reference LoggerFactory loggers) {
    Logger log = loggers.getLogger(ReplayTransport.class);
    if (config.traces().isBlank()) {
      return;
    }
    try {
      for (Path file : files(Path.of(config.traces()))) {
        try {
          recorded.addAll(TraceFile.read(file));
        } catch (IOException unreadable) {
          log.error("{}", unreadable.getMessage());
        }
      }
    } catch (IOException unreadable) {
      log.error("traces={}: {}", config.traces(), unreadable.toString());
    }
  }

  private ReplayTransport(Path trace) throws IOException {
    recorded.addAll(TraceFile.read(trace));
  }

  /**
   * A transport that plays one trace, for tests. Starts no thread.
   *
   * @param trace a pcapng file of USB traffic as Linux's usbmon records it
   * @return the transport
   * @throws UncheckedIOException naming the place in the file where it cannot be used
   */
  public static ReplayTransport of(Path trace) {
    try {
      return new ReplayTransport(trace);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable.getMessage(), unreadable);
    }
  }

  private static List<Path> files(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> all = Files.walk(path)) {
      return all.filter(p -> p.toString().endsWith(EXTENSION)).sorted().toList();
    }
  }

  @Override
  public String name() {
    return "replay";
  }

  @Override
  public Watch watch(TransportListener listener) {
    EventThread thread = new EventThread(listener);
    List<Player> plugged = new ArrayList<>();
    for (int i = 0; i < recorded.size(); i++) {
      plugged.add(new Player(recorded.get(i), "replay-" + (i + 1), i + 1, thread));
    }
    players = List.copyOf(plugged);
    thread.start(players);
    return thread;
  }

  /**
   * What drivers did that was not recorded, since the last watch began.
   *
   * @return one line for each device that it happened to
   */
  public List<String> mismatches() {
    return players.stream().map(Player::mismatch).filter(text -> !text.isEmpty()).toList();
  }

  /**
   * What could not be played as it was, since the last watch began: data of which the trace holds
   * the beginning only.
   *
   * @return one line for each transfer
   */
  public List<String> remarks() {
    return players.stream().flatMap(player -> player.remarks().stream()).toList();
  }

  /**
   * Where each device is in its trace, for people.
   *
   * @return a line for each device
   */
  public List<String> progress() {
    return players.stream().map(Player::progress).toList();
  }
}
