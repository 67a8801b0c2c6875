package org.bulkhead.transport.libusb.internal;

import org.usb4java.IsoPacketDescriptor;
import org.usb4java.LibUsb;
import org.usb4java.Transfer;

/**
 * By usb4java.
 *
 * @param transfer with all fields set
 * @param fields how it ended
 * @param packets null where it is not isochronous
 */
record JniTransfer(Transfer transfer, TransferFields fields, IsoPacketDescriptor[] packets)
    implements NativeTransfer {

  @Override
  public void setLength(int bytes) {
    transfer.setLength(bytes);
  }

  @Override
  public void setPacketLength(int packet, int bytes) {
    packets[packet].setLength(bytes);
  }

  @Override
  public int submit() {
    return LibUsb.submitTransfer(transfer);
  }

  @Override
  public int cancel() {
    return LibUsb.cancelTransfer(transfer);
  }

  @Override
  public int status() {
    return fields.status();
  }

  @Override
  public int actualLength() {
    return fields.actualLength();
  }

  @Override
  public int packetActualLength(int packet) {
    return packets[packet].actualLength();
  }

  @Override
  public int packetStatus(int packet) {
    return packets[packet].status();
  }

  @Override
  public void free() {
    LibUsb.freeTransfer(transfer);
  }
}
