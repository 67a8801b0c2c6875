package org.bulkhead.itests.lines.internal;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.serial.SerialDevice;
import org.osgi.service.serial.SerialDeviceException;
import org.osgi.service.serial.SerialEvent;
import org.osgi.service.serial.SerialEventListener;
import org.osgi.service.serial.SerialPortConfiguration;

/**
 * An application as a user writes it: every line that a serial port receives becomes an event of
 * topic {@code serial/LINE}. It knows the OSGi standards and nothing of drivers, so it has nothing
 * to do when one of them fails or is replaced.
 */
@Component(service = SerialEventListener.class, immediate = true)
public final class SerialLines implements SerialEventListener {

  private final Map<String, LinePort> ports = new ConcurrentHashMap<>();
  private final EventAdmin events;
  private final Logger log;

  /** Takes what it works with. */
  @Activate
  public SerialLines(@Reference EventAdmin events, @Reference LoggerFactory loggers) {
    this.events = events;
    this.log = loggers.getLogger("serial-lines");
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addPort(SerialDevice device, Map<String, Object> properties) {
    String comPort = (String) properties.get(SerialDevice.SERIAL_COMPORT);
    try {
      device.setConfiguration(new SerialPortConfiguration(115_200));
      ports.put(comPort, new LinePort(device.getInputStream(), line -> post(comPort, line)));
    } catch (SerialDeviceException | IOException e) {
      log.warn("{} is left alone: {}", comPort, e.getMessage());
    }
  }

  void removePort(SerialDevice device, Map<String, Object> properties) {
    LinePort port = ports.remove((String) properties.get(SerialDevice.SERIAL_COMPORT));
    if (port != null) {
      port.close();
    }
  }

  @Override
  public void notifyEvent(SerialEvent event) {
    LinePort port = ports.get(event.getComPort());
    if (port != null && event.getType() == SerialEvent.DATA_AVAILABLE) {
      try {
        port.readAvailable();
      } catch (IOException e) {
        log.warn("{}: {}", event.getComPort(), e.getMessage());
      }
    }
  }

  private void post(String comPort, String line) {
    events.postEvent(
        new Event("serial/LINE", Map.of(SerialDevice.SERIAL_COMPORT, comPort, "line", line)));
  }
}
