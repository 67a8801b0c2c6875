package org.bulkhead.driver.cdcacm.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.ConfigurationDescriptor;
import org.bulkhead.device.usb.descriptor.DescriptorParser;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.junit.jupiter.api.Test;

class AcmFunctionTest {

  private static final String DEVICE = "12010002ef020140 6b1d0401 0001 01020301";
  private static final String CONTROL = "0904000001 02020100";
  private static final String HEADER = "0524001001";
  private static final String CALL_MANAGEMENT = "0524010001";
  private static final String ACM = "04240202";
  private static final String NOTIFY = "070581030a0009";
  private static final String DATA = "0904010002 0a000000";
  private static final String BULK = "07058202000200 07050202000200";

  /** As Linux 6.1 sends it for one function acm at high speed. */
  private static final String GADGET =
      "080b000202020100"
          + CONTROL
          + HEADER
          + CALL_MANAGEMENT
          + ACM
          + "0524060001"
          + NOTIFY
          + DATA
          + BULK;

  @Test
  void gadget_isTwoInterfacesWithLineRequestsAndWithoutBreak() throws Exception {
    AcmFunction function = of(GADGET);
    assertThat(function).isEqualTo(new AcmFunction(0, 1, 0, 0x02));
    assertThat(function.hasLineRequests()).isTrue();
    assertThat(function.sendsBreak()).isFalse();
  }

  @Test
  void functionalDescriptors_areReadWhole() throws Exception {
    assertThat(FunctionalDescriptors.of(control(configuration(GADGET))))
        .isEqualTo(new FunctionalDescriptors(0x0110, 1, 0x02, List.of(0, 1)));
  }

  @Test
  void unionOfSeveral_takesTheOneWithTheEndpoints() throws Exception {
    String three = CONTROL + "062406000301" + "0904030000 0a000000" + DATA + BULK;
    assertThat(of(three)).isEqualTo(new AcmFunction(0, 1, 0, 0));
  }

  @Test
  void switchedUnion_isUnderstood() throws Exception {
    assertThat(of(CONTROL + "0524060100" + DATA + BULK).dataInterface()).isOne();
  }

  @Test
  void unionThatNamesNothing_fallsBackToTheCallManagement() throws Exception {
    String two = DATA + BULK + "0904020002 0a000000 07058302000200 07050302000200";
    assertThat(of(CONTROL + "0524060009" + "0524010002" + two).dataInterface()).isEqualTo(2);
  }

  @Test
  void withoutUnion_theNextDataInterfaceIsTaken() throws Exception {
    String gap = "0904010000 ff000000 0904020002 0a000000";
    assertThat(of(CONTROL + ACM + gap + BULK).dataInterface()).isEqualTo(2);
  }

  @Test
  void endpointsInALaterSetting_areFound() throws Exception {
    String settings = "0904010000 0a000000 0904010102 0a000000";
    assertThat(of(CONTROL + "0524060001" + settings + BULK)).isEqualTo(new AcmFunction(0, 1, 1, 0));
  }

  @Test
  void everythingInOneInterface_isAPortToo() throws Exception {
    assertThat(of("0904000003 02020100" + ACM + NOTIFY + BULK))
        .isEqualTo(new AcmFunction(0, 0, 0, 2));
  }

  @Test
  void descriptorsBehindTheEndpoint_countToo() throws Exception {
    assertThat(of(CONTROL + NOTIFY + "04240206" + DATA + BULK).sendsBreak()).isTrue();
  }

  @Test
  void withoutBulkEndpoints_isNoSerialPort() {
    assertThatThrownBy(() -> of(CONTROL + "0524060001" + "0904010000 0a000000"))
        .isInstanceOfSatisfying(
            UsbException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
        .hasMessageContaining("no data interface");
  }

  @Test
  void truncationAtEveryLength_isAFunctionOrAnError() throws Exception {
    byte[] whole = device(GADGET);
    for (int length = 18; length < whole.length; length++) {
      List<ConfigurationDescriptor> read =
          DescriptorParser.parse(Arrays.copyOf(whole, length)).configurations();
      for (ConfigurationDescriptor configuration : read) {
        for (InterfaceDescriptor each : configuration.settings()) {
          try {
            assertThat(AcmFunction.of(configuration, each).dataInterface()).isBetween(0, 1);
          } catch (UsbException invalid) {
            assertThat(invalid.kind()).isEqualTo(Kind.INVALID);
          }
        }
      }
    }
  }

  @Test
  void functionalDescriptorsOfEveryLength_sayWhatIsWhole() {
    for (int kind = 0; kind < 256; kind++) {
      for (int length = 2; length < 9; length++) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 1);
        bytes[0] = (byte) length;
        bytes[1] = 0x24;
        if (length > 2) {
          bytes[2] = (byte) kind;
        }
        FunctionalDescriptors read =
            FunctionalDescriptors.read(
                Stream.of(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)));
        assertThat(read.union()).hasSize(kind == 6 ? Math.max(0, length - 3) : 0);
        assertThat(read.version()).isEqualTo(kind == 0 && length >= 5 ? 0x0101 : 0);
      }
    }
  }

  private static AcmFunction of(String interfaces) throws UsbException {
    ConfigurationDescriptor configuration = configuration(interfaces);
    return AcmFunction.of(configuration, control(configuration));
  }

  private static InterfaceDescriptor control(ConfigurationDescriptor configuration) {
    return configuration.settings().get(0);
  }

  private static ConfigurationDescriptor configuration(String interfaces) throws UsbException {
    return DescriptorParser.parse(device(interfaces)).configurations().get(0);
  }

  private static byte[] device(String interfaces) {
    byte[] body = HexFormat.of().parseHex(interfaces.replace(" ", ""));
    byte[] head = HexFormat.of().parseHex(DEVICE.replace(" ", ""));
    ByteBuffer all =
        ByteBuffer.allocate(head.length + 9 + body.length).order(ByteOrder.LITTLE_ENDIAN);
    all.put(head).put((byte) 9).put((byte) 2).putShort((short) (9 + body.length));
    all.put((byte) 2).put((byte) 1).put((byte) 0).put((byte) 0x80).put((byte) 50).put(body);
    return all.array();
  }
}
