package org.bulkhead.commands.internal;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.bulkhead.console.CommandFailure;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.framework.admin.Gateway;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The commands of scope {@code block}. */
@Component(service = BlockCommands.class)
@GogoCommand(
    scope = "block",
    function = {"info", "read", "write", "hash"})
public final class BlockCommands {

  private final Sessions<BlockDevice> sessions;

  @Activate
  public BlockCommands(BundleContext context, @Reference Gateway gateway) {
    sessions = new Sessions<>(context, gateway, BlockDevice.class, "block device");
  }

  /** A range as it was typed. */
  private final class Range {
    private final String device;
    private final long from;
    private final long count;

    Range(String device, long from, long count) {
      this.device = device;
      this.from = from;
      this.count = count;
    }

    void use(RangeUse use) throws Exception {
      sessions.use(
          device,
          (disk, id) -> {
            try {
              use.with(BlockIo.range(disk, id, from, count), id);
            } catch (IOException e) {
              throw Failures.of(id, e);
            }
          });
    }
  }

  private interface RangeUse {
    void with(BlockIo io, String id) throws IOException, InterruptedException;
  }

  @Descriptor("lists the block devices and their sizes")
  public void info(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json)
      throws Exception {
    Shell.current().print(BlockRow.list(sessions), json);
  }

  @Descriptor("shows the size of a block device")
  public void info(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor(Help.BLOCK_DEVICE) String device)
      throws Exception {
    Shell.current().print(BlockRow.one(sessions, device), json);
  }

  @Descriptor("reads one block")
  public void read(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor("writes the bytes to a file, and not as digits to the screen")
          @Parameter(names = "--out", absentValue = "")
          String out,
      @Descriptor(Help.BLOCK_DEVICE) String device,
      @Descriptor("the first block, from 0") String block)
      throws Exception {
    read(json, out, device, block, "1");
  }

  @Descriptor("reads blocks")
  public void read(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor("writes the bytes to a file, and not as digits to the screen")
          @Parameter(names = "--out", absentValue = "")
          String out,
      @Descriptor(Help.BLOCK_DEVICE) String device,
      @Descriptor("the first block, from 0") String block,
      @Descriptor("how many blocks") String count)
      throws Exception {
    long first = Arguments.number("the block", block, 0, Long.MAX_VALUE);
    long blocks = Arguments.number("the count", count, 1, Integer.MAX_VALUE);
    Shell shell = Shell.current();
    Range range = new Range(device, first, blocks);
    if (!out.isEmpty()) {
      readToFile(shell, range, shell.path(out), json);
    } else if (json) {
      record Read(String device, long block, long count, String hex) {}
      range.use(
          (io, id) -> {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            io.copyTo(bytes, n -> {});
            String hex = HexFormat.of().formatHex(bytes.toByteArray());
            shell.print(new View(new Read(id, first, blocks, hex), ""), true);
          });
    } else {
      range.use(
          (io, id) -> {
            try (HexDump dump = new HexDump(shell.out(), first * io.blockSizeBytes())) {
              io.copyTo(dump, n -> {});
            }
          });
    }
  }

  private static void readToFile(Shell shell, Range range, Path file, boolean json)
      throws Exception {
    record Saved(String device, long block, long count, long bytes, String file) {}
    range.use(
        (io, id) -> {
          try (OutputStream target = new BufferedOutputStream(Files.newOutputStream(file));
              Progress progress = new Progress(shell, io.bytes())) {
            io.copyTo(target, progress);
          }
          Saved saved = new Saved(id, io.from(), io.count(), io.bytes(), file.toString());
          shell.print(new View(saved, io.bytes() + " bytes written to " + file), json);
        });
  }

  @Descriptor("writes blocks from a file or from digits")
  public void write(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor("takes the bytes from a file") @Parameter(names = "--in", absentValue = "")
          String in,
      @Descriptor("takes the bytes from hexadecimal digits")
          @Parameter(names = "--hex", absentValue = "")
          String hex,
      @Descriptor("fills the last block with zeros")
          @Parameter(names = "--pad", presentValue = "true", absentValue = "false")
          boolean pad,
      @Descriptor("does not ask first")
          @Parameter(names = "--force", presentValue = "true", absentValue = "false")
          boolean force,
      @Descriptor(Help.BLOCK_DEVICE) String device,
      @Descriptor("the first block, from 0") String block)
      throws Exception {
    if (in.isEmpty() == hex.isEmpty()) {
      throw new CommandFailure(
          CommandFailure.USAGE, "either --in <file> or --hex <digits> is needed");
    }
    long first = Arguments.number("the block", block, 0, Long.MAX_VALUE);
    Shell shell = Shell.current();
    byte[] digits = Arguments.hex(hex);
    Path file = in.isEmpty() ? null : shell.path(in);
    long bytes = file == null ? digits.length : size(file);
    try (InputStream source =
        file == null ? new ByteArrayInputStream(digits) : Files.newInputStream(file)) {
      sessions.use(
          device,
          (disk, id) -> write(shell, disk, id, new Source(source, bytes, pad), first, force, json));
    }
  }

  private record Source(InputStream stream, long bytes, boolean pad) {}

  private static void write(
      Shell shell,
      BlockDevice disk,
      String id,
      Source source,
      long first,
      boolean force,
      boolean json)
      throws InterruptedException {
    record Written(String device, long block, long count, long bytes) {}
    try {
      int size = disk.geometry().blockSizeBytes();
      if (source.bytes == 0 || source.bytes % size != 0 && !source.pad) {
        throw new CommandFailure(
            "a multiple of "
                + size
                + " bytes is needed, and this is "
                + source.bytes
                + "; --pad fills up");
      }
      BlockIo io = BlockIo.range(disk, id, first, (source.bytes + size - 1) / size);
      String what =
          Sizes.count(io.count(), "block") + " of " + id + ", from block " + first + " on";
      if (!force && !shell.confirm("Overwrite " + what + "?")) {
        throw new CommandFailure("nothing was written: --force overwrites " + what);
      }
      try (Progress progress = new Progress(shell, io.bytes())) {
        io.copyFrom(source.stream, progress);
      }
      Written written = new Written(id, first, io.count(), io.bytes());
      shell.print(new View(written, Sizes.count(io.count(), "block") + " written to " + id), json);
    } catch (IOException e) {
      throw Failures.of(id, e);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new CommandFailure(Failures.reason(e));
    }
  }

  @Descriptor("hashes a block device, or a part of it")
  public void hash(
      @Descriptor(Help.JSON)
          @Parameter(names = "--json", presentValue = "true", absentValue = "false")
          boolean json,
      @Descriptor("the algorithm: sha256, sha512, sha1 or md5")
          @Parameter(names = "--algorithm", absentValue = "sha256")
          String algorithm,
      @Descriptor("the first block, from 0") @Parameter(names = "--from", absentValue = "0")
          String from,
      @Descriptor("how many blocks; all that follow without it")
          @Parameter(names = "--count", absentValue = "")
          String count,
      @Descriptor(Help.BLOCK_DEVICE) String device)
      throws Exception {
    record Hash(String device, String algorithm, String hash, long bytes, double seconds) {}
    Digest digest = Arguments.word("the algorithm", algorithm, Digest.class);
    long first = Arguments.number("--from", from, 0, Long.MAX_VALUE);
    long blocks = count.isEmpty() ? -1 : Arguments.number("--count", count, 1, Long.MAX_VALUE);
    Shell shell = Shell.current();
    new Range(device, first, blocks)
        .use(
            (io, id) -> {
              MessageDigest sum = digest.start();
              double seconds;
              try (Progress progress = new Progress(shell, io.bytes())) {
                io.hash(sum, progress);
                seconds = progress.seconds();
              }
              String name = UsbWords.lower(digest);
              String hex = HexFormat.of().formatHex(sum.digest());
              Hash hash = new Hash(id, name, hex, io.bytes(), Math.round(seconds * 1e3) / 1e3);
              shell.print(new View(hash, name + "  " + hex), json);
            });
  }
}
