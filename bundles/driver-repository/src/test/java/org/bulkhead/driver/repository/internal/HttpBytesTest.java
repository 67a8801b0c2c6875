package org.bulkhead.driver.repository.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpBytesTest {

  private static final byte[] BYTES = "hello".getBytes();
  private static final Duration PLENTY = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(600);

  private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
  private final ByteArrayOutputStream came = new ByteArrayOutputStream();
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    server = new TestServer();
  }

  @AfterEach
  void stop() {
    server.close();
    clock.shutdownNow();
  }

  @Test
  void bytes_comeWithProgressAndValidator() throws Exception {
    server.serve("/x", BYTES);
    AtomicLong progress = new AtomicLong();

    Optional<String> validator =
        new HttpBytes(PLENTY, clock)
            .copy(server.uri("/x"), "", 5, came, n -> progress.addAndGet(n));

    assertThat(came.toByteArray()).isEqualTo(BYTES);
    assertThat(progress).hasValue(5);
    assertThat(validator).hasValueSatisfying(tag -> assertThat(tag).startsWith("\""));
  }

  @Test
  void unchanged_isNotSentAgain() throws Exception {
    server.serve("/x", BYTES);
    HttpBytes http = new HttpBytes(PLENTY, clock);
    String validator = http.copy(server.uri("/x"), "", 5, came, n -> {}).orElseThrow();
    came.reset();

    assertThat(http.copy(server.uri("/x"), validator, 5, came, n -> {})).isEmpty();
    assertThat(came.size()).isZero();
  }

  @Test
  void absent_isToldApart() {
    assertThatThrownBy(() -> copy("/x")).isInstanceOf(FileNotFoundException.class);
  }

  @Test
  void errorStatus_isNamed() {
    server.answer("/x", exchange -> exchange.sendResponseHeaders(503, -1));

    assertThatThrownBy(() -> copy("/x")).hasMessageContaining("503");
  }

  @Test
  void redirectWithinTheServer_isFollowed() throws Exception {
    server.redirect("/x", "/y");
    server.serve("/y", BYTES);

    copy("/x");

    assertThat(came.toByteArray()).isEqualTo(BYTES);
  }

  @Test
  void redirectElsewhere_isNotFollowed() throws Exception {
    try (TestServer elsewhere = new TestServer()) {
      elsewhere.serve("/y", BYTES);
      server.redirect("/x", elsewhere.uri("/y").toString());

      assertThatThrownBy(() -> copy("/x")).hasMessageContaining("redirects elsewhere");
      assertThat(elsewhere.requests()).isEmpty();
    }
  }

  @Test
  void redirectInCircles_ends() {
    server.redirect("/x", "/x");

    assertThatThrownBy(() -> copy("/x")).hasMessageContaining("again and again");
    assertThat(server.requests()).hasSize(4);
  }

  @Test
  void longerThanAllowed_isNotEvenBegun() {
    server.serve("/x", new byte[2000]);

    assertThatThrownBy(() -> copy("/x")).hasMessageContaining("2000 bytes, more than 1000");
    assertThat(came.size()).isZero();
  }

  @Test
  void endlessStream_endsAtTheLimit() {
    server.flood("/x");

    assertThatThrownBy(() -> copy("/x")).hasMessageContaining("longer than 1000 bytes");
    assertThat(came.size()).isLessThanOrEqualTo(1000);
  }

  @Test
  void truncated_isRefused() {
    server.answer(
        "/x",
        exchange -> {
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().write(BYTES);
        });

    assertThatThrownBy(() -> copy("/x")).isInstanceOf(IOException.class);
  }

  @Test
  void stalled_endsAtTheDeadline() {
    server.stall("/x");

    assertThatThrownBy(
            () -> new HttpBytes(SHORT, clock).copy(server.uri("/x"), "", 1000, came, n -> {}))
        .hasMessageContaining("did not come whole within 600 ms");
  }

  @Test
  void trickling_endsAtTheDeadline() {
    server.trickle("/x");

    assertThatThrownBy(
            () -> new HttpBytes(SHORT, clock).copy(server.uri("/x"), "", 1000, came, n -> {}))
        .hasMessageContaining("did not come whole within 600 ms");
  }

  @Test
  void silentServer_endsAtTheDeadline() throws Exception {
    try (java.net.ServerSocket silent =
        new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      URI at = URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/");

      assertThatThrownBy(() -> new HttpBytes(SHORT, clock).copy(at, "", 1000, came, n -> {}))
          .hasMessageContaining("did not come whole within 600 ms");
    }
  }

  @Test
  void unreachable_isNamed() {
    URI gone = server.uri("/x");
    server.close();

    assertThatThrownBy(() -> new HttpBytes(PLENTY, clock).copy(gone, "", 1000, came, n -> {}))
        .hasMessage(gone.getAuthority() + " cannot be reached");
  }

  private void copy(String path) throws IOException {
    new HttpBytes(PLENTY, clock).copy(server.uri(path), "", 1000, came, n -> {});
  }
}
