package org.bulkhead.framework.internal.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Set;
import org.bulkhead.device.input.InputDescription;
import org.bulkhead.device.input.InputSink;
import org.bulkhead.device.input.InputSource;
import org.bulkhead.device.input.Led;
import org.bulkhead.device.input.PointerMotion;
import org.bulkhead.device.input.ReportType;
import org.bulkhead.framework.internal.compartment.Incarnation;

/** A driver's source for one incarnation, with a sink that goes dead with it. */
final class GuardedSource implements InputSource {

  private final InputSource driver;
  private final InputSession device;
  private final InputFront front;
  private final Incarnation incarnation;

  GuardedSource(
      InputSource driver, InputSession device, InputFront front, Incarnation incarnation) {
    this.driver = driver;
    this.device = device;
    this.front = front;
    this.incarnation = incarnation;
  }

  /** The framework's own setting, made while the driver attaches; the argument stands for us. */
  @Override
  public void connect(InputSink sink) throws IOException {
    device.described(Objects.requireNonNull(driver.describe(), "the driver's description"));
    front.connected();
    driver.connect(new GuardedSink());
  }

  @Override
  public InputDescription describe() throws IOException {
    return driver.describe();
  }

  @Override
  public void setLeds(Set<Led> on) throws IOException {
    driver.setLeds(on);
  }

  @Override
  public byte[] getReport(ReportType type, int id) throws IOException {
    return driver.getReport(type, id);
  }

  @Override
  public void setReport(ReportType type, int id, byte[] data) throws IOException {
    driver.setReport(type, id, data);
  }

  /** The sink as this incarnation sees it. */
  private final class GuardedSink implements InputSink {

    @Override
    public void key(int usage, boolean down) {
      front.key(incarnation, usage, down);
    }

    @Override
    public void pointer(PointerMotion motion) {
      front.pointer(incarnation, Objects.requireNonNull(motion, "motion"));
    }

    @Override
    public void report(int id, ByteBuffer data) {
      front.report(incarnation, id, data);
    }
  }
}
