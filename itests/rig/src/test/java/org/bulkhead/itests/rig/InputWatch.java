package org.bulkhead.itests.rig;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** An application that listens to all input devices, and what it has been told so far. */
final class InputWatch {

  private static final String FILE = "/tmp/events";
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private final Guest guest;
  private final CompletableFuture<ExecResult> application;

  private InputWatch(Guest guest, CompletableFuture<ExecResult> application) {
    this.guest = guest;
    this.application = application;
  }

  /** Begins to listen; what happens before the application is up it does not hear of. */
  static InputWatch begin(Gateway gateway, Guest guest) {
    return new InputWatch(guest, gateway.begin("input:watch --json", FILE));
  }

  boolean isRunning() {
    return !application.isDone();
  }

  /** Returns how many events have come. */
  int size() {
    return events().size();
  }

  /** Acts again and again, until an event has come that is wanted. */
  void await(int from, Runnable action, Predicate<JsonObject> wanted) {
    Awaitility.await("an event of each kind")
        .atMost(DEADLINE)
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              action.run();
              return events().stream().skip(from).anyMatch(wanted);
            });
  }

  /** Returns all events, oldest first. */
  private List<JsonObject> events() {
    // The last line may be there in part.
    String lines = guest.run("touch " + FILE + "; sed '$!b;/}$/!d' " + FILE);
    return lines.lines().map(InputWatch::parse).toList();
  }

  private static JsonObject parse(String line) {
    try (JsonReader reader = Json.createReader(new StringReader(line))) {
      return reader.readObject();
    }
  }
}
