package org.bulkhead.framework.internal.recorder;

import java.lang.management.ManagementFactory;
import java.lang.management.MonitorInfo;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.bulkhead.device.usb.descriptor.TransferType;
import org.bulkhead.framework.internal.recorder.Recording.Entry;

/** A crash as a person reads it. */
final class Report {

  private static final int MOST_FRAMES = 64;
  private static final int MOST_THREADS = 500;
  private static final int SHOWN_BYTES = 24;
  private static final HexFormat HEX = HexFormat.of();

  private final Crash crash;
  private final StringBuilder text = new StringBuilder(16_384);

  private Report(Crash crash) {
    this.crash = crash;
  }

  /**
   * The whole report.
   *
   * @param action what was done about the fault
   * @param unreported faults before this one that have no report
   * @param threads from {@link #dump}
   */
  static String of(Crash crash, String action, int unreported, ThreadInfo[] threads) {
    Report report = new Report(crash);
    report.head(action, unreported);
    report.chapter("Stack", crash.trace().isBlank() ? "(none)\n" : crash.trace());
    report.chapter("Last transfers", report.transfers());
    report.chapter("Threads", threads(threads));
    return report.text.toString();
  }

  private void chapter(String title, String body) {
    text.append('\n').append(title).append('\n').append("-".repeat(title.length())).append('\n');
    text.append(body);
    if (!body.endsWith("\n")) {
      text.append('\n');
    }
  }

  private void head(String action, int unreported) {
    text.append(
        "Fault: %s, %s: %s\n\n".formatted(crash.compartment(), crash.kind(), crash.message()));
    line("Time", crash.time().toString());
    line("Driver", crash.driver() + ", " + crash.version());
    line("Device", device());
    line("Incarnation", Integer.toString(crash.incarnation()));
    line("Compartment", crash.state());
    line("What was done", action);
    line(
        "Runs on",
        "Java %s, %s %s"
            .formatted(
                System.getProperty("java.runtime.version"),
                System.getProperty("os.name"),
                System.getProperty("os.arch")));
    if (unreported > 0) {
      line("Left out", unreported + " faults before this one: too many reports in an hour");
    }
  }

  private void line(String name, String value) {
    text.append("%-15s %s\n".formatted(name, value));
  }

  private String device() {
    Crash.Device device = crash.device();
    byte[] bytes = device.descriptors();
    String ids =
        bytes.length < 12
            ? "descriptors not to be had"
            : "%02x%02x:%02x%02x".formatted(bytes[9], bytes[8], bytes[11], bytes[10]);
    return "%s interface %d, %s, \"%s\" \"%s\", serial number \"%s\", %s Mbit/s, transport %s"
        .formatted(
            crash.location(),
            crash.interfaceNumber(),
            ids,
            device.manufacturer(),
            device.product(),
            device.serialNumber(),
            device.kilobitsPerSecond() / 1000.0,
            device.transport());
  }

  // ---- transfers ------------------------------------------------------------------------------

  private String transfers() {
    List<Entry> entries = crash.recording().entries();
    if (entries.isEmpty()) {
      return "(none)\n";
    }
    StringBuilder table = new StringBuilder();
    table.append(
        "BEFORE is ms before the fault, TOOK ms; DATA is the setup packet, a bar, the first "
            + SHOWN_BYTES
            + " bytes.\n");
    table.append(
        "%8s %11s %9s  %-11s %-4s %7s %7s  %-12s %s\n"
            .formatted(
                "NUMBER", "BEFORE", "TOOK", "TYPE", "EP", "ASKED", "MOVED", "STATUS", "DATA"));
    for (int i = 0; i < entries.size(); i++) {
      long gap = Recording.gapBefore(entries, i);
      if (gap > 0) {
        table.append("         (%d transfers are not kept)\n".formatted(gap));
      }
      Entry entry = entries.get(i);
      if (i == 0 || entries.get(i - 1).incarnation() != entry.incarnation()) {
        table.append("         incarnation %d\n".formatted(entry.incarnation()));
      }
      table.append(row(entry));
    }
    return table.toString();
  }

  private String row(Entry entry) {
    String type = entry.type() == null ? "reset" : entry.type().toString().toLowerCase(Locale.ROOT);
    return "%8d %11s %9s  %-11s %02x   %7d %7d  %-12s %s\n"
        .formatted(
            entry.number(),
            millis(entry.submitted(), crash.time()),
            entry.ended() == null ? "" : millis(entry.submitted(), entry.ended()),
            type,
            entry.endpoint(),
            entry.lengthBytes(),
            entry.actualBytes(),
            status(entry),
            data(entry));
  }

  private static String millis(Instant from, Instant to) {
    return String.format(Locale.ROOT, "%.3f", Duration.between(from, to).toNanos() / 1e6);
  }

  private static String status(Entry entry) {
    if (entry.ended() == null) {
      return "in flight";
    }
    String failure =
        entry.failure() == null ? "ok" : entry.failure().toString().toLowerCase(Locale.ROOT);
    return entry.refused() ? "not begun: " + failure : failure;
  }

  private static String data(Entry entry) {
    byte[] data = entry.data();
    String shown = HEX.formatHex(data, 0, Math.min(data.length, SHOWN_BYTES));
    int all = entry.reads() ? entry.actualBytes() : entry.lengthBytes();
    String bytes = all > Math.min(data.length, SHOWN_BYTES) ? shown + "…" : shown;
    return entry.type() == TransferType.CONTROL
        ? HEX.formatHex(entry.setup()) + " | " + bytes
        : bytes;
  }

  // ---- threads --------------------------------------------------------------------------------

  /**
   * All threads of the gateway, now, with the monitors that they hold. Not the other locks: to find
   * them, the JVM would walk its whole heap; who holds one that somebody waits for is known anyway.
   */
  static ThreadInfo[] dump() {
    return ManagementFactory.getThreadMXBean().dumpAllThreads(true, false, MOST_FRAMES);
  }

  private static String threads(ThreadInfo[] all) {
    List<ThreadInfo> sorted = new ArrayList<>(List.of(all));
    sorted.sort(Comparator.comparing(ThreadInfo::getThreadName));
    StringBuilder text = new StringBuilder();
    text.append("%d threads, as the fault was seen\n".formatted(all.length));
    for (ThreadInfo thread : sorted.subList(0, Math.min(all.length, MOST_THREADS))) {
      text.append("\n\"%s\" %s".formatted(thread.getThreadName(), thread.getThreadState()));
      if (thread.getLockName() != null) {
        text.append(" on ").append(thread.getLockName());
      }
      if (thread.getLockOwnerName() != null) {
        text.append(" held by \"").append(thread.getLockOwnerName()).append('"');
      }
      text.append('\n');
      StackTraceElement[] frames = thread.getStackTrace();
      for (int i = 0; i < frames.length; i++) {
        text.append("\tat ").append(frames[i]).append('\n');
        for (MonitorInfo monitor : thread.getLockedMonitors()) {
          if (monitor.getLockedStackDepth() == i) {
            text.append("\t- holds ").append(monitor).append('\n');
          }
        }
      }
    }
    return text.toString();
  }
}
