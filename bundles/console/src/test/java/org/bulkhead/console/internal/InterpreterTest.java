package org.bulkhead.console.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.service.command.CommandSession;
import org.bulkhead.console.CommandFailure;
import org.bulkhead.console.ConsoleSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.service.log.Logger;

class InterpreterTest {

  private final CommandProcessorImpl processor = new CommandProcessorImpl(null);
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final TestCommands commands = new TestCommands();
  private Interpreter interpreter;

  @BeforeEach
  void open() {
    for (String name : new String[] {"say", "fail", "hang", "linger"}) {
      processor.addCommand("test", commands, name);
    }
    Logger unused = null;
    interpreter =
        new Interpreter(
            processor, ConsoleSession.NO_TERMINAL, unused, InputStream.nullInputStream(), out, err);
  }

  @AfterEach
  void close() {
    interpreter.close();
    processor.stop();
  }

  @Test
  void everyStatement_printsItsResult() {
    assertThat(interpreter.execute("test:say a; say b")).isZero();

    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("a\nb\n");
  }

  @Test
  void failure_doesNotEndTheLineAndTheLastStatusCounts() {
    assertThat(interpreter.execute("fail 9; say b")).isZero();
    assertThat(interpreter.execute("say b; fail 9")).isEqualTo(9);

    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("told\ntold\n");
  }

  @Test
  void unknownCommand_namesTheNearest() {
    assertThat(interpreter.execute("test:sya x")).isEqualTo(127);

    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("'test:sya'", "test:say")
        .hasLineCount(1);
  }

  @Test
  void wrongArguments_areOneLineAndStatusTwo() {
    assertThat(interpreter.execute("say a b c")).isEqualTo(2);

    assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("say: wrong arguments");
  }

  @Test
  void cancelled_dropsTheRestOfTheLineAndTheNextLineWorks() throws Exception {
    interpreter.execute("kept = 5");
    Thread cancelling =
        new Thread(
            () -> {
              commands.awaitHanging();
              interpreter.cancel();
            });
    cancelling.start();

    assertThat(interpreter.execute("hang; say never")).isEqualTo(130);
    cancelling.join();
    out.reset();
    assertThat(interpreter.execute("say $kept")).isZero();

    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("5\n");
  }

  @Test
  void cancelledCommand_thatWritesLater_doesNotWriteIntoTheNextLine() throws Exception {
    Thread cancelling =
        new Thread(
            () -> {
              commands.awaitHanging();
              interpreter.cancel();
            });
    cancelling.start();

    assertThat(interpreter.execute("linger")).isEqualTo(130);
    cancelling.join();
    commands.mayWrite.countDown();
    commands.wrote.await();
    assertThat(interpreter.execute("say b")).isZero();

    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("b\n");
  }

  /** Called by Gogo by reflection. */
  public static final class TestCommands {
    private final CountDownLatch hanging = new CountDownLatch(1);
    private final CountDownLatch mayWrite = new CountDownLatch(1);
    private final CountDownLatch wrote = new CountDownLatch(1);

    /** Returns what it is given. */
    public String say(String word) {
      return word;
    }

    /** Fails with a status. */
    public void fail(int status) {
      throw new CommandFailure(status, "told");
    }

    /** Waits for ever, and writes when it is interrupted, as a progress bar does. */
    public void hang(CommandSession session) throws InterruptedException {
      hanging.countDown();
      try {
        new CountDownLatch(1).await();
      } finally {
        Thread.currentThread().interrupt();
        System.out.println("interrupted");
        session.getConsole().println("interrupted");
      }
    }

    /** Lets itself be cancelled, but writes when the next line's turn has come. */
    public void linger(CommandSession session) throws InterruptedException {
      hanging.countDown();
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException cancelled) {
        mayWrite.await();
        session.getConsole().println("late");
      } finally {
        wrote.countDown();
      }
    }

    void awaitHanging() {
      try {
        hanging.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
