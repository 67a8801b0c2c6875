package org.bulkhead.commands.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;

/** A Gogo with some commands, and what they print. */
final class GogoBench implements AutoCloseable {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ThreadIOImpl streams = new ThreadIOImpl();
  private final CommandProcessorImpl processor;
  private final CommandSession session;

  GogoBench() {
    streams.start();
    processor = new CommandProcessorImpl(streams);
    session =
        processor.createSession(
            InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
  }

  GogoBench add(String scope, Object commands, String... functions) {
    for (String function : functions) {
      processor.addCommand(scope, commands, function);
    }
    return this;
  }

  String run(String line) throws Exception {
    out.reset();
    assertThat(session.execute(line)).isNull();
    return out.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    session.close();
    processor.stop();
    streams.stop();
  }
}
