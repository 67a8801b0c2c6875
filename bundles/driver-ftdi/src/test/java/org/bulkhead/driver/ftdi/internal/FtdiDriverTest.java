package org.bulkhead.driver.ftdi.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.annotation.Annotation;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.bulkhead.device.driver.DriverContext;
import org.bulkhead.device.driver.Remembered;
import org.bulkhead.device.driver.UsbDriver.Attachment;
import org.bulkhead.device.serial.SerialPort;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.UsbDevice;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.junit.jupiter.api.Test;
import org.osgi.service.log.Logger;

class FtdiDriverTest {

  @Test
  void attachment_claimsPreparesAndPublishes() throws Exception {
    MemoryDevice device = new MemoryDevice(0x0700, 1, 512);
    Context context = new Context(device);

    Attachment attachment = new FtdiDriver(latency(2)).attach(context);

    assertThat(device.claims).containsExactly(1);
    assertThat(device.requests)
        .contains(new ControlRequest(0x40, 0, 0, 2), new ControlRequest(0x40, 9, 2, 2))
        .contains(new ControlRequest(0x40, 3, 0x04e2, 0x0202));
    assertThat(context.published.get("0")).isInstanceOf(SerialPort.class);
    assertThat(context.properties).containsEntry("ftdi.chip", "FT2232H");

    device.requests.clear();
    attachment.detach();
    assertThat(device.requests).containsExactly(new ControlRequest(0x40, 1, 0x0300, 2));
  }

  @Test
  void latencyTimer_isKeptInItsRangeAndNotSetOnAnAm() throws Exception {
    MemoryDevice bm = new MemoryDevice(0x0400, 0, 64);
    new FtdiDriver(latency(1000)).attach(new Context(bm));
    assertThat(bm.requests).contains(new ControlRequest(0x40, 9, 255, 0));

    MemoryDevice am = new MemoryDevice(0x0200, 0, 64);
    new FtdiDriver(latency(16)).attach(new Context(am));
    assertThat(am.requests).noneMatch(request -> request.request() == 9);
  }

  @Test
  void nextIncarnation_goesOn_unlessTheDeviceWasTouchedOrTheRecordIsUnreadable() throws Exception {
    ControlRequest reset = new ControlRequest(0x40, 0, 0, 0);
    MemoryDevice chip = new MemoryDevice(0x0600, 0, 64);
    AtomicReference<Remembered> kept = new AtomicReference<>();
    new FtdiDriver(latency(16)).attach(new Context(chip, kept, false));
    Remembered record = kept.get();
    assertThat(chip.requests).contains(reset);

    chip.requests.clear();
    new FtdiDriver(latency(16)).attach(new Context(chip, kept, true));
    assertThat(chip.requests).doesNotContain(reset).hasSize(4);

    for (Remembered other :
        List.of(
            new Remembered(record.version() + 1, record.bytes()),
            new Remembered(record.version(), new byte[3]))) {
      chip.requests.clear();
      kept.set(other);
      new FtdiDriver(latency(16)).attach(new Context(chip, kept, true));
      assertThat(chip.requests).contains(reset);
    }
  }

  @Test
  void packetSizeZero_isTakenAs64() throws Exception {
    MemoryDevice device = new MemoryDevice(0x0600, 0, 0);
    new FtdiDriver(latency(16)).attach(new Context(device));
    assertThat(device.in.allocated.get(0).data().capacity() % 64).isZero();
    assertThat(device.in.allocated.get(0).data().capacity()).isPositive();
  }

  private static FtdiDriver.Config latency(int millis) {
    return new FtdiDriver.Config() {
      @Override
      public int latencyTimerMillis() {
        return millis;
      }

      @Override
      public Class<? extends Annotation> annotationType() {
        return FtdiDriver.Config.class;
      }
    };
  }

  private record Context(
      MemoryDevice chip,
      AtomicReference<Remembered> kept,
      boolean untouched,
      Map<String, Object> published,
      Map<String, Object> properties)
      implements DriverContext {

    Context(MemoryDevice chip) {
      this(chip, new AtomicReference<>(), false);
    }

    Context(MemoryDevice chip, AtomicReference<Remembered> kept, boolean untouched) {
      this(chip, kept, untouched, new HashMap<>(), new HashMap<>());
    }

    @Override
    public UsbDevice device() {
      return chip;
    }

    @Override
    public InterfaceDescriptor matched() {
      return chip.descriptor();
    }

    @Override
    public int incarnation() {
      return 1;
    }

    @Override
    public <S> void publish(Class<S> type, String unit, S service, Map<String, ?> properties) {
      published.put(unit, service);
      this.properties.putAll(properties);
    }

    @Override
    public void remember(int version, byte[] bytes) {
      kept.set(new Remembered(version, bytes));
    }

    @Override
    public Optional<Remembered> recalled() {
      return Optional.ofNullable(kept.get());
    }

    @Override
    public boolean deviceUntouched() {
      return untouched;
    }

    @Override
    public void pause(Duration howLong) {
      throw new AssertionError("a serial line has its events");
    }

    @Override
    public void fail(Throwable cause) {
      throw new AssertionError(cause);
    }

    @Override
    public Logger logger() {
      throw new UnsupportedOperationException();
    }
  }
}
