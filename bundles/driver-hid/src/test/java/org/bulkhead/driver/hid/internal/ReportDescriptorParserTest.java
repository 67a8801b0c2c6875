package org.bulkhead.driver.hid.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.api.Assertions;
import org.bulkhead.device.input.ReportType;
import org.bulkhead.device.usb.descriptor.DescriptorException;
import org.bulkhead.driver.hid.internal.ReportDescriptor.Report;
import org.bulkhead.driver.hid.internal.ReportField.Range;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportDescriptorParserTest {

  /** One byte of padding in a report, for descriptors that are about something else. */
  private static final String BYTE = "75 08 95 01";

  private static ReportDescriptor fixture(String name) throws DescriptorException {
    return ReportDescriptorParser.parse(Fixture.bytes(name));
  }

  private static ReportDescriptor parse(String... items) throws DescriptorException {
    return ReportDescriptorParser.parse(Fixture.hex(String.join("", items)));
  }

  private static ReportField only(ReportDescriptor descriptor) {
    assertThat(descriptor.reports()).hasSize(1);
    assertThat(descriptor.reports().get(0).fields()).hasSize(1);
    return descriptor.reports().get(0).fields().get(0);
  }

  private static Report input(ReportDescriptor descriptor, int id) {
    return descriptor.report(ReportType.INPUT, id).orElseThrow();
  }

  @Test
  void keyboardOfQemu_hasModifiersKeysAndLights() throws Exception {
    ReportDescriptor keyboard = fixture("qemu-keyboard");

    assertThat(keyboard.numbered()).isFalse();
    assertThat(keyboard.applications()).containsExactly(Usage.KEYBOARD);
    Report input = input(keyboard, 0);
    assertThat(input.lengthBytes()).isEqualTo(8);
    assertThat(input.fields()).extracting(ReportField::bitOffset).containsExactly(0, 8, 16);
    ReportField modifiers = input.fields().get(0);
    assertThat(modifiers.isVariable()).isTrue();
    assertThat(modifiers.usages()).hasToString("000700e0-000700e7");
    assertThat(input.fields().get(1).isConstant()).isTrue();
    ReportField keys = input.fields().get(2);
    assertThat(keys.isVariable()).isFalse();
    assertThat(keys.range().logicalMax()).isEqualTo(255);
    Report output = keyboard.report(ReportType.OUTPUT, 0).orElseThrow();
    assertThat(output.lengthBytes()).isEqualTo(1);
    assertThat(LedReport.lights(output)).hasSize(5);
  }

  @Test
  void mouseOfQemu_isRelative() throws Exception {
    ReportField axes = input(fixture("qemu-mouse"), 0).fields().get(2);

    assertThat(axes.isRelative()).isTrue();
    assertThat(axes.range()).isEqualTo(new Range(-127, 127, 0, 0, 0, 0));
    assertThat(axes.usages()).hasToString("00010030 00010031 00010038");
  }

  @Test
  void tabletOfQemu_isAbsoluteAndKeepsPhysicalLimits() throws Exception {
    Report input = input(fixture("qemu-tablet"), 0);

    assertThat(input.lengthBytes()).isEqualTo(6);
    assertThat(input.fields().get(2).isRelative()).isFalse();
    assertThat(input.fields().get(2).range()).isEqualTo(new Range(0, 32767, 0, 32767, 0, 0));
  }

  @Test
  void receiver_hasFourNumberedReports() throws Exception {
    ReportDescriptor receiver = fixture("unifying-mouse");

    assertThat(receiver.numbered()).isTrue();
    assertThat(receiver.applications())
        .containsExactly(Usage.MOUSE, Usage.CONSUMER_CONTROL, Usage.SYSTEM_CONTROL, 0xffbc_0088);
    assertThat(receiver.reports()).extracting(Report::id).containsExactly(2, 3, 4, 8);
    assertThat(input(receiver, 2).lengthBytes()).isEqualTo(7);
    ReportField axes = input(receiver, 2).fields().get(1);
    assertThat(axes.sizeBits()).isEqualTo(12);
    assertThat(axes.range().logicalMin()).isEqualTo(-2047);
    assertThat(input(receiver, 3).fields().get(0).usages()).hasToString("000c0001-000c028c");
    assertThat(input(receiver, 4).fields().get(0).hasNullState()).isTrue();
    assertThat(receiver.longestBytes(ReportType.INPUT)).isEqualTo(8);
  }

  @Test
  void receiver_hasReportsOfItsMakers() throws Exception {
    ReportDescriptor receiver = fixture("unifying-hidpp");

    assertThat(receiver.longestBytes(ReportType.OUTPUT)).isEqualTo(32);
    assertThat(receiver.report(ReportType.OUTPUT, 0x11).orElseThrow().lengthBytes()).isEqualTo(19);
  }

  @Test
  void joystickOfTheSpecification_keepsUnits() throws Exception {
    Report input = input(fixture("joystick"), 0);
    ReportField hat = input.fields().get(2);

    assertThat(input.lengthBytes()).isEqualTo(4);
    assertThat(hat.range()).isEqualTo(new Range(0, 3, 0, 270, 0, 0x14));
    assertThat(hat.hasNullState()).isTrue();
    assertThat(input.fields().get(3).range().unit()).isZero();
    assertThat(input.fields()).allMatch(field -> field.application() == 0x0001_0004);
  }

  @Test
  void usage_isFoundInItsRange() {
    Usages usages =
        new Usages(new int[] {0, 0x7_0004, 0x7_0010}, new int[] {0, 0x7_0006, 0x7_0010});

    assertThat(usages.inArray(0)).isZero();
    assertThat(usages.inArray(1)).isEqualTo(0x7_0004);
    assertThat(usages.inArray(3)).isEqualTo(0x7_0006);
    assertThat(usages.inArray(4)).isEqualTo(0x7_0010);
    assertThat(usages.inArray(5)).isZero();
    assertThat(usages.inArray(-1)).isZero();
    assertThat(usages.ofControl(0)).isZero();
    assertThat(usages.ofControl(99)).isEqualTo(0x7_0010);
    assertThat(Usages.NONE.ofControl(0)).isZero();
    assertThat(usages.indexOf(0x7_0006)).isEqualTo(3);
    assertThat(usages.indexOf(0x7_0007)).isEqualTo(-1);
  }

  @Test
  void pop_bringsBackWhatPushKept() throws Exception {
    ReportDescriptor parsed =
        parse("05 01 15 81 25 7f 55 0e 65 11", BYTE, "a4 05 09 15 00 25 01 b4 09 30 81 02");

    ReportField field = only(parsed);
    assertThat(field.usages()).hasToString("00010030");
    assertThat(field.range()).isEqualTo(new Range(-127, 127, 0, 0, -2, 0x11));
  }

  @Test
  void usageOfFourBytes_namesItsPage() throws Exception {
    assertThat(only(parse("05 01 0b 38 02 0c 00", BYTE, "81 06")).usages()).hasToString("000c0238");
  }

  @Test
  void usage_isOnThePageThatHoldsAtTheMainItem() throws Exception {
    assertThat(only(parse("05 01 09 04 05 09", BYTE, "81 02")).usages()).hasToString("00090004");
  }

  @Test
  void usageMaximum_mayComeFirstAndBringThePageForBoth() throws Exception {
    assertThat(only(parse("05 01 2b 05 00 09 00 19 01", BYTE, "81 02")).usages())
        .hasToString("00090001-00090005");
  }

  @Test
  void delimitedSet_isItsPreferredUsage() throws Exception {
    assertThat(only(parse("05 01 a9 01 09 30 09 31 a9 00 09 38", BYTE, "81 02")).usages())
        .hasToString("00010030 00010038");
  }

  @Test
  void longItemsAndReservedOnes_arePassedOver() throws Exception {
    assertThat(only(parse("05 01 fe 03 10 aa bb cc 0d 01 09 30", BYTE, "81 02")).usages())
        .hasToString("00010030");
  }

  @Test
  void localItems_endWithTheirMainItem() throws Exception {
    ReportDescriptor parsed = parse("05 01 09 02 a1 01 09 30", BYTE, "81 02 81 02 c0");

    assertThat(input(parsed, 0).fields().get(1).usages()).isEqualTo(Usages.NONE);
  }

  @Test
  void limitsOfFourBytes_areRead() throws Exception {
    Range range = only(parse("17 00 00 00 80 27 ff ff ff 7f", BYTE, "81 02")).range();

    assertThat(range.logicalMin()).isEqualTo(Integer.MIN_VALUE);
    assertThat(range.logicalMax()).isEqualTo(Integer.MAX_VALUE);
  }

  @ParameterizedTest
  @CsvSource({
    "a1 01 75 08 95 01 81 02, a collection is not ended",
    "c0, a collection ends that was not begun",
    "05 01, there is no report",
    "b4, a state is popped that was not pushed",
    "85 00, a report id is from 1 to 255",
    "86 00 01, a report id is from 1 to 255",
    "07 00 00 01 00, a usage page has two bytes",
    "75 20 97 ff ff ff 7f, a report is longer than 16",
    "77 ff ff ff ff, a control is longer than 16",
    "76 00 40 95 09 81 02, the report is longer than 16",
    "19 05 29 01, runs backwards",
    "1b 01 00 09 00 2b 01 00 0a 00, spans two pages",
    "19 01 81 02, a range or set of usages is not ended",
    "a9 01 09 30 81 02, a range or set of usages is not ended",
    "a9 01 a9 01, sets of usages are nested",
    "a9 00, sets of usages are nested or not begun",
    "75 08 95 01 81 02 85 01 81 02, some reports have an id and some have none",
    "05, an item of 1 bytes is cut short",
    "fe 05 00 01, an item of 7 bytes is cut short"
  })
  void wrongDescriptor_isRefusedInWords(String items, String message) {
    assertThatThrownBy(() -> parse(items))
        .isInstanceOf(DescriptorException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("byte ");
  }

  @Test
  void deepNestingAndPushing_areRefused() {
    assertThatThrownBy(() -> parse("a1 00".repeat(65))).hasMessageContaining("nested too deep");
    assertThatThrownBy(() -> parse("a4".repeat(65))).hasMessageContaining("pushed too often");
    assertThatThrownBy(() -> parse("09 01".repeat(1025))).hasMessageContaining("too many usages");
  }

  @Test
  void truncationAtEveryLength_isRefusedOrAWholeDescriptor() {
    for (String name : Fixture.ALL) {
      byte[] whole = Fixture.bytes(name);
      for (int length = 0; length < whole.length; length++) {
        harmless(Arrays.copyOf(whole, length));
      }
    }
  }

  @Test
  void randomBytes_throwNothingElse() {
    Random random = new Random(1);
    Assertions.assertThatCode(
            () -> {
              for (int i = 0; i < 5_000; i++) {
                byte[] bytes = new byte[random.nextInt(200)];
                random.nextBytes(bytes);
                harmless(bytes);
              }
            })
        .doesNotThrowAnyException();
  }

  @Test
  void changedBytesOfRealDescriptors_throwNothingElse() {
    Random random = new Random(2);
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = Fixture.bytes(Fixture.ALL.get(i % Fixture.ALL.size()));
      for (int change = 0; change <= i % 3; change++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      harmless(bytes);
    }
  }

  /** Parses, and where that goes well decodes reports of every length, as a device would send. */
  private static void harmless(byte[] bytes) {
    try {
      ReportDescriptor parsed = ReportDescriptorParser.parse(bytes);
      ReportDecoderTest.decodeAnything(parsed);
      parsed.reports().forEach(LedReport::lights);
    } catch (DescriptorException refused) {
      assertThat(refused).hasMessageStartingWith("report descriptor, byte ");
    }
  }

  @Test
  void longestDescriptor_isReadInNoTime() {
    byte[] usages = new byte[65_534];
    for (int i = 0; i < usages.length; i += 2) {
      usages[i] = (byte) (i % 2_000 == 1_998 ? 0x81 : 0x09);
      usages[i + 1] = 2;
    }
    Assertions.assertThat(Duration.ofSeconds(5))
        .isGreaterThan(
            time(
                () -> {
                  try {
                    ReportDescriptorParser.parse(usages);
                  } catch (DescriptorException fine) {
                    // Whatever it is, it is found quickly.
                  }
                }));
  }

  private static Duration time(Runnable task) {
    long start = System.nanoTime();
    task.run();
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
