package org.bulkhead.commands.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.bulkhead.console.CommandFailure;
import org.junit.jupiter.api.Test;

class BlockIoTest {

  /** More than two pieces, and not a whole number of them. */
  private final MemoryDisk disk = new MemoryDisk(512, 700);

  private final AtomicLong progress = new AtomicLong();

  @Test
  void hash_isThatOfAllBytes() throws Exception {
    MessageDigest digest = Digest.SHA256.start();
    BlockIo.range(disk, "1-2", 0, -1).hash(digest, progress::addAndGet);
    assertThat(digest.digest()).isEqualTo(MessageDigest.getInstance("SHA-256").digest(disk.bytes));
    assertThat(progress).hasValue(disk.bytes.length);
  }

  @Test
  void hashOfAPart_isThatOfItsBytes() throws Exception {
    MessageDigest digest = Digest.SHA1.start();
    BlockIo.range(disk, "1-2", 3, 400).hash(digest, n -> {});
    assertThat(digest.digest())
        .isEqualTo(
            MessageDigest.getInstance("SHA-1")
                .digest(Arrays.copyOfRange(disk.bytes, 3 * 512, 403 * 512)));
  }

  @Test
  void rangeBehindTheEnd_isRefused() {
    assertThatThrownBy(() -> BlockIo.range(disk, "1-2", 699, 2))
        .isInstanceOf(CommandFailure.class)
        .hasMessage("blocks 699 to 700 are not on 1-2: it has 700 blocks, from 0 on");
    assertThatThrownBy(() -> BlockIo.range(disk, "1-2", 700, -1))
        .hasMessage("blocks 700 on are not on 1-2: it has 700 blocks, from 0 on");
    assertThatThrownBy(() -> BlockIo.range(disk, "1-2", 1, Long.MAX_VALUE))
        .isInstanceOf(CommandFailure.class);
  }

  @Test
  void write_padsTheLastBlockAndFlushes() throws Exception {
    byte[] after = Arrays.copyOfRange(disk.bytes, 12 * 512, disk.bytes.length);
    byte[] source = new byte[512 + 100];
    Arrays.fill(source, (byte) 7);
    BlockIo.range(disk, "1-2", 10, 2).copyFrom(new ByteArrayInputStream(source), n -> {});
    byte[] expected = Arrays.copyOf(source, 1024);
    assertThat(Arrays.copyOfRange(disk.bytes, 10 * 512, 12 * 512)).isEqualTo(expected);
    assertThat(Arrays.copyOfRange(disk.bytes, 12 * 512, disk.bytes.length)).isEqualTo(after);
    assertThat(disk.flushed).isTrue();
  }

  @Test
  void copy_endsWhenInterrupted() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(
            () -> BlockIo.range(disk, "1-2", 0, -1).copyTo(new ByteArrayOutputStream(), n -> {}))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }
}
