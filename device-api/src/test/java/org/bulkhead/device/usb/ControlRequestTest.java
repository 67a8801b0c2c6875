package org.bulkhead.device.usb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bulkhead.device.usb.ControlRequest.Recipient;
import org.bulkhead.device.usb.descriptor.Direction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControlRequestTest {

  /** USB 2.0 table 9-2. */
  @Test
  void requestType_isDirectionTypeAndRecipient() {
    assertThat(ControlRequest.standardIn(Recipient.DEVICE, 6, 0x100, 0).requestType())
        .isEqualTo(0x80);
    assertThat(ControlRequest.standardIn(Recipient.INTERFACE, 6, 0x2200, 0).requestType())
        .isEqualTo(0x81);
    assertThat(ControlRequest.classIn(Recipient.INTERFACE, 0xfe, 0, 0).requestType())
        .isEqualTo(0xa1);
    assertThat(ControlRequest.classOut(Recipient.INTERFACE, 0xff, 0, 0).requestType())
        .isEqualTo(0x21);
    assertThat(ControlRequest.vendorIn(Recipient.DEVICE, 5, 0, 0).requestType()).isEqualTo(0xc0);
    assertThat(ControlRequest.vendorOut(Recipient.OTHER, 5, 0, 0).requestType()).isEqualTo(0x43);
  }

  @Test
  void direction_isBitSeven() {
    assertThat(new ControlRequest(0x80, 0, 0, 0).direction()).isEqualTo(Direction.IN);
    assertThat(new ControlRequest(0x7f, 0, 0, 0).direction()).isEqualTo(Direction.OUT);
  }

  @ParameterizedTest
  @CsvSource({
    "0x100, 0, 0, 0", "0, 0x100, 0, 0", "0, 0, 0x10000, 0", "0, 0, 0, 0x10000",
    "-1, 0, 0, 0", "0, -1, 0, 0", "0, 0, -1, 0", "0, 0, 0, -1"
  })
  void fieldOutOfRange_isRefused(String type, String request, String value, String index) {
    assertThatThrownBy(
            () ->
                new ControlRequest(
                    Integer.decode(type),
                    Integer.decode(request),
                    Integer.decode(value),
                    Integer.decode(index)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void widestFields_areAccepted_andPrinted() {
    assertThat(new ControlRequest(0xff, 0xff, 0xffff, 0xffff))
        .hasToString("control ff ff ffff ffff");
  }
}
