package org.bulkhead.transport.libusb.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bulkhead.transport.libusb.Simulator;
import org.bulkhead.transport.libusb.UmockdevTest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.usb4java.Context;
import org.usb4java.DeviceHandle;
import org.usb4java.LibUsb;
import org.usb4java.Transfer;

/** Both ways to call libusb; which of them it is follows from the JVM that this runs on. */
@UmockdevTest
class NativeCallsTest {

  private static final int FIRST_WITH_FOREIGN_FUNCTIONS = 22;
  private static final int ISOCHRONOUS = 1;

  private final Context context = new Context();
  private NativeCalls calls;
  private DeviceHandle device;

  @BeforeEach
  void open(Simulator simulator) {
    simulator.plug("1-1");
    assertThat(LibUsb.init(context)).isEqualTo(LibUsb.SUCCESS);
    calls = NativeCalls.of(context, new AtomicBoolean());
    device = LibUsb.openDeviceWithVidPid(context, (short) 0x1209, (short) 0x0001);
  }

  @AfterEach
  void exit() {
    LibUsb.close(device);
    LibUsb.exit(context);
    calls.close();
  }

  @Test
  void foreignFunctionsAreCalled_whereThisJvmHasThem() {
    assertThat(calls)
        .as(ForeignLibusb.whyNot())
        .isInstanceOf(
            Runtime.version().feature() >= FIRST_WITH_FOREIGN_FUNCTIONS
                ? ForeignCalls.class
                : JniCalls.class);
  }

  @Test
  void aNewTransfer_hasMovedNothing() {
    NativeTransfer transfer = transfer(3);

    assertThat(transfer.status()).isEqualTo(LibUsb.TRANSFER_COMPLETED);
    assertThat(transfer.actualLength()).isZero();
    assertThat(transfer.packetActualLength(2)).isZero();
    assertThat(transfer.packetStatus(2)).isEqualTo(LibUsb.TRANSFER_COMPLETED);
    transfer.free();
  }

  @Test
  void aTransferThatIsNotInFlight_cannotBeCancelled() {
    NativeTransfer transfer = transfer(0);

    assertThat(transfer.cancel()).isEqualTo(LibUsb.ERROR_NOT_FOUND);
    transfer.free();
  }

  /** The struct as a JNI wrapper of libusb reads it, which was compiled with libusb's header. */
  @Test
  void fields_areWhereLibusbsHeaderHasThem() throws ReflectiveOperationException {
    NativeTransfer transfer = transfer(3);
    transfer.setLength(600);
    transfer.setPacketLength(0, 100);
    transfer.setPacketLength(2, 300);

    Transfer header = read(transfer);

    assertThat(header.endpoint()).isEqualTo((byte) 0x85);
    assertThat(header.type()).isEqualTo((byte) ISOCHRONOUS);
    assertThat(header.timeout()).isZero();
    assertThat(header.length()).isEqualTo(600);
    assertThat(header.numIsoPackets()).isEqualTo(3);
    assertThat(header.isoPacketDesc()[0].length()).isEqualTo(100);
    assertThat(header.isoPacketDesc()[2].length()).isEqualTo(300);
    transfer.free();
  }

  private static Transfer read(NativeTransfer transfer) throws ReflectiveOperationException {
    if (transfer instanceof JniTransfer usb4java) {
      return usb4java.transfer();
    }
    Field struct = ForeignTransfer.class.getDeclaredField("struct");
    struct.setAccessible(true);
    Constructor<Transfer> constructor = Transfer.class.getDeclaredConstructor();
    constructor.setAccessible(true);
    Field pointer = Transfer.class.getDeclaredField("transferPointer");
    pointer.setAccessible(true);
    Transfer same = constructor.newInstance();
    pointer.setLong(same, struct.getLong(transfer));
    return same;
  }

  private NativeTransfer transfer(int packets) {
    return calls.allocate(
        device, 0x85, ISOCHRONOUS, packets, ByteBuffer.allocateDirect(900), () -> {});
  }
}
