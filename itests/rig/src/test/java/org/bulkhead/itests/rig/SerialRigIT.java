package org.bulkhead.itests.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Serial ports in use: QEMU's FTDI chip, whose far end is here, and the CDC-ACM port that the
 * guest's own kernel plays, whose far end is the guest's {@code /dev/ttyGS0}.
 */
class SerialRigIT {

  private static final int MEBIBYTE = 1 << 20;
  private static final Duration PASSAGE = Duration.ofMinutes(3);
  private static final String FTDI = UsbDevice.FTDI.path();
  private static final String ACM = UsbDevice.GADGET.path();

  /** A line says its number twice, so that two torn ones are not taken for one. */
  private static final String LINE = "%07d-%07d\n";

  private static final Pattern WHOLE_LINE = Pattern.compile("(\\d{7})-\\1");

  /**
   * What a driver may have in its hands when it dies: four transfers, and the chip's own buffer.
   */
  private static final int LOST_LINES_MOST = 5 * 1024 / 16;

  @RegisterExtension static final RigExtension RIG = RigExtension.with(List.of(UsbDevice.FTDI));

  private static Gateway gateway;
  private static byte[] toGateway;
  private static byte[] fromGateway;

  private final Rig rig = RIG.rig();
  private final Guest guest = RIG.guest();

  @TempDir static Path folder;

  @BeforeAll
  static void prepare() throws Exception {
    toGateway = content(1, "to-gateway");
    fromGateway = content(2, "from-gateway");
    RIG.guest().run("gadget up acm");
    gateway = Gateway.installAndStart(RIG.guest());
  }

  private static byte[] content(int seed, String name) throws Exception {
    byte[] content = new byte[MEBIBYTE];
    new Random(seed).nextBytes(content);
    RIG.guest().push(Files.write(folder.resolve(name), content), "/tmp/" + name);
    return content;
  }

  @Test
  void ftdi_passesAMebibyteEachWayAtOnce() throws Exception {
    rig.monitor().human("trace-event usb_serial_set_flow_control on");
    try (SerialPeer peer = rig.connect(UsbDevice.FTDI)) {
      guest.awaitPresent(UsbDevice.FTDI);
      gateway.awaitServed(UsbDevice.FTDI);
      gateway.exec("serial:config --baud 921600 --flow rtscts " + FTDI);
      long begin = System.nanoTime();
      CompletableFuture<ExecResult> application = beginExchange(FTDI);
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(() -> peer.write(text(toGateway), PASSAGE));

      String got = peer.read(MEBIBYTE, PASSAGE);

      assertThat(sha256(got.getBytes(StandardCharsets.ISO_8859_1))).isEqualTo(sha256(fromGateway));
      writing.get(1, TimeUnit.MINUTES);
      assertReceived(application);
      print("ftdi", begin);
    }
    // The mode reached the chip. What QEMU does about it, and what not, is in the README.
    assertThat(rig.log()).containsPattern("usb_serial_set_flow_control .* flow control 1\n");
  }

  @Test
  void acm_passesAMebibyteEachWayAtOnceAndHoldsBackWhoIsTooFast() throws Exception {
    gateway.awaitServed(UsbDevice.GADGET);
    // The far end takes nothing until it is itself held back, which it is once the gateway, busy
    // sending, has taken what it has room for.
    CompletableFuture<ExecResult> farEnd =
        guest.start(
            """
            set -e
            exec 3<>/dev/ttyGS0
            stty raw -echo <&3
            cat /tmp/to-gateway >&3 &
            writer=$!
            position() { sed -n 's/^pos:[[:space:]]*//p' /proc/$writer/fdinfo/0; }
            at=0
            until [ $at -gt 65536 ] && [ $at = $(position) ]; do at=$(position); sleep 1; done
            echo "held back at $at"
            head -c 1048576 <&3 | sha256sum
            wait $writer
            """
                // cat's own standard input, so that its position can be looked at
                .replace("cat /tmp/to-gateway >&3", "cat </tmp/to-gateway >&3"),
            PASSAGE);
    long begin = System.nanoTime();

    CompletableFuture<ExecResult> application = beginExchange(ACM);

    String[] said = farEnd.get(4, TimeUnit.MINUTES).succeeded().stdout().split("\n");
    assertReceived(application);
    print("acm", begin);
    assertThat(said[1]).startsWith(sha256(fromGateway));
    assertThat(Integer.parseInt(said[0].replaceAll("\\D", ""))).isLessThan(MEBIBYTE);
  }

  @Test
  void lines_goOnThroughFaultsAndASwap() throws Exception {
    int pid = gateway.pid();
    CompletableFuture<ExecResult> acmFarEnd =
        guest.start(
            """
            exec 3<>/dev/ttyGS0
            stty raw -echo <&3
            for ((n = 0;; n++)); do
              printf 'LINE' $n $n >&3
              sleep 0.02
              if [ -e /tmp/enough ]; then break; fi
            done
            echo $((n + 1))
            head -n 1 <&3
            """
                .replace("LINE", LINE.replace("\n", "\\n")),
            Duration.ofMinutes(10));
    AtomicInteger sent = new AtomicInteger();
    ScheduledExecutorService ftdiFarEnd = Executors.newSingleThreadScheduledExecutor();
    try (SerialPeer peer = rig.connect(UsbDevice.FTDI)) {
      guest.awaitPresent(UsbDevice.FTDI);
      gateway.awaitServed(UsbDevice.FTDI);
      gateway.awaitServed(UsbDevice.GADGET);
      CompletableFuture<ExecResult> ftdi =
          gateway.begin("serial:receive --timeout 20 " + FTDI, "/tmp/ftdi.lines");
      CompletableFuture<ExecResult> acm =
          gateway.begin("serial:receive --timeout 20 " + ACM, "/tmp/acm.lines");
      ftdiFarEnd.scheduleAtFixedRate(
          () -> {
            int n = sent.getAndIncrement();
            peer.write(LINE.formatted(n, n), PASSAGE);
          },
          0,
          20,
          TimeUnit.MILLISECONDS);
      awaitMoreLines();

      gateway.exec(inject("throw"));
      gateway.awaitLogged("(ftdi|cdc-acm)@.* exception: .*planted", 2);
      awaitMoreLines();
      gateway.exec(inject("hang"));
      gateway.awaitLogged("(ftdi|cdc-acm)@.* hang: ", 2);
      awaitMoreLines();
      gateway.swap(Gateway.ACM_JAR, "1.0.1", folder);
      gateway.swap(Gateway.SERIAL_JAR, "1.0.1", folder);
      awaitMoreLines();

      gateway.exec(
          "serial:send %s \"still here\\n\"; serial:send %s \"still here\\n\""
              .formatted(FTDI, ACM));
      assertThat(peer.read(11, Duration.ofSeconds(30))).isEqualTo("still here\n");
      ftdiFarEnd.shutdown();
      assertThat(ftdiFarEnd.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
      guest.run("touch /tmp/enough");
      String[] said = acmFarEnd.get(1, TimeUnit.MINUTES).succeeded().stdout().split("\n");
      assertThat(said[1]).isEqualTo("still here");
      assertGoneOn("ftdi", ftdi, sent.get());
      assertGoneOn("acm", acm, Integer.parseInt(said[0]));
    } finally {
      ftdiFarEnd.shutdownNow();
    }
    assertThat(gateway.pid()).isEqualTo(pid);
  }

  private static String inject(String kind) {
    return "fault:inject %s %s; fault:inject %s %s"
        .formatted(Gateway.SERIAL_DRIVER, kind, Gateway.ACM_DRIVER, kind);
  }

  private void awaitMoreLines() {
    long ftdi = size("ftdi");
    long acm = size("acm");
    await("more lines at both ports")
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(500))
        .until(() -> size("ftdi") > ftdi + 200 && size("acm") > acm + 200);
  }

  private long size(String port) {
    return Long.parseLong(
        guest.run("touch /tmp/P.lines; stat -c %s /tmp/P.lines".replace("P", port)));
  }

  /** The application ended by itself, without an error, having read all but what a fault cost. */
  private void assertGoneOn(String port, CompletableFuture<ExecResult> application, int sent)
      throws Exception {
    application.get(2, TimeUnit.MINUTES).succeeded();
    List<Integer> numbers =
        guest
            .run("cat /tmp/" + port + ".lines")
            .lines()
            .map(WHOLE_LINE::matcher)
            .filter(Matcher::matches)
            .map(line -> Integer.parseInt(line.group(1)))
            .toList();
    System.out.printf("rig: %s passed %d of %d lines%n", port, numbers.size(), sent);
    assertThat(numbers).isSorted().doesNotHaveDuplicates();
    assertThat(numbers.get(numbers.size() - 1)).isEqualTo(sent - 1);
    assertThat(sent - numbers.size()).isLessThan(LOST_LINES_MOST);
  }

  private CompletableFuture<ExecResult> beginExchange(String port) {
    // The far end waits for what an application that failed did not send, and is asked first.
    return gateway
        .begin("serial:send --reply 5 --file /tmp/from-gateway " + port, "/tmp/received")
        .whenComplete(
            (ended, failure) -> {
              if (failure != null || ended.status() != 0) {
                System.out.printf("rig: the application at %s: %s %s%n", port, ended, failure);
              }
            });
  }

  private void assertReceived(CompletableFuture<ExecResult> application) throws Exception {
    application.get(3, TimeUnit.MINUTES).succeeded();
    assertThat(guest.run("stat -c %s /tmp/received")).isEqualTo(Integer.toString(MEBIBYTE));
    assertThat(guest.run("sha256sum /tmp/received")).startsWith(sha256(toGateway));
  }

  private static void print(String port, long begin) {
    System.out.printf(
        "rig: %s passed 1 MiB each way in %.1f s, the client's start included%n",
        port, (System.nanoTime() - begin) / 1e9);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
