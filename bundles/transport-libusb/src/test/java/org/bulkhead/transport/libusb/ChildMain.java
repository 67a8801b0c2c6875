package org.bulkhead.transport.libusb;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectUniqueId;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * The child's side of the harness: reads the unique ids of tests, one a line, runs each and answers
 * with a line. Ends at the end of its input.
 */
final class ChildMain {

  static final String ANSWER = "\u0001bulkhead-test ";
  static final String PASSED = "passed";
  static final String ABORTED = "aborted";
  static final String FAILED = "failed";

  private static final String SOCKET = "bulkhead.umockdev.socket";

  private ChildMain() {}

  static boolean isChild() {
    return System.getProperty(SOCKET) != null;
  }

  static Path socket() {
    return Path.of(System.getProperty(SOCKET));
  }

  static String socketOption(Path socket) {
    return "-D" + SOCKET + "=" + socket;
  }

  public static void main(String[] arguments) throws Exception {
    PrintStream answers = System.out;
    System.setOut(System.err);
    BufferedReader ids =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Launcher launcher = LauncherFactory.create();
    for (String id = ids.readLine(); id != null; id = ids.readLine()) {
      Outcome outcome = new Outcome();
      launcher.execute(
          LauncherDiscoveryRequestBuilder.request().selectors(selectUniqueId(id)).build(), outcome);
      answers.println(ANSWER + outcome.answer());
      answers.flush();
    }
    // A test that failed may have left threads of its own.
    Runtime.getRuntime().halt(0);
  }

  /** The worst that became of the test and of the containers around it. */
  private static final class Outcome implements TestExecutionListener {
    private int tests;
    private TestExecutionResult worst = TestExecutionResult.successful();

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      tests += test.isTest() ? 1 : 0;
      if (result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
        worst = result;
      }
    }

    String answer() {
      return switch (worst.getStatus()) {
        case SUCCESSFUL -> tests > 0 ? PASSED : FAILED + " " + encode("the test was not found");
        case ABORTED -> ABORTED + " " + encode(text());
        case FAILED -> FAILED + " " + encode(text());
      };
    }

    private String text() {
      StringWriter text = new StringWriter();
      worst.getThrowable().ifPresent(cause -> cause.printStackTrace(new PrintWriter(text)));
      return text.toString();
    }
  }

  private static String encode(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
