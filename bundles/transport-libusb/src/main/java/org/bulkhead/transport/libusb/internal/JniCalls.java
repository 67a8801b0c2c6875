package org.bulkhead.transport.libusb.internal;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.usb4java.Context;
import org.usb4java.DeviceHandle;
import org.usb4java.HotplugCallbackHandle;
import org.usb4java.LibUsb;
import org.usb4java.Transfer;

/** By usb4java: what Java before 22 has. */
final class JniCalls implements NativeCalls {

  private final Context context;
  private final AtomicBoolean hotplug;

  JniCalls(Context context, AtomicBoolean hotplug) {
    this.context = context;
    this.hotplug = hotplug;
  }

  @Override
  public NativeTransfer allocate(
      DeviceHandle device,
      int endpointAddress,
      int type,
      int packets,
      ByteBuffer memory,
      Runnable landed) {
    Transfer transfer = LibUsb.allocTransfer(packets);
    if (transfer == null) {
      return null;
    }
    transfer.setDevHandle(device);
    transfer.setEndpoint((byte) endpointAddress);
    transfer.setType((byte) type);
    transfer.setTimeout(0);
    transfer.setBuffer(memory);
    transfer.setCallback(ended -> landed.run());
    transfer.setNumIsoPackets(packets);
    transfer.setLength(memory.capacity());
    return new JniTransfer(
        transfer,
        new TransferFields(transfer, (byte) endpointAddress, (byte) type, memory.capacity()),
        packets == 0 ? null : transfer.isoPacketDesc());
  }

  @Override
  public int handleEvents(long micros) {
    return LibUsb.handleEventsTimeout(context, micros);
  }

  @Override
  public int watchHotplug() {
    return LibUsb.hotplugRegisterCallback(
        context,
        LibUsb.HOTPLUG_EVENT_DEVICE_ARRIVED | LibUsb.HOTPLUG_EVENT_DEVICE_LEFT,
        0,
        LibUsb.HOTPLUG_MATCH_ANY,
        LibUsb.HOTPLUG_MATCH_ANY,
        LibUsb.HOTPLUG_MATCH_ANY,
        HotplugFlag.callback(hotplug),
        null,
        new HotplugCallbackHandle());
  }

  /** usb4java keeps what it made. */
  @Override
  public void close() {}
}
