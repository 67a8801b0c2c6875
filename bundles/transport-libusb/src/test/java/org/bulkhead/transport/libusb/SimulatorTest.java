package org.bulkhead.transport.libusb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.usb4java.Context;
import org.usb4java.Device;
import org.usb4java.DeviceDescriptor;
import org.usb4java.DeviceHandle;
import org.usb4java.DeviceList;
import org.usb4java.HotplugCallbackHandle;
import org.usb4java.LibUsb;
import org.usb4java.Transfer;

/**
 * The simulator against plain usb4java, so that a fault of the one is not taken for the other's.
 */
@UmockdevTest
class SimulatorTest {

  private static final String PORT = "1-1";
  private static final byte LOOP_OUT = 0x01;
  private static final byte LOOP_IN = (byte) 0x81;
  private static final byte SOURCE = (byte) 0x82;
  private static final byte INTERRUPT_IN = (byte) 0x83;
  private static final long TIMEOUT = 30_000;

  private final Context context = new Context();
  private DeviceHandle handle;

  @BeforeEach
  void initialise() {
    check(LibUsb.init(context));
  }

  @AfterEach
  void exit() {
    if (handle != null) {
      LibUsb.close(handle);
    }
    LibUsb.exit(context);
  }

  @Test
  void list_hasTheRootHubAndThePluggedWidgets(Simulator simulator) {
    simulator.plug(PORT);
    simulator.plug("1-2", "vid=0x0403", "pid=0x6001", "serial=F1");

    assertThat(list(context)).containsExactlyInAnyOrder("1d6b:0002", "1209:0001", "0403:6001");
  }

  @Test
  void strings_areRead(Simulator simulator) {
    simulator.plug(PORT, "serial=S-77", "product=Thing");
    open();

    assertThat(LibUsb.getStringDescriptor(handle, (byte) 2)).isEqualTo("Thing");
    assertThat(LibUsb.getStringDescriptor(handle, (byte) 3)).isEqualTo("S-77");
  }

  @Test
  void vendorControl_isStoredAndReturned(Simulator simulator) {
    simulator.plug(PORT);
    open();

    ByteBuffer sent = direct(1, 2, 3, 4, 5);
    assertThat(
            LibUsb.controlTransfer(
                handle, (byte) 0x40, (byte) 1, (short) 0, (short) 0, sent, TIMEOUT))
        .isEqualTo(5);
    ByteBuffer got = ByteBuffer.allocateDirect(64);
    assertThat(
            LibUsb.controlTransfer(
                handle, (byte) 0xc0, (byte) 1, (short) 0, (short) 0, got, TIMEOUT))
        .isEqualTo(5);
    assertThat(got.limit(5)).isEqualTo(sent.rewind());
    assertThat(
            LibUsb.controlTransfer(
                handle, (byte) 0xc0, (byte) 9, (short) 0, (short) 0, got, TIMEOUT))
        .isEqualTo(LibUsb.ERROR_PIPE);
  }

  @Test
  void bulk_loopsBack(Simulator simulator) {
    simulator.plug(PORT);
    openAndClaim();

    ByteBuffer sent = ByteBuffer.allocateDirect(5000);
    while (sent.hasRemaining()) {
      sent.put((byte) (sent.position() * 7));
    }
    assertThat(bulk(LOOP_OUT, sent)).isEqualTo(5000);
    ByteBuffer got = ByteBuffer.allocateDirect(8192);
    assertThat(bulk(LOOP_IN, got)).isEqualTo(5000);
    assertThat(got.limit(5000)).isEqualTo(sent.rewind());
  }

  @Test
  void stall_endsWithClearHalt(Simulator simulator) {
    simulator.plug(PORT);
    openAndClaim();
    check(LibUsb.claimInterface(handle, 1));
    simulator.stall(PORT, 0x82);

    assertThat(bulk(SOURCE, ByteBuffer.allocateDirect(64))).isEqualTo(LibUsb.ERROR_PIPE);
    check(LibUsb.clearHalt(handle, SOURCE));
    assertThat(bulk(SOURCE, ByteBuffer.allocateDirect(64))).isEqualTo(64);
    assertThat(simulator.count(PORT, "clearhalts")).isEqualTo(1);
  }

  @Test
  void failure_carriesTheBytesThatMoved(Simulator simulator) {
    simulator.plug(PORT);
    openAndClaim();
    simulator.fail(PORT, 0x81, "EPROTO", 1, 512);

    Pending pending = submit(LOOP_IN, 2048);

    pending.await();
    assertThat(pending.status()).isEqualTo(LibUsb.TRANSFER_ERROR);
    assertThat(pending.transfer.actualLength()).isEqualTo(512);
    pending.free();
  }

  @Test
  void overflow_isReported(Simulator simulator) {
    simulator.plug(PORT);
    openAndClaim();
    bulk(LOOP_OUT, ByteBuffer.allocateDirect(512));

    assertThat(bulk(LOOP_IN, ByteBuffer.allocateDirect(100))).isEqualTo(LibUsb.ERROR_OVERFLOW);
  }

  @Test
  void delay_completesLater(Simulator simulator) {
    simulator.plug(PORT);
    openAndClaim();
    check(LibUsb.claimInterface(handle, 1));
    simulator.delay(PORT, 0x82, 150);

    long start = System.nanoTime();
    assertThat(bulk(SOURCE, ByteBuffer.allocateDirect(64))).isEqualTo(64);
    assertThat(System.nanoTime() - start).isGreaterThan(140_000_000L);
  }

  @Test
  void interruptPacket_arrivesWhenFed(Simulator simulator) {
    simulator.plug(PORT);
    openAndClaim();
    check(LibUsb.claimInterface(handle, 1));
    Pending pending = submit(INTERRUPT_IN, 64);

    simulator.feed(PORT, 0x83, (byte) 0xab, (byte) 0xcd);

    pending.await();
    assertThat(pending.transfer.actualLength()).isEqualTo(2);
    assertThat(pending.buffer.get(0)).isEqualTo((byte) 0xab);
    pending.free();
  }

  @Test
  void pendingTransfer_isCancelled(Simulator simulator) {
    simulator.plug(PORT);
    openAndClaim();
    Pending pending = submit(LOOP_IN, 512);

    check(LibUsb.cancelTransfer(pending.transfer));

    pending.await();
    assertThat(pending.status()).isEqualTo(LibUsb.TRANSFER_CANCELLED);
    pending.free();
  }

  @Test
  void unplugWithTransferPending_completesItAsGone(Simulator simulator) {
    simulator.plug(PORT);
    openAndClaim();
    Pending pending = submit(LOOP_IN, 512);

    simulator.unplug(PORT);

    pending.await();
    assertThat(pending.status()).isEqualTo(LibUsb.TRANSFER_NO_DEVICE);
    pending.free();
    assertThat(LibUsb.clearHalt(handle, LOOP_IN)).isEqualTo(LibUsb.ERROR_NO_DEVICE);
  }

  @Test
  void replug_arrivesAtTheSamePortUnderANewNumber(Simulator simulator) {
    List<String> events = new ArrayList<>();
    HotplugCallbackHandle callback = new HotplugCallbackHandle();
    check(
        LibUsb.hotplugRegisterCallback(
            context,
            LibUsb.HOTPLUG_EVENT_DEVICE_ARRIVED | LibUsb.HOTPLUG_EVENT_DEVICE_LEFT,
            0,
            0x1209,
            LibUsb.HOTPLUG_MATCH_ANY,
            LibUsb.HOTPLUG_MATCH_ANY,
            (c, device, event, data) -> {
              events.add(
                  (event == LibUsb.HOTPLUG_EVENT_DEVICE_ARRIVED ? "arrived " : "left ")
                      + LibUsb.getPortNumber(device)
                      + " "
                      + LibUsb.getDeviceAddress(device));
              return 0;
            },
            null,
            callback));
    int first = simulator.plug(PORT);
    handleEventsUntil(() -> events.size() == 1);
    simulator.unplug(PORT);
    handleEventsUntil(() -> events.size() == 2);
    int second = simulator.plug(PORT);
    handleEventsUntil(() -> events.size() == 3);

    assertThat(second).isNotEqualTo(first);
    assertThat(events)
        .containsExactly("arrived 1 " + first, "left 1 " + first, "arrived 1 " + second);
    LibUsb.hotplugDeregisterCallback(context, callback);
  }

  @Test
  void deviceList_isStaleWithoutUdevdUntilANewContext(Simulator simulator) {
    simulator.udevd(false);

    simulator.plug(PORT);

    assertThat(list(context)).containsExactly("1d6b:0002");
    Context later = new Context();
    check(LibUsb.init(later));
    assertThat(list(later)).containsExactlyInAnyOrder("1d6b:0002", "1209:0001");
    LibUsb.exit(later);
  }

  @Test
  void denied_isAccess(Simulator simulator) {
    simulator.plug(PORT, "denied");

    assertThat(LibUsb.open(find(), new DeviceHandle())).isEqualTo(LibUsb.ERROR_ACCESS);
    simulator.allow(PORT);
    open();
  }

  @Test
  void kernelDriver_isDetachedAndGivenBack(Simulator simulator) {
    simulator.plug(PORT, "driver=usb-storage");
    open();
    assertThat(LibUsb.kernelDriverActive(handle, 0)).isEqualTo(1);
    assertThat(LibUsb.claimInterface(handle, 0)).isEqualTo(LibUsb.ERROR_BUSY);

    check(LibUsb.setAutoDetachKernelDriver(handle, true));
    check(LibUsb.claimInterface(handle, 0));
    assertThat(simulator.show(PORT)).containsEntry("bound", "none");
    check(LibUsb.releaseInterface(handle, 0));
    assertThat(simulator.show(PORT)).containsEntry("bound", "usb-storage");
  }

  @Test
  void alternateSettingConfigurationAndReset_areSeen(Simulator simulator) {
    simulator.plug(PORT);
    open();
    check(LibUsb.setConfiguration(handle, 1));
    check(LibUsb.claimInterface(handle, 0));

    check(LibUsb.setInterfaceAltSetting(handle, 0, 1));
    assertThat(simulator.count(PORT, "alternate")).isEqualTo(1);
    check(LibUsb.resetDevice(handle));
    assertThat(simulator.count(PORT, "resets")).isEqualTo(1);
    check(LibUsb.releaseInterface(handle, 0));
    assertThat(simulator.count(PORT, "claims")).isZero();
    LibUsb.close(handle);
    handle = null;
    handleEventsUntil(() -> simulator.count(PORT, "opens") == 0);
  }

  private final class Pending {
    final ByteBuffer buffer;
    final Transfer transfer = LibUsb.allocTransfer();
    private boolean done;

    Pending(byte endpoint, int length) {
      buffer = ByteBuffer.allocateDirect(length);
      LibUsb.fillBulkTransfer(transfer, handle, endpoint, buffer, t -> done = true, null, 0);
      if (endpoint == INTERRUPT_IN) {
        transfer.setType(LibUsb.TRANSFER_TYPE_INTERRUPT);
      }
      check(LibUsb.submitTransfer(transfer));
    }

    void await() {
      handleEventsUntil(() -> done);
    }

    int status() {
      return transfer.status();
    }

    void free() {
      LibUsb.freeTransfer(transfer);
    }
  }

  private Pending submit(byte endpoint, int length) {
    return new Pending(endpoint, length);
  }

  private void handleEventsUntil(java.util.function.BooleanSupplier condition) {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        fail("nothing came within 30 s");
      }
      check(LibUsb.handleEventsTimeout(context, 20_000));
    }
  }

  private int bulk(byte endpoint, ByteBuffer buffer) {
    IntBuffer moved =
        ByteBuffer.allocateDirect(4).order(java.nio.ByteOrder.nativeOrder()).asIntBuffer();
    int result = LibUsb.bulkTransfer(handle, endpoint, buffer, moved, TIMEOUT);
    return result == LibUsb.SUCCESS ? moved.get(0) : result;
  }

  private void openAndClaim() {
    open();
    check(LibUsb.claimInterface(handle, 0));
  }

  private void open() {
    handle = new DeviceHandle();
    check(LibUsb.open(find(), handle));
  }

  private Device find() {
    DeviceList devices = new DeviceList();
    check(LibUsb.getDeviceList(context, devices));
    Device found = null;
    for (Device device : devices) {
      if (LibUsb.getPortNumber(device) == 1) {
        found = LibUsb.refDevice(device);
      }
    }
    LibUsb.freeDeviceList(devices, true);
    assertThat(found).isNotNull();
    return found;
  }

  private static List<String> list(Context context) {
    DeviceList devices = new DeviceList();
    check(LibUsb.getDeviceList(context, devices));
    List<String> ids = new ArrayList<>();
    for (Device device : devices) {
      DeviceDescriptor descriptor = new DeviceDescriptor();
      check(LibUsb.getDeviceDescriptor(device, descriptor));
      ids.add(String.format("%04x:%04x", descriptor.idVendor(), descriptor.idProduct()));
    }
    LibUsb.freeDeviceList(devices, true);
    return ids;
  }

  private static ByteBuffer direct(int... bytes) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length);
    for (int value : bytes) {
      buffer.put((byte) value);
    }
    return buffer;
  }

  private static void check(int result) {
    if (result < 0) {
      fail(LibUsb.errorName(result) + " (" + result + ")");
    }
  }
}
