package org.bulkhead.launcher.internal;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * Loads the classes of a start on a second processor, which has little to do meanwhile: finding and
 * parsing them is a third of what a start waits for, and the threads that start bundles would do it
 * one class after the other.
 *
 * <p>The list is in the order of a start, so that this thread stays before those that need a class.
 * It only loads: classes initialise in the order of who needs them, as they would without it. What
 * the list lacks, or names in vain, costs time and nothing else.
 */
final class Ahead {

  private static final String LIST = "ahead.list";

  /** As SCR reads it. */
  private static final String DOCUMENT = "<a:a xmlns:a='a' b='c'><d/></a:a>";

  private final CompletableFuture<Map<String, BundleWiring>> resolved = new CompletableFuture<>();

  /** Begins, where there is more than one processor. */
  static Ahead begin() {
    Ahead ahead = new Ahead();
    if (Runtime.getRuntime().availableProcessors() > 1) {
      Thread thread = new Thread(ahead::load, "ahead");
      thread.setDaemon(true);
      thread.start();
    }
    return ahead;
  }

  /** Lets it go on with the classes of these bundles, as far as they are resolved. */
  void resolved(List<Bundle> bundles) {
    Map<String, BundleWiring> wirings = new HashMap<>();
    for (Bundle bundle : bundles) {
      wirings.put(bundle.getSymbolicName(), bundle.adapt(BundleWiring.class));
    }
    resolved.complete(wirings);
  }

  private void load() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Ahead.class.getResourceAsStream(LIST), StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.isEmpty()) {
          firsts();
        } else {
          load(line);
        }
      }
    } catch (IOException | IllegalStateException ended) {
      // A bundle that is gone: the start has ended already.
    }
  }

  private void load(String line) {
    int blank = line.indexOf(' ');
    try {
      if (blank < 0) {
        Class.forName(line, false, Ahead.class.getClassLoader());
        return;
      }
      BundleWiring bundle = resolved.join().get(line.substring(0, blank));
      if (bundle != null) {
        Class.forName(line.substring(blank + 1), false, bundle.getClassLoader());
      }
    } catch (ClassNotFoundException | LinkageError other) {
      // Another JDK, another version: whoever needs a class loads it.
    }
  }

  /** Where the list has an empty line: does what is slow the first time, and what SCR will do. */
  private static void firsts() {
    try {
      SAXParserFactory.newInstance()
          .newSAXParser()
          .parse(
              new ByteArrayInputStream(DOCUMENT.getBytes(StandardCharsets.UTF_8)),
              new DefaultHandler());
    } catch (ParserConfigurationException | SAXException | IOException noParser) {
      // SCR says so.
    }
    String.format("%s", DOCUMENT);
  }
}
