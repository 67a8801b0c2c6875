package org.bulkhead.driver.hid.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.bulkhead.device.input.InputSink;
import org.bulkhead.device.input.Led;
import org.bulkhead.device.input.PointerMotion;
import org.bulkhead.device.input.ReportType;
import org.junit.jupiter.api.Test;

class ReportDecoderTest {

  private final Told told = new Told();

  /** What a decoder told, as text. */
  private static class Told implements InputSink {
    final List<String> events = new ArrayList<>();

    @Override
    public void key(int usage, boolean down) {
      events.add((down ? "+" : "-") + Integer.toHexString(usage));
    }

    @Override
    public void pointer(PointerMotion m) {
      events.add(
          (m.absolute() ? "at " : "by ")
              + m.x()
              + ","
              + m.y()
              + (m.absolute() ? " of " + m.maxX() + "," + m.maxY() : "")
              + " wheel "
              + m.wheel()
              + " pan "
              + m.pan()
              + " buttons "
              + m.buttons());
    }

    @Override
    public void report(int id, ByteBuffer data) {
      byte[] bytes = new byte[data.remaining()];
      data.duplicate().get(bytes);
      events.add("report " + id + " " + HexFormat.of().formatHex(bytes));
    }

    List<String> take() {
      List<String> taken = List.copyOf(events);
      events.clear();
      return taken;
    }
  }

  private static ReportDecoder decoder(String fixture) throws Exception {
    return new ReportDecoder(ReportDescriptorParser.parse(Fixture.bytes(fixture)));
  }

  private List<String> decode(ReportDecoder decoder, String report) {
    decoder.decode(ByteBuffer.wrap(Fixture.hex(report)), told);
    return told.take();
  }

  @Test
  void keys_goDownAndComeUp() throws Exception {
    ReportDecoder keyboard = decoder("qemu-keyboard");

    assertThat(decode(keyboard, "02 00 04 00 00 00 00 00")).containsExactly("+700e1", "+70004");
    assertThat(decode(keyboard, "02 00 04 05 00 00 00 00")).containsExactly("+70005");
    assertThat(decode(keyboard, "02 00 05 00 00 00 00 00")).containsExactly("-70004");
    assertThat(decode(keyboard, "00 00 00 00 00 00 00 00")).containsExactly("-700e1", "-70005");
  }

  @Test
  void sameReportAgain_tellsNothing() throws Exception {
    ReportDecoder keyboard = decoder("qemu-keyboard");
    decode(keyboard, "00 00 04 00 00 00 00 00");

    assertThat(decode(keyboard, "00 00 04 00 00 00 00 00")).isEmpty();
  }

  @Test
  void rollOver_leavesKeysAsTheyWere() throws Exception {
    ReportDecoder keyboard = decoder("qemu-keyboard");
    decode(keyboard, "00 00 04 05 06 07 08 09");

    assertThat(decode(keyboard, "00 00 01 01 01 01 01 01")).isEmpty();
    assertThat(decode(keyboard, "00 00 04 05 06 07 08 00")).containsExactly("-70009");
  }

  @Test
  void shortReport_isFilledWithZeros() throws Exception {
    ReportDecoder keyboard = decoder("qemu-keyboard");
    decode(keyboard, "00 00 04 05 00 00 00 00");

    assertThat(decode(keyboard, "00 00 04")).containsExactly("-70005");
  }

  @Test
  void reset_forgetsWhatWasDown() throws Exception {
    ReportDecoder keyboard = decoder("qemu-keyboard");
    decode(keyboard, "00 00 04 00 00 00 00 00");
    keyboard.reset();

    assertThat(decode(keyboard, "00 00 04 00 00 00 00 00")).containsExactly("+70004");
  }

  @Test
  void moreKeysThanAnybodyHolds_leaveKeysAsTheyWere() throws Exception {
    // A bit for each of 4,096 usages: what is down is kept, so that it has to be bounded.
    ReportDecoder keyboard =
        new ReportDecoder(
            ReportDescriptorParser.parse(
                Fixture.hex(
                    "05 01 09 06 a1 01 05 07 19 01 2a 00 10 15 00 25 01 75 01 96 00 10 81 02 c0")));
    ByteBuffer all = ByteBuffer.wrap(new byte[512]);
    Arrays.fill(all.array(), (byte) 0xff);

    assertThat(decode(keyboard, "08")).containsExactly("+70004");
    keyboard.decode(all, told);
    assertThat(told.take()).isEmpty();
    assertThat(decode(keyboard, "00")).containsExactly("-70004");
  }

  @Test
  void usagesWithoutEnd_takeNoTimeWithoutEnd() throws Exception {
    // 131,072 controls, each of which looks for its usage among 1,023: a report took 0.15 s.
    StringBuilder descriptor = new StringBuilder("05 01 09 06 a1 01 05 07");
    for (int usage = 1; usage < 1024; usage++) {
      descriptor.append(String.format("0a %02x %02x", usage & 0xff, usage >> 8));
    }
    descriptor.append("15 00 25 01 75 01 97 00 00 02 00 81 02 c0");
    ReportDecoder keyboard =
        new ReportDecoder(ReportDescriptorParser.parse(Fixture.hex(descriptor.toString())));

    // Processor time: the machine may be busy with something else.
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < 20; i++) {
      keyboard.decode(ByteBuffer.wrap(new byte[16_384]), told);
    }

    assertThat(Duration.ofNanos(threads.getCurrentThreadCpuTime() - start))
        .isLessThan(Duration.ofMillis(1500));
  }

  @Test
  void pointer_isAPlaceOrAWay_asItsFirstAxisIs() throws Exception {
    // X is relative, Y absolute up to 255.
    ReportDecoder mixed =
        new ReportDecoder(
            ReportDescriptorParser.parse(
                Fixture.hex(
                    "05 01 09 02 a1 01 15 00 26 ff 00 75 08 95 01 09 30 81 06 09 31 81 02 c0")));
    List<PointerMotion> motions = new ArrayList<>();

    mixed.decode(
        ByteBuffer.wrap(Fixture.hex("05 06")),
        new Told() {
          @Override
          public void pointer(PointerMotion motion) {
            motions.add(motion);
          }
        });

    assertThat(motions).containsExactly(new PointerMotion(false, 5, 0, 0, 0, 0, 0, 0));
  }

  @Test
  void wheel_withMoreBitsThanAnInt_keepsItsSign() throws Exception {
    ReportDecoder wheel =
        new ReportDecoder(
            ReportDescriptorParser.parse(
                Fixture.hex("05 01 09 02 a1 01 15 00 27 ff ff ff ff 75 20 95 01 09 38 81 06 c0")));

    assertThat(decode(wheel, "ff ff ff ff"))
        .containsExactly("by 0,0 wheel 2147483647 pan 0 buttons 0");
  }

  @Test
  void mouse_tellsSignedSteps() throws Exception {
    assertThat(decode(decoder("qemu-mouse"), "05 ff 7f 81"))
        .containsExactly("by -1,127 wheel -127 pan 0 buttons 5");
  }

  @Test
  void tablet_tellsPlaces() throws Exception {
    assertThat(decode(decoder("qemu-tablet"), "01 ff 7f 00 40 ff"))
        .containsExactly("at 32767,16384 of 32767,32767 wheel -1 pan 0 buttons 1");
  }

  @Test
  void receiver_tellsByReportId() throws Exception {
    ReportDecoder receiver = decoder("unifying-mouse");

    // X is fff and so -1, Y 001: twelve bits each.
    assertThat(decode(receiver, "02 01 80 ff 1f 00 fe 02"))
        .containsExactly("by -1,1 wheel -2 pan 2 buttons 32769");
    assertThat(decode(receiver, "03 e9 00 00 00")).containsExactly("+c00e9");
    assertThat(decode(receiver, "03 00 00 00 00")).containsExactly("-c00e9");
    assertThat(decode(receiver, "04 02")).containsExactly("+10081");
    assertThat(decode(receiver, "04 00")).containsExactly("-10081");
    assertThat(decode(receiver, "08 11")).containsExactly("report 8 11");
  }

  @Test
  void keysOfOneReport_doNotReleaseThoseOfAnother() throws Exception {
    ReportDecoder receiver = decoder("unifying-mouse");
    decode(receiver, "03 e9 00 00 00");

    assertThat(decode(receiver, "04 01")).containsExactly("+10082");
  }

  @Test
  void unknownReports_comeAsTheyAre() throws Exception {
    assertThat(decode(decoder("unifying-mouse"), "77 01 02")).containsExactly("report 119 0102");
    assertThat(decode(decoder("joystick"), "7f 00 81 13")).containsExactly("report 0 7f008113");
  }

  @Test
  void emptyNumberedReport_isNothing() throws Exception {
    assertThat(decode(decoder("unifying-mouse"), "")).isEmpty();
  }

  @Test
  void hat_hasANullState() throws Exception {
    ReportField hat =
        ReportDescriptorParser.parse(Fixture.bytes("joystick"))
            .report(ReportType.INPUT, 0)
            .orElseThrow()
            .fields()
            .get(2);
    ByteBuffer centred = ByteBuffer.wrap(Fixture.hex("00 00 00 0f"));
    ByteBuffer right = ByteBuffer.wrap(Fixture.hex("00 00 00 01"));

    assertThat(hat.isNull(hat.value(centred, 0))).isTrue();
    assertThat(hat.isNull(hat.value(right, 0))).isFalse();
  }

  @Test
  void lights_areBits() throws Exception {
    ReportDescriptor.Report output =
        ReportDescriptorParser.parse(Fixture.bytes("qemu-keyboard"))
            .report(ReportType.OUTPUT, 0)
            .orElseThrow();

    assertThat(LedReport.bytes(output, Set.of(Led.CAPS_LOCK, Led.KANA))).containsExactly(0x12);
    assertThat(LedReport.bytes(output, EnumSet.noneOf(Led.class))).containsExactly(0);
  }

  @Test
  void lightsOfAnArray_areNamed() throws Exception {
    ReportDescriptor.Report output =
        ReportDescriptorParser.parse(Fixture.hex("05 08 19 01 29 05 15 01 25 05 75 08 95 02 91 00"))
            .report(ReportType.OUTPUT, 0)
            .orElseThrow();

    assertThat(LedReport.bytes(output, Set.of(Led.SCROLL_LOCK))).containsExactly(3, 0);
  }

  /** Random reports for whatever a descriptor declares; returns unless something is thrown. */
  static void decodeAnything(ReportDescriptor descriptor) {
    ReportDecoder decoder = new ReportDecoder(descriptor);
    Random random = new Random(3);
    for (int length = 0; length < 12; length++) {
      byte[] report = new byte[length];
      random.nextBytes(report);
      if (length > 0 && !descriptor.reports().isEmpty()) {
        report[0] = (byte) descriptor.reports().get(0).id();
      }
      decoder.decode(ByteBuffer.wrap(report), new Told());
    }
  }
}
