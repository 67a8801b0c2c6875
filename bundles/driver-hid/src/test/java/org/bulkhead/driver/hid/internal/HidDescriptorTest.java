package org.bulkhead.driver.hid.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bulkhead.device.usb.descriptor.DescriptorException;
import org.junit.jupiter.api.Test;

class HidDescriptorTest {

  private static HidDescriptor parse(String digits) throws DescriptorException {
    return HidDescriptor.parse(ByteBuffer.wrap(Fixture.hex(digits)).order(ByteOrder.LITTLE_ENDIAN));
  }

  @Test
  void keyboard_isRead() throws Exception {
    assertThat(parse("09 21 11 01 21 01 22 3f 00")).isEqualTo(new HidDescriptor(0x0111, 0x21, 63));
  }

  @Test
  void reportDescriptor_isFoundBehindPhysicalOnes() throws Exception {
    assertThat(parse("0c 21 11 01 00 02 23 07 00 22 34 12").reportLengthBytes()).isEqualTo(0x1234);
  }

  @Test
  void truncationAtEveryLength_isRefused() {
    String whole = "09 21 11 01 00 01 22 3f 00".replace(" ", "");
    for (int length = 0; length < whole.length(); length += 2) {
      String cut = whole.substring(0, length);
      assertThatThrownBy(() -> parse(cut)).isInstanceOf(DescriptorException.class);
    }
  }

  @Test
  void emptyReportDescriptor_isRefused() {
    assertThatThrownBy(() -> parse("09 21 11 01 00 01 22 00 00"))
        .hasMessageContaining("names no report descriptor");
  }
}
