package org.bulkhead.fuzz;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.bulkhead.device.usb.descriptor.BosTarget;
import org.bulkhead.device.usb.descriptor.ConfigurationTarget;
import org.bulkhead.device.usb.descriptor.StringTarget;
import org.bulkhead.driver.cdcacm.internal.CdcTarget;
import org.bulkhead.driver.ftdi.internal.FtdiTarget;
import org.bulkhead.driver.hid.internal.HidDescriptorTarget;
import org.bulkhead.driver.hid.internal.HidReportTarget;
import org.bulkhead.driver.massstorage.internal.MassStorageTarget;
import org.bulkhead.driver.massstorage.internal.ScsiTarget;
import org.bulkhead.transport.libusb.internal.ArrivalTarget;

/** All targets, by the names that people type and the folders of the corpus bear. */
final class Targets {

  private static final Map<String, Supplier<Target>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("configuration", ConfigurationTarget::new);
    ALL.put("bos", BosTarget::new);
    ALL.put("string", StringTarget::new);
    ALL.put("arrival", ArrivalTarget::new);
    ALL.put("hid-descriptor", HidDescriptorTarget::new);
    ALL.put("hid-report", HidReportTarget::new);
    ALL.put("cdc", CdcTarget::new);
    ALL.put("scsi", ScsiTarget::new);
    ALL.put("mass-storage", MassStorageTarget::new);
    ALL.put("ftdi", FtdiTarget::new);
  }

  private Targets() {}

  static Set<String> names() {
    return ALL.keySet();
  }

  static Target named(String name) {
    Supplier<Target> target = ALL.get(name);
    if (target == null) {
      throw new IllegalArgumentException(
          "no target \"" + name + "\"; there are " + String.join(", ", ALL.keySet()));
    }
    return target.get();
  }
}
