package org.bulkhead.driver.repository.internal;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A repository's server on the loopback interface, that does what the test says. */
final class TestServer implements AutoCloseable {

  /** What is done with a request. */
  interface Answer {
    void to(HttpExchange exchange) throws Exception;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);

  TestServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  void answer(String path, Answer answer) {
    answers.put(path, answer);
  }

  /** Serves bytes, with a tag by which they are known. */
  void serve(String path, byte[] bytes) {
    String tag = "\"" + DriverJar.sha256(bytes).substring(0, 8) + "\"";
    answer(
        path,
        exchange -> {
          exchange.getResponseHeaders().add("ETag", tag);
          if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
            exchange.sendResponseHeaders(304, -1);
          } else {
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
  }

  void serve(DriverJar... drivers) {
    StringBuilder resources = new StringBuilder();
    for (DriverJar driver : drivers) {
      serve("/" + driver.file(), driver.bytes());
      resources.append(driver.resource());
    }
    serveIndex(resources.toString());
  }

  void serveIndex(String resources) {
    serve("/index.xml", DriverJar.index(resources).getBytes(StandardCharsets.UTF_8));
  }

  /** Promises bytes and sends none until the end of the test. */
  void stall(String path) {
    answer(
        path,
        exchange -> {
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().flush();
          end.await();
        });
  }

  /** Sends a byte now and then, so that no single read takes long. */
  void trickle(String path) {
    answer(
        path,
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          OutputStream body = exchange.getResponseBody();
          while (!end.await(50, java.util.concurrent.TimeUnit.MILLISECONDS)) {
            body.write(0);
            body.flush();
          }
        });
  }

  /** Sends without end. */
  void flood(String path) {
    answer(
        path,
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] block = new byte[65536];
          while (end.getCount() > 0) {
            exchange.getResponseBody().write(block);
          }
        });
  }

  void redirect(String path, String to) {
    answer(
        path,
        exchange -> {
          exchange.getResponseHeaders().add("Location", to);
          exchange.sendResponseHeaders(302, -1);
        });
  }

  /** The paths that were asked for, with the status of the answer where it is known. */
  List<String> requests() {
    return requests;
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    requests.add(path);
    try (exchange) {
      Answer answer = answers.get(path);
      if (answer == null) {
        exchange.sendResponseHeaders(404, -1);
      } else {
        answer.to(exchange);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception hungUp) {
      throw new IOException(hungUp);
    }
  }

  @Override
  public void close() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
