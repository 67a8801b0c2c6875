package org.bulkhead.framework.internal.session;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import org.bulkhead.device.contract.DeviceSession;
import org.bulkhead.device.input.InputDescription;
import org.bulkhead.device.input.InputDevice;
import org.bulkhead.device.input.InputSource;
import org.bulkhead.device.input.Led;
import org.bulkhead.device.input.ReportType;

/** The input device over a session of a driver's source. */
final class InputSession implements InputDevice, DeviceSession {

  private final Session session;
  private final InputSource source;
  private final String location;
  private final int interfaceNumber;
  private final Known known;

  /** What all views share. */
  private static final class Known {
    volatile InputDescription description;
    volatile Set<Led> leds = Set.of();
  }

  InputSession(Session session, String location, int interfaceNumber) {
    this(session, location, interfaceNumber, new Known());
  }

  private InputSession(Session session, String location, int interfaceNumber, Known known) {
    this.session = session;
    this.source = (InputSource) session;
    this.location = location;
    this.interfaceNumber = interfaceNumber;
    this.known = known;
  }

  void described(InputDescription now) {
    known.description = now;
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
    return known.description;
  }

  @Override
  public Set<Led> leds() {
    return known.leds;
  }

  @Override
  public void setLeds(Set<Led> on) throws IOException {
    Set<Led> copy = Set.copyOf(on);
    source.setLeds(copy);
    known.leds = copy;
  }

  @Override
  public byte[] getReport(ReportType type, int id) throws IOException {
    declared(type, id);
    return source.getReport(type, id);
  }

  @Override
  public void setReport(ReportType type, int id, byte[] data) throws IOException {
    if (type == ReportType.INPUT) {
      throw new IllegalArgumentException(session + ": input reports come from the device");
    }
    int length = declared(type, id);
    if (data.length != length) {
      throw new IllegalArgumentException(
          "%s: %s report %d has %d bytes, not %d"
              .formatted(session, type, id, length, data.length));
    }
    source.setReport(type, id, data.clone());
  }

  private int declared(ReportType type, int id) {
    int length = known.description.lengthBytes(type, id);
    if (length < 0) {
      throw new IllegalArgumentException(
          "%s has no %s report %d; it has %s"
              .formatted(session, type, id, known.description.reports()));
    }
    return length;
  }

  @Override
  public <S> S within(Class<S> type, Duration patience) {
    Session view = (Session) session.within(InputSource.class, patience);
    return Session.as(type, new InputSession(view, location, interfaceNumber, known));
  }

  @Override
  public Availability availability() {
    return session.availability();
  }

  @Override
  public Listening listen(Listener listener) {
    return session.listen(listener);
  }

  @Override
  public void complain(String words) {
    session.complain(words);
  }

  @Override
  public String toString() {
    return session.toString();
  }
}
