package org.bulkhead.framework.internal.session;

import java.io.IOException;
import java.util.Set;
import org.bulkhead.device.input.InputDescription;
import org.bulkhead.device.input.InputDevice;
import org.bulkhead.device.input.InputSource;
import org.bulkhead.device.input.Led;
import org.bulkhead.device.input.ReportType;

/** The input device over a session of a driver's source. */
final class InputSession implements InputDevice {

  private final String name;
  private final String location;
  private final int interfaceNumber;
  private final InputSource source;
  private volatile InputDescription description;
  private volatile Set<Led> leds = Set.of();

  InputSession(String name, String location, int interfaceNumber, InputSource source) {
    this.name = name;
    this.location = location;
    this.interfaceNumber = interfaceNumber;
    this.source = source;
  }

  void described(InputDescription now) {
    description = now;
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public int interfaceNumber() {
    return interfaceNumber;
  }

  @Override
  public InputDescription description() {
    return description;
  }

  @Override
  public Set<Led> leds() {
    return leds;
  }

  @Override
  public void setLeds(Set<Led> on) throws IOException {
    Set<Led> copy = Set.copyOf(on);
    source.setLeds(copy);
    leds = copy;
  }

  @Override
  public byte[] getReport(ReportType type, int id) throws IOException {
    declared(type, id);
    return source.getReport(type, id);
  }

  @Override
  public void setReport(ReportType type, int id, byte[] data) throws IOException {
    if (type == ReportType.INPUT) {
      throw new IllegalArgumentException(name + ": input reports come from the device");
    }
    int length = declared(type, id);
    if (data.length != length) {
      throw new IllegalArgumentException(
          "%s: %s report %d has %d bytes, not %d".formatted(name, type, id, length, data.length));
    }
    source.setReport(type, id, data.clone());
  }

  private int declared(ReportType type, int id) {
    int length = description.lengthBytes(type, id);
    if (length < 0) {
      throw new IllegalArgumentException(
          "%s has no %s report %d; it has %s".formatted(name, type, id, description.reports()));
    }
    return length;
  }

  @Override
  public String toString() {
    return name;
  }
}
