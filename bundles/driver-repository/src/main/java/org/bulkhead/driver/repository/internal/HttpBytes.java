package org.bulkhead.driver.repository.internal;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;

/**
 * A repository behind a URL. An exchange ends at its deadline, however slowly the other side sends,
 * and never leaves the server that the operator named.
 */
final class HttpBytes implements Bytes {

  private static final int MAX_REDIRECTS = 3;
  private static final Duration CONNECT = Duration.ofSeconds(10);

  private final Duration deadline;
  private final ScheduledExecutorService clock;

  /**
   * Connects to nobody yet.
   *
   * @param deadline of a whole exchange
   * @param clock ends what takes longer
   */
  HttpBytes(Duration deadline, ScheduledExecutorService clock) {
    this.deadline = deadline;
    this.clock = clock;
  }

  @Override
  public Optional<String> copy(
      URI from, String validator, long limitBytes, OutputStream to, LongConsumer progress)
      throws IOException {
    long until = System.nanoTime() + deadline.toNanos();
    // One for each exchange: it keeps a thread for as long as it is referred to.
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT.compareTo(deadline) < 0 ? CONNECT : deadline)
            .proxy(ProxySelector.getDefault())
            .build();
    URI at = from;
    for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      HttpResponse<InputStream> response = answer(client, request(at, validator), until);
      try (InputStream body = response.body()) {
        int status = response.statusCode();
        if (status == 200) {
          body(body, response, limitBytes, until, to, progress);
          return Optional.of(validator(response));
        }
        if (status == 304 && !validator.isEmpty()) {
          return Optional.empty();
        }
        if (status == 404 || status == 410) {
          throw new FileNotFoundException("there is no " + at);
        }
        if (status < 301 || status > 308 || status == 304) {
          throw new IOException("the server answers with status " + status);
        }
        at = redirected(at, response);
      }
    }
    throw new IOException("the server redirects again and again");
  }

  private static HttpRequest request(URI at, String validator) {
    HttpRequest.Builder request = HttpRequest.newBuilder(at).header("User-Agent", "Bulkhead");
    if (validator.startsWith("\"") || validator.startsWith("W/")) {
      request.header("If-None-Match", validator);
    } else if (!validator.isEmpty()) {
      request.header("If-Modified-Since", validator);
    }
    return request.build();
  }

  private static String validator(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("ETag")
        .filter(tag -> tag.startsWith("\"") || tag.startsWith("W/"))
        .or(() -> response.headers().firstValue("Last-Modified"))
        .orElse("");
  }

  private HttpResponse<InputStream> answer(HttpClient client, HttpRequest request, long until)
      throws IOException {
    CompletableFuture<HttpResponse<InputStream>> answer =
        client.sendAsync(request, BodyHandlers.ofInputStream());
    try {
      return answer.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw late(e);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (ExecutionException e) {
      throw new IOException(reason(e.getCause(), request.uri()), e);
    }
  }

  private static String reason(Throwable e, URI at) {
    // Its message is null in the JDK's client.
    return e instanceof ConnectException
        ? at.getAuthority() + " cannot be reached"
        : IndexReader.oneLine(IndexReader.root(e));
  }

  private IOException late(Throwable cause) {
    return new IOException("it did not come whole within " + deadline.toMillis() + " ms", cause);
  }

  private void body(
      InputStream body,
      HttpResponse<?> response,
      long limitBytes,
      long until,
      OutputStream to,
      LongConsumer progress)
      throws IOException {
    long length = response.headers().firstValueAsLong("Content-Length").orElse(0);
    if (length > limitBytes) {
      throw new IOException("it has " + length + " bytes, more than " + limitBytes);
    }
    Future<?> end =
        clock.schedule(() -> close(body), until - System.nanoTime(), TimeUnit.NANOSECONDS);
    try {
      Bytes.copy(body, to, limitBytes, progress);
    } catch (IOException e) {
      throw System.nanoTime() - until >= 0 ? late(e) : e;
    } finally {
      end.cancel(false);
    }
    if (System.nanoTime() - until >= 0) {
      throw late(null);
    }
  }

  private static void close(InputStream body) {
    try {
      body.close();
    } catch (IOException e) {
      // Whoever reads is told.
    }
  }

  private static URI redirected(URI at, HttpResponse<?> response) throws IOException {
    String to = response.headers().firstValue("Location").orElse("nowhere");
    URI next;
    try {
      next = at.resolve(to);
    } catch (IllegalArgumentException e) {
      throw new IOException("the server redirects to \"" + to + "\"", e);
    }
    if (!isSameServer(at, next)) {
      throw new IOException("the server redirects elsewhere, to " + next);
    }
    return next;
  }

  @Override
  public URI within(URI index, URI given) {
    URI jar = index.resolve(given);
    if (!isSameServer(index, jar)) {
      throw new IllegalArgumentException(given + " is outside of the repository");
    }
    return jar;
  }

  private static boolean isSameServer(URI one, URI other) {
    return one.getScheme().equals(other.getScheme())
        && one.getAuthority().equals(other.getAuthority());
  }
}
