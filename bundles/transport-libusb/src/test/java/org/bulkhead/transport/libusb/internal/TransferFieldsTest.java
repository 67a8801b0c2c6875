package org.bulkhead.transport.libusb.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.usb4java.LibUsb;
import org.usb4java.Transfer;

class TransferFieldsTest {

  private static final byte ENDPOINT = (byte) 0x81;
  private static final byte BULK = 2;

  private final Transfer transfer = LibUsb.allocTransfer(2);

  @BeforeEach
  void fill() {
    transfer.setEndpoint(ENDPOINT);
    transfer.setType(BULK);
    transfer.setTimeout(0);
    transfer.setBuffer(ByteBuffer.allocateDirect(512));
    transfer.setLength(300);
  }

  @AfterEach
  void free() {
    LibUsb.freeTransfer(transfer);
  }

  @Test
  void fieldsThatAreAsTheyWereSet_areRead() {
    TransferFields fields = new TransferFields(transfer, ENDPOINT, BULK, 300);

    assertThat(fields.areRead()).isTrue();
    assertThat(fields.status()).isEqualTo(transfer.status());
    assertThat(fields.actualLength()).isEqualTo(transfer.actualLength());
  }

  @Test
  void anotherLayout_isLeftToUsb4java() {
    assertThat(new TransferFields(transfer, (byte) 0x82, BULK, 300).areRead()).isFalse();
    assertThat(new TransferFields(transfer, ENDPOINT, (byte) 3, 300).areRead()).isFalse();

    TransferFields fields = new TransferFields(transfer, ENDPOINT, BULK, 301);

    assertThat(fields.areRead()).isFalse();
    assertThat(fields.status()).isEqualTo(transfer.status());
    assertThat(fields.actualLength()).isEqualTo(transfer.actualLength());
  }
}
