package org.bulkhead.transport.libusb.internal;

import static org.bulkhead.fuzz.Target.promise;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.Map;
import java.util.Optional;
import org.bulkhead.device.transport.BusDevice;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.bulkhead.framework.internal.device.ManagedDevice;
import org.bulkhead.framework.internal.device.UsbFunction;
import org.bulkhead.fuzz.Target;
import org.osgi.service.usbinfo.USBInfoDevice;

/**
 * The way of a new device from sysfs to its services: {@link Sysfs}, {@link ManagedDevice}, {@link
 * UsbFunction}. The input is the seven files with text in the order of {@link #TEXTS}, with a
 * length of one byte each, then the file of the descriptors.
 */
public final class ArrivalTarget implements Target {

  private static final String[] TEXTS = {
    "manufacturer", "product", "serial", "busnum", "devnum", "speed", "bConfigurationValue"
  };
  private static final int MOST_INTERFACES = 256;
  private static final String LOCATION = "1-2.4";

  private final Path folder;

  public ArrivalTarget() {
    try {
      folder = Files.createTempDirectory("sysfs");
      folder.toFile().deleteOnExit();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void read(byte[] input) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(input);
    for (String name : TEXTS) {
      write(name, piece(in, in.hasRemaining() ? in.get() & 0xff : 0));
    }
    byte[] descriptors = piece(in, in.remaining());
    write("descriptors", descriptors);
    // An absolute path resolves to itself.
    String location = folder.toString();
    Optional<SysfsDevice.Key> key = Sysfs.key(location);
    Optional<SysfsDevice> found =
        Sysfs.read(location, key.orElseGet(() -> new SysfsDevice.Key("", 2, 1)));
    if (found.isEmpty()) {
      return;
    }
    SysfsDevice device = found.get();
    promise(!device.toString().isBlank(), "a device has words");
    try {
      offer(device, ManagedDevice.of("sysfs", bus(device)));
    } catch (UsbException refused) {
      promise(refused.kind() == UsbException.Kind.INVALID, "what is no use is refused as invalid");
    }
  }

  private static void offer(SysfsDevice device, ManagedDevice managed) {
    promise(device.vendorId() == managed.identity().vendorId(), "both read the same vendor");
    promise(device.productId() == managed.identity().productId(), "both read the same product");
    int functions = 0;
    for (InterfaceDescriptor matched : managed.configuration().interfaces().toList()) {
      UsbFunction function = new UsbFunction(managed, matched);
      function.isPartOfAnother();
      Map<String, Object> properties = new Hashtable<>(function.properties());
      promise(
          properties.get(USBInfoDevice.USB_IDVENDOR).toString().matches("[0-9a-f]{4}"),
          "an id has four digits");
      promise(
          properties.get(USBInfoDevice.USB_BINTERFACECLASS).toString().matches("[0-9a-f]{2}"),
          "a class has two digits");
      functions++;
    }
    promise(functions <= MOST_INTERFACES, "there is one service for each interface");
  }

  private static BusDevice bus(SysfsDevice device) {
    return (BusDevice)
        Proxy.newProxyInstance(
            BusDevice.class.getClassLoader(),
            new Class<?>[] {BusDevice.class},
            (proxy, method, given) ->
                switch (method.getName()) {
                  case "location" -> LOCATION;
                  case "busNumber" -> device.busNumber();
                  case "address" -> device.key().address();
                  case "speed" -> device.speed();
                  case "descriptors" -> device.descriptors();
                  case "activeConfiguration" -> device.key().configuration();
                  case "manufacturer" -> device.manufacturer();
                  case "product" -> device.product();
                  case "serialNumber" -> device.serialNumber();
                  case "alternateSetting" -> (int) given[0] & 3;
                  case "interfaceName" -> device.product();
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private void write(String name, byte[] content) throws IOException {
    Path file = folder.resolve(name);
    Files.write(file, content);
    file.toFile().deleteOnExit();
  }

  private static byte[] piece(ByteBuffer in, int length) {
    byte[] bytes = new byte[Math.min(length, in.remaining())];
    in.get(bytes);
    return bytes;
  }
}
