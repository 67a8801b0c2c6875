package org.bulkhead.driver.ftdi.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.annotation.Annotation;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
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
      MemoryDevice chip, Map<String, Object> published, Map<String, Object> properties)
      implements DriverContext {

    Context(MemoryDevice chip) {
      this(chip, new HashMap<>(), new HashMap<>());
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
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Remembered> recalled() {
      return Optional.empty();
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
