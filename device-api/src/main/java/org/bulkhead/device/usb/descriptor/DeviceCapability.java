package org.bulkhead.device.usb.descriptor;

import java.util.List;
import java.util.UUID;

/** A capability of a device as a whole (USB 3.2 section 9.6.2). Immutable. */
public sealed interface DeviceCapability {

  /**
   * USB 2.0 Extension (USB 3.2 table 9-15).
   *
   * @param attributes {@code bmAttributes}
   */
  record Usb2Extension(int attributes) implements DeviceCapability {

    /**
     * Whether the device knows Link Power Management.
     *
     * @return bit 1 of the attributes
     */
    public boolean linkPowerManagement() {
      return (attributes & 2) != 0;
    }
  }

  /**
   * SuperSpeed USB (USB 3.2 table 9-16).
   *
   * @param attributes {@code bmAttributes}; bit 1: the device sends latency tolerance messages
   * @param speeds {@code wSpeedsSupported}: bit 0 low, 1 full, 2 high, 3 SuperSpeed
   * @param lowestFullSpeed {@code bFunctionalitySupport}: number of the bit of the lowest speed at
   *     which everything works
   * @param u1ExitMicros {@code bU1DevExitLat}, microseconds
   * @param u2ExitMicros {@code wU2DevExitLat}, microseconds
   */
  record SuperSpeed(
      int attributes, int speeds, int lowestFullSpeed, int u1ExitMicros, int u2ExitMicros)
      implements DeviceCapability {}

  /**
   * SuperSpeedPlus USB (USB 3.2 table 9-19).
   *
   * @param attributes {@code bmAttributes}
   * @param functionality {@code wFunctionalitySupport}: bits 3 to 0 the id of the lowest speed at
   *     which everything works, 11 to 8 the lanes it receives on then, 15 to 12 those it sends on
   * @param speeds {@code bmSublinkSpeedAttr}, in their order
   */
  record SuperSpeedPlus(int attributes, int functionality, List<SublinkSpeed> speeds)
      implements DeviceCapability {}

  /**
   * A speed of one direction of a link (USB 3.2 table 9-19, {@code bmSublinkSpeedAttr}).
   *
   * @param id bits 3 to 0, the same for both directions of one speed
   * @param asymmetric bit 6: the directions differ
   * @param transmit bit 7: the direction away from the device
   * @param plus bit 14: the link speaks SuperSpeedPlus rather than SuperSpeed
   * @param bitsPerSecond of a lane: bits 31 to 16 times a power of 1,000 by bits 5 to 4
   */
  record SublinkSpeed(
      int id, boolean asymmetric, boolean transmit, boolean plus, long bitsPerSecond) {}

  /**
   * Container ID (USB 3.2 table 9-17): the same in each device inside one housing.
   *
   * @param id {@code ContainerID}
   */
  record ContainerId(UUID id) implements DeviceCapability {}

  /**
   * WebUSB (WebUSB section 4.1.1), a platform capability.
   *
   * @param version {@code bcdVersion}, binary-coded decimal
   * @param vendorCode {@code bVendorCode}: {@code bRequest} of WebUSB requests
   * @param landingPage {@code iLandingPage}, 0 for none
   */
  record WebUsb(int version, int vendorCode, int landingPage) implements DeviceCapability {}

  /**
   * Microsoft OS 2.0 (Microsoft OS 2.0 Descriptors, table 4), a platform capability.
   *
   * @param sets descriptor sets, one or more, in their order
   */
  record MicrosoftOs(List<DescriptorSet> sets) implements DeviceCapability {}

  /**
   * Where a set of Microsoft's descriptors is.
   *
   * @param windowsVersion {@code dwWindowsVersion}: the first that it is for, as NTDDI has it
   * @param totalBytes {@code wMSOSDescriptorSetTotalLength}, 0 to 65,535
   * @param vendorCode {@code bMS_VendorCode}: {@code bRequest} that fetches it
   * @param alternateEnumeration {@code bAltEnumCode}, 0 for none
   */
  record DescriptorSet(
      long windowsVersion, int totalBytes, int vendorCode, int alternateEnumeration) {}

  /**
   * Another platform's capability (USB 3.2 table 9-18).
   *
   * @param id {@code PlatformCapabilityUUID}
   * @param raw the whole descriptor; the platform's data starts at byte 20
   */
  record Platform(UUID id, RawDescriptor raw) implements DeviceCapability {}

  /**
   * One that the parser does not know, or that is too short for what it claims to be.
   *
   * @param type {@code bDevCapabilityType}, 0 to 255
   * @param raw the whole descriptor
   */
  record Other(int type, RawDescriptor raw) implements DeviceCapability {}
}
