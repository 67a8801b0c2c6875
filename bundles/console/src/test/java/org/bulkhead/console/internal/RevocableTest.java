package org.bulkhead.console.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class RevocableTest {

  @Test
  void afterRevoke_nothingIsWritten() throws IOException {
    ByteArrayOutputStream target = new ByteArrayOutputStream();
    Revocable revocable = new Revocable(target);

    revocable.write('a');
    revocable.revoke();
    revocable.write('b');

    assertThat(target.toString()).isEqualTo("a");
  }

  /** A write that has begun when the way is taken back must not land behind it. */
  @Test
  void revoke_waitsForTheWriteUnderWay() throws Exception {
    ByteArrayOutputStream target = new ByteArrayOutputStream();
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Revocable revocable =
        new Revocable(
            new OutputStream() {
              @Override
              public void write(int b) {
                writing.countDown();
                try {
                  goOn.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                target.write(b);
              }
            });
    Thread writer = new Thread(() -> writeOne(revocable));
    writer.start();
    writing.await();
    String[] seen = new String[1];
    Thread revoker =
        new Thread(
            () -> {
              revocable.revoke();
              seen[0] = target.toString();
            });
    revoker.start();
    while (revoker.isAlive() && revoker.getState() != Thread.State.BLOCKED) {
      Thread.onSpinWait();
    }
    goOn.countDown();
    writer.join();
    revoker.join();

    assertThat(seen[0]).isEqualTo("x");
  }

  private static void writeOne(Revocable revocable) {
    try {
      revocable.write('x');
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
