package org.bulkhead.driver.massstorage.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.driver.DriverContext;
import org.bulkhead.device.driver.MatchesUsb;
import org.bulkhead.device.driver.UsbDriver;
import org.bulkhead.device.usb.UsbDevice;
import org.bulkhead.device.usb.UsbInterface;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Attaches to the SCSI, Bulk-Only interface of a stick, a disk or a card reader. */
@Component(scope = ServiceScope.PROTOTYPE)
@MatchesUsb(driver = "mass-storage", matches = "class 08/06/50")
public final class MassStorageDriver implements UsbDriver {

  /** For the framework's component runtime. */
  public MassStorageDriver() {}

  @Override
  public Attachment attach(DriverContext context) throws IOException {
    UsbDevice device = context.device();
    UsbInterface claimed = device.claim(context.matched().number());
    if (claimed.descriptor().alternateSetting() != context.matched().alternateSetting()) {
      // Whoever had the device before may have used it by UAS, which is another setting.
      claimed.select(context.matched().alternateSetting());
    }
    String name = device.identity().toString();
    ClassRequests requests = new ClassRequests(device, context.matched().number());
    BulkOnlyTransport transport = new BulkOnlyTransport(name, requests, claimed);
    if (context.incarnation() > 1) {
      // The last life may have ended inside a write, where a command would be taken for data.
      bringIntoStep(device, transport);
    }
    List<LogicalUnit> units = new ArrayList<>();
    UnitTable known = context.recalled().flatMap(UnitTable::read).orElse(null);
    UnitTable found = new UnitTable();
    int highest = known == null ? requests.highestLun() : known.highestLun();
    for (int lun = 0; lun <= highest; lun++) {
      LogicalUnit unit = new LogicalUnit(transport, name, lun, context::pause);
      // The first one is asked in any life: where the device does not answer, attaching is to fail.
      found.add(known == null || lun == 0 ? unit.inquire() : known.inquiry(lun));
      units.add(unit);
    }
    context.remember(UnitTable.VERSION, found.bytes());
    int published = 0;
    for (int lun = 0; lun <= highest; lun++) {
      Scsi.Inquiry inquiry = found.inquiry(lun);
      if (inquiry.isBlockDevice()) {
        context.publish(
            BlockDevice.class,
            Integer.toString(lun),
            units.get(lun),
            Map.of("service.description", inquiry.name()));
        published++;
      }
    }
    if (published == 0) {
      throw new IOException(name + " has no logical unit with blocks: no disk, stick or card slot");
    }
    return Attachment.NOTHING_TO_DO;
  }

  private static void bringIntoStep(UsbDevice device, BulkOnlyTransport transport)
      throws IOException {
    try {
      transport.recover();
    } catch (OutOfStepException unanswered) {
      device.reset();
    }
  }
}
