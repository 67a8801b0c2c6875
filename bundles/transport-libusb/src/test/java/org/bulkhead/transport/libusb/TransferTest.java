package org.bulkhead.transport.libusb;

import static org.assertj.core.api.Assertions.assertThat;

import org.bulkhead.device.transport.BusHandle;
import org.bulkhead.device.usb.TransferStatus;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.junit.jupiter.api.Test;

/** Transfers of every kind and end, on the simulated widget. */
@UmockdevTest
class TransferTest extends BusTest {

  @Test
  void bulk_loopsBack(Simulator simulator) throws UsbException {
    BusHandle handle = open(simulator);
    Flight out = Flight.bulk(handle, 0x01, 5000);
    for (int i = 0; i < 5000; i++) {
      out.transfer.buffer().put(i, (byte) (i * 7));
    }

    assertThat(out.submit(5000).await()).isEqualTo(TransferStatus.COMPLETED);
    Flight in = Flight.bulk(handle, 0x81, 8192);
    assertThat(in.submit(8192).await()).isEqualTo(TransferStatus.COMPLETED);

    assertThat(in.bytes(0)).isEqualTo(out.bytes(0)).hasSize(5000);
  }

  @Test
  void submittedLength_isWhatMovesWhateverPositionAndLimitSay(Simulator simulator)
      throws UsbException {
    BusHandle handle = open(simulator);
    Flight out = Flight.bulk(handle, 0x01, 512);
    out.transfer.buffer().put(0, (byte) 1).put(1, (byte) 2).position(100).limit(200);

    out.submit(2).await();

    assertThat(out.transfer.actualLengthBytes()).isEqualTo(2);
    Flight in = Flight.bulk(handle, 0x81, 512);
    in.submit(512).await();
    assertThat(in.bytes(0)).containsExactly(1, 2);
  }

  @Test
  void control_storesAndReturns(Simulator simulator) throws UsbException {
    BusHandle handle = open(simulator);
    Flight out = Flight.control(handle, 5).setup(0x40, 1, 0, 0, 5);
    for (int i = 0; i < 5; i++) {
      out.transfer.buffer().put(8 + i, (byte) i);
    }

    assertThat(out.submit(13).await()).isEqualTo(TransferStatus.COMPLETED);
    Flight in = Flight.control(handle, 64).setup(0xc0, 1, 0, 0, 64);
    assertThat(in.submit(72).await()).isEqualTo(TransferStatus.COMPLETED);

    assertThat(in.bytes(8)).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void refusedControl_isAStall(Simulator simulator) throws UsbException {
    BusHandle handle = open(simulator);

    assertThat(Flight.control(handle, 8).setup(0xc0, 9, 0, 0, 8).submit(16).await())
        .isEqualTo(TransferStatus.STALL);
  }

  @Test
  void stalledBulk_goesOnAfterClearHalt(Simulator simulator) throws UsbException {
    BusHandle handle = open(simulator);
    simulator.stall(PORT, 0x82);
    Flight in = Flight.bulk(handle, 0x82, 512);

    assertThat(in.submit(512).await()).isEqualTo(TransferStatus.STALL);
    handle.clearHalt(0x82);

    assertThat(in.submit(512).await()).isEqualTo(TransferStatus.COMPLETED);
  }

  @Test
  void shortPacket_completesWithItsLength(Simulator simulator) throws UsbException {
    BusHandle handle = open(simulator);
    simulator.shorten(PORT, 0x82, 100);
    Flight in = Flight.bulk(handle, 0x82, 512);

    assertThat(in.submit(512).await()).isEqualTo(TransferStatus.COMPLETED);
    assertThat(in.transfer.actualLengthBytes()).isEqualTo(100);
  }

  @Test
  void babble_isAnOverflow(Simulator simulator) throws UsbException {
    BusHandle handle = open(simulator);
    Flight.bulk(handle, 0x01, 512).submit(512).await();

    assertThat(Flight.bulk(handle, 0x81, 100).submit(100).await())
        .isEqualTo(TransferStatus.OVERFLOW);
  }

  @Test
  void busError_isAFaultWithTheBytesThatMoved(Simulator simulator) throws UsbException {
    BusHandle handle = open(simulator);
    simulator.fail(PORT, 0x81, "EPROTO", 1, 512);
    Flight in = Flight.bulk(handle, 0x81, 2048);

    assertThat(in.submit(2048).await()).isEqualTo(TransferStatus.FAULT);
    assertThat(in.transfer.actualLengthBytes()).isEqualTo(512);
  }

  @Test
  void cancel_completesOnceAsCancelled(Simulator simulator) throws UsbException {
    BusHandle handle = open(simulator);
    Flight in = Flight.bulk(handle, 0x81, 512);
    in.submit(512);

    in.transfer.cancel();
    in.transfer.cancel();

    assertThat(in.await()).isEqualTo(TransferStatus.CANCELLED);
    in.transfer.cancel();
    assertThat(in.completions()).isZero();
    Flight.bulk(handle, 0x01, 512).submit(3).await();
    assertThat(in.submit(512).await()).isEqualTo(TransferStatus.COMPLETED);
  }

  @Test
  void interrupt_movesInTheSecondSetting(Simulator simulator) throws UsbException {
    BusHandle handle = open(simulator);
    handle.select(0, 1);

    assertThat(new Flight(handle, TransferType.INTERRUPT, 0x01, 64).submit(10).await())
        .isEqualTo(TransferStatus.COMPLETED);
    Flight in = new Flight(handle, TransferType.INTERRUPT, 0x81, 64);
    assertThat(in.submit(64).await()).isEqualTo(TransferStatus.COMPLETED);
    assertThat(in.transfer.actualLengthBytes()).isEqualTo(10);
  }

  @Test
  void emptyTransfer_moves(Simulator simulator) throws UsbException {
    BusHandle handle = open(simulator);

    assertThat(Flight.bulk(handle, 0x02, 0).submit(0).await()).isEqualTo(TransferStatus.COMPLETED);
  }

  @Test
  void release_cancelsWhatIsInFlight(Simulator simulator) throws UsbException {
    BusHandle handle = open(simulator);
    Flight in = Flight.bulk(handle, 0x81, 512);
    in.submit(512);

    handle.release(0);

    assertThat(in.await()).isEqualTo(TransferStatus.CANCELLED);
    assertThat(simulator.count(PORT, "claims")).isEqualTo(2);
  }

  @Test
  void reset_keepsClaimsAndSettings(Simulator simulator) throws UsbException {
    BusHandle handle = open(simulator);
    handle.select(0, 1);
    Flight in = new Flight(handle, TransferType.INTERRUPT, 0x81, 64);
    in.submit(64);

    handle.reset();

    assertThat(in.await()).isEqualTo(TransferStatus.CANCELLED);
    assertThat(simulator.show(PORT))
        .containsEntry("resets", "1")
        .containsEntry("claims", "3")
        .containsEntry("alternate", "1");
    assertThat(new Flight(handle, TransferType.INTERRUPT, 0x01, 64).submit(10).await())
        .isEqualTo(TransferStatus.COMPLETED);
  }
}
