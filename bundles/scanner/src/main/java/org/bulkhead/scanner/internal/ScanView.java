package org.bulkhead.scanner.internal;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import org.bulkhead.device.input.GapEvent;
import org.bulkhead.device.input.InputDevice;
import org.bulkhead.device.input.InputEvent;
import org.bulkhead.device.input.InputListener;
import org.bulkhead.device.input.KeyEvent;
import org.bulkhead.device.input.Scan;
import org.bulkhead.device.input.ScanListener;

/**
 * What one listener sees of all scanners. Called by one thread at a time, on the listener's own
 * queue: so a listener that hangs or throws hurts nobody else.
 */
final class ScanView implements InputListener {

  private final ScanListener listener;
  private final List<ScannerRule> rules;
  private final Set<String> suffixes;
  private final Duration timeout;

  /** Weak, as devices go for good; empty for one that is no scanner. */
  private final Map<InputDevice, Optional<LineAssembler>> scanners = new WeakHashMap<>();

  ScanView(ScanListener listener, List<ScannerRule> rules, Set<String> suffixes, Duration timeout) {
    this.listener = listener;
    this.rules = rules;
    this.suffixes = suffixes;
    this.timeout = timeout;
  }

  @Override
  public void received(InputEvent event) throws Exception {
    LineAssembler scanner = scanners.computeIfAbsent(event.device(), this::scanner).orElse(null);
    if (scanner == null) {
      return;
    }
    if (event instanceof GapEvent) {
      scanner.gap(event.time());
    } else if (event instanceof KeyEvent key) {
      String line = scanner.key(key.usage(), key.down(), key.time());
      if (line != null) {
        listener.scanned(new Scan(key.device(), key.time(), line));
      }
    }
  }

  private Optional<LineAssembler> scanner(InputDevice device) {
    return rules.stream()
        .filter(rule -> rule.matches(device.location(), device.description()))
        .findFirst()
        .map(rule -> new LineAssembler(rule.layout(), suffixes, timeout));
  }
}
