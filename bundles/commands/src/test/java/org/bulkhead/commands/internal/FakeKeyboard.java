package org.bulkhead.commands.internal;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.bulkhead.device.input.InputDescription;
import org.bulkhead.device.input.InputDevice;
import org.bulkhead.device.input.InputKind;
import org.bulkhead.device.input.Led;
import org.bulkhead.device.input.ReportType;

/** A keyboard with two lights. */
final class FakeKeyboard implements InputDevice {

  private final String location;
  private Set<Led> on = Set.of();
  boolean broken;

  FakeKeyboard(String location) {
    this.location = location;
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public int interfaceNumber() {
    return 0;
  }

  @Override
  public InputDescription description() {
    return new InputDescription(
        "Keys",
        1,
        2,
        Set.of(InputKind.KEYBOARD),
        List.of(),
        Set.of(Led.NUM_LOCK, Led.CAPS_LOCK),
        List.of());
  }

  @Override
  public Set<Led> leds() {
    return on;
  }

  @Override
  public void setLeds(Set<Led> leds) throws IOException {
    if (broken) {
      throw new IOException("it does not answer");
    }
    on = Set.copyOf(leds);
  }

  @Override
  public byte[] getReport(ReportType type, int id) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setReport(ReportType type, int id, byte[] data) {
    throw new UnsupportedOperationException();
  }
}
