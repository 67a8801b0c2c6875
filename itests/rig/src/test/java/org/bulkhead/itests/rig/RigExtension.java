package org.bulkhead.itests.rig;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Boots one guest for a test class, registered in a static field. Where QEMU or the guest's images
 * are absent the class is skipped with the reason; with BULKHEAD_REQUIRE_ALL=1, as environment
 * variable or system property, it fails instead.
 */
final class RigExtension implements BeforeAllCallback, AfterAllCallback {

  private static final String REQUIRE_ALL = "BULKHEAD_REQUIRE_ALL";

  private final List<UsbDevice> devices;
  private Rig rig;

  private RigExtension(List<UsbDevice> devices) {
    this.devices = devices;
  }

  /** A guest that has these devices from its start. */
  static RigExtension with(List<UsbDevice> devices) {
    return new RigExtension(devices);
  }

  /** Returns the running guest. */
  Rig rig() {
    return rig;
  }

  Guest guest() {
    return rig.guest();
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    Rig.missing().ifPresent(RigExtension::skip);
    rig = Rig.start(devices);
    rig.guest().awaitReachable();
    System.out.printf(
        "rig: %d devices, ready after %.1f s%n", devices.size(), rig.bootTime().toMillis() / 1e3);
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    if (rig != null) {
      rig.close();
    }
  }

  /** Skips the test for a reason, or fails it where everything is required. */
  static void skip(String reason) {
    String required =
        Optional.ofNullable(System.getenv(REQUIRE_ALL)).orElse(System.getProperty(REQUIRE_ALL));
    if ("1".equals(required)) {
      throw new AssertionError(reason);
    }
    Assumptions.abort(reason);
  }
}
