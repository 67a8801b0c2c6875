package org.bulkhead.framework.internal.names;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.log.Logger;

class UsbIdsTest {

  private static final String SAMPLE =
      """
      # A sample in the format of the public list.

      0403  Future Bits\u00ae, Ltd
      \t6001  Serial converter
      \t\t00  an interface
      # a comment between
      \t6010  Two of them
      0404  Nobody
      1209  Generic
      \t0001  Widget

      C 08  Mass Storage
      \t06  SCSI
      \t\t50  Bulk-Only
      \t\t62  UAS
      \t07  Other
      C ff  Vendor Specific
      AT 0100  Audio terminal
      HID 21  HID
      L 0009  English
      \t01  US
      """;

  @TempDir private Path folder;

  private final AtomicLong clock = new AtomicLong();
  private final List<String> log = new ArrayList<>();

  private Logger logger() {
    return (Logger)
        Proxy.newProxyInstance(
            Logger.class.getClassLoader(),
            new Class<?>[] {Logger.class},
            (self, method, args) -> {
              if (method.getName().equals("warn")) {
                log.add(String.valueOf(args[0]));
              }
              return null;
            });
  }

  private Path sample(String text) throws IOException {
    return Files.writeString(folder.resolve("usb.ids"), text);
  }

  private UsbIds of(Path... places) {
    return new UsbIds(List.of(places), logger(), clock::get);
  }

  private void later() {
    clock.addAndGet(2_000_000_000L);
  }

  @Test
  void vendorsProductsAndClasses_areFound() throws Exception {
    UsbIds names = of(folder.resolve("absent"), sample(SAMPLE));

    assertThat(names.vendor(0x0403)).isEqualTo("Future Bits\u00ae, Ltd");
    assertThat(names.product(0x0403, 0x6001)).isEqualTo("Serial converter");
    assertThat(names.product(0x0403, 0x6010)).isEqualTo("Two of them");
    assertThat(names.device(0x1209, 0x0001)).isEqualTo("Generic Widget");
    assertThat(names.classOf(8, 6, 0x50)).isEqualTo("Mass Storage, SCSI, Bulk-Only");
    assertThat(names.classOf(8, 6, 0x51)).isEqualTo("Mass Storage, SCSI");
    assertThat(names.classOf(8, 9, 0x50)).isEqualTo("Mass Storage");
    assertThat(names.classOf(0xff, 1, 2)).isEqualTo("Vendor Specific");
  }

  @Test
  void whatTheListDoesNotKnow_isEmpty() throws Exception {
    UsbIds names = of(sample(SAMPLE));

    assertThat(names.vendor(0x0402)).isEmpty();
    assertThat(names.vendor(0xffff)).isEmpty();
    assertThat(names.product(0x0404, 0x0001)).isEmpty();
    assertThat(names.product(0x0403, 0x0001)).isEmpty();
    assertThat(names.device(0x0403, 0x0001)).isEmpty();
    assertThat(names.classOf(0x0e, 0, 0)).isEmpty();
    assertThat(names.product(0x1209, 0x0009)).isEmpty();
  }

  @Test
  void withoutAList_thereAreNoNames() {
    assertThat(of(folder.resolve("absent"), folder).vendor(0x0403)).isEmpty();
    assertThat(of().classOf(8, 6, 0x50)).isEmpty();
    assertThat(log).isEmpty();
  }

  @Test
  void listThatIsReplacedOrRemoved_isReadAnew() throws Exception {
    Path file = sample(SAMPLE);
    UsbIds names = of(file);
    assertThat(names.vendor(0x0403)).startsWith("Future");

    sample("0403  Another\n");
    Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
    later();
    assertThat(names.vendor(0x0403)).isEqualTo("Another");
    assertThat(names.product(0x0403, 0x6001)).isEmpty();

    Files.delete(file);
    later();
    assertThat(names.vendor(0x0403)).isEmpty();
    assertThat(log).isEmpty();
  }

  @Test
  void listThatShrinksUnseen_givesNoWrongNames() throws Exception {
    Path file = sample(SAMPLE);
    UsbIds names = of(file);
    assertThat(names.vendor(0x0403)).startsWith("Future");

    sample("# nothing\n");

    assertThat(names.vendor(0x1209)).isEmpty();
    assertThat(names.product(0x1209, 1)).isEmpty();
    assertThat(names.classOf(8, 6, 0x50)).isEmpty();
  }

  @Test
  void brokenLines_arePassedOver() throws Exception {
    UsbIds names =
        of(
            sample(
                "0403\n\t\n\t60\n\t6001\n\t6002  B\u001b[2J\u0007d\n04031 x\nzzzz  no\n"
                    + "1209  "
                    + "x".repeat(100_000)
                    + "\n0403  again\nC\nC zz  no\nC 08\n\t06\n\t\t50"));

    assertThat(names.vendor(0x0403)).isEmpty();
    assertThat(names.product(0x0403, 0x6001)).isEmpty();
    assertThat(names.product(0x0403, 0x6002)).isEqualTo("B [2J d");
    assertThat(names.vendor(0x1209)).startsWith("xxx").hasSizeLessThan(256);
    assertThat(names.classOf(8, 6, 0x50)).isNotNull();
  }

  @Test
  void garbage_throwsNothing() throws Exception {
    Random random = new Random(42);
    byte[] bytes = SAMPLE.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    for (int round = 0; round < 500; round++) {
      byte[] broken = bytes.clone();
      for (int i = 0; i < 1 + round / 10; i++) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt();
      }
      UsbIds names = of(Files.write(folder.resolve("usb.ids"), broken));
      names.device(0x0403, 0x6010);
      names.device(0x1209, 1);
      assertThat(names.classOf(8, 6, 0x50)).hasSizeLessThan(1000);
    }
  }

  @Test
  void fileThatIsTooLarge_isRefusedOnceWithTheRemedy() throws Exception {
    Path file = folder.resolve("usb.ids");
    try (var channel =
        java.nio.channels.FileChannel.open(
            file,
            java.nio.file.StandardOpenOption.CREATE,
            java.nio.file.StandardOpenOption.WRITE)) {
      channel.write(java.nio.ByteBuffer.wrap(new byte[1]), IdFile.MAX_BYTES);
    }
    UsbIds names = of(file);

    assertThat(names.vendor(0x0403)).isEmpty();
    later();
    assertThat(names.vendor(0x0404)).isEmpty();

    assertThat(log).singleElement().asString().contains("usbIds=none");
  }

  @Test
  @Tag("usb-ids")
  void listOfTheDistribution_isReadInLittleMemory() throws Exception {
    Path real = UsbIds.USUAL.stream().filter(Files::isRegularFile).findFirst().orElse(null);
    assertThat(real).as("the USB ID list: apt-get install usb.ids").isNotNull();
    UsbIds names = of(real);
    assertThat(names.vendor(0x0403)).containsIgnoringCase("Future Technology");
    assertThat(names.product(0x0403, 0x6001)).contains("FT232");
    assertThat(names.vendor(0x1d6b)).isEqualTo("Linux Foundation");
    assertThat(names.classOf(8, 6, 0x50)).isEqualTo("Mass Storage, SCSI, Bulk-Only");
    IdFile index = IdFile.read(real);
    long start = System.nanoTime();
    IdFile.read(real);
    long indexMicros = (System.nanoTime() - start) / 1000;
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = threads.getCurrentThreadAllocatedBytes();
    start = System.nanoTime();
    for (int i = 0; i < 1000; i++) {
      index.product(0x046d, 0xc52b);
    }
    System.out.printf(
        "usb.ids: %d vendors, index %d bytes on the heap, made in %d us; a question %d us, %d bytes"
            + " of garbage%n",
        index.vendors(),
        8 * index.vendors() + 1024,
        indexMicros,
        (System.nanoTime() - start) / 1_000_000,
        (threads.getCurrentThreadAllocatedBytes() - allocated) / 1000);
    assertThat(index.vendors()).isBetween(1000, 0x10000);
  }
}
