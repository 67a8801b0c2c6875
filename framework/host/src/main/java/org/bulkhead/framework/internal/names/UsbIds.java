package org.bulkhead.framework.internal.names;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.osgi.service.log.Logger;

/**
 * Names from the public USB ID list, where one is installed. The file stays on the disk: what is
 * kept is where its vendors and classes begin, made at the first question, and the latest answers.
 * A file that is replaced is read anew. Thread-safe; a question may read some kilobytes.
 */
public final class UsbIds {

  /** Where distributions put it: Debian, Fedora, and Debian's updater. */
  public static final List<Path> USUAL =
      List.of(
          Path.of("/usr/share/misc/usb.ids"),
          Path.of("/usr/share/hwdata/usb.ids"),
          Path.of("/var/lib/usbutils/usb.ids"));

  private static final int MAX_ANSWERS = 256;
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private record Version(Path file, long bytes, FileTime modified) {}

  private final List<Path> places;
  private final Logger log;
  private final LongSupplier clock;
  private final Map<String, String> answers =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > MAX_ANSWERS;
        }
      };
  private Version version;
  private IdFile index;
  private boolean looked;
  private long lookedNanos;

  /**
   * A list that is looked for at the first question.
   *
   * @param places the files to try, in order; none for no names at all
   * @param clock nanoseconds
   */
  public UsbIds(List<Path> places, Logger log, LongSupplier clock) {
    this.places = List.copyOf(places);
    this.log = log;
    this.clock = clock;
  }

  /**
   * As it is configured.
   *
   * @param setting a file; empty for the usual places, {@code none} for no names
   */
  public static UsbIds of(String setting, Logger log) {
    String name = setting.strip();
    List<Path> places =
        name.isEmpty() ? USUAL : name.equals("none") ? List.of() : List.of(Path.of(name));
    return new UsbIds(places, log, System::nanoTime);
  }

  /** A vendor's name, or an empty text. */
  public String vendor(int vendorId) {
    return answer(String.format("%04x", vendorId), file -> file.vendor(vendorId));
  }

  /** A product's name, without its vendor's, or an empty text. */
  public String product(int vendorId, int productId) {
    return answer(
        String.format("%04x:%04x", vendorId, productId), file -> file.product(vendorId, productId));
  }

  /** Vendor and product; empty where the list does not know the product. */
  public String device(int vendorId, int productId) {
    String product = product(vendorId, productId);
    return product.isEmpty() ? "" : vendor(vendorId) + " " + product;
  }

  /**
   * What a class code stands for, as exactly as the list knows it.
   *
   * @return class, subclass and protocol with commas between, or an empty text
   */
  public String classOf(int usbClass, int subclass, int protocol) {
    return answer(
        String.format("C %02x/%02x/%02x", usbClass, subclass, protocol),
        file -> file.classOf(usbClass, subclass, protocol));
  }

  private interface Question {
    String ask(IdFile file) throws IOException;
  }

  private synchronized String answer(String key, Question question) {
    look();
    if (index == null) {
      return "";
    }
    String known = answers.get(key);
    if (known == null) {
      try {
        known = question.ask(index);
      } catch (IOException unreadable) {
        // Being replaced, perhaps; the next look finds out.
        log.debug("{}: {}", version.file(), unreadable.toString());
        return "";
      }
      answers.put(key, known);
    }
    return known;
  }

  private void look() {
    long now = clock.getAsLong();
    if (looked && now - lookedNanos < LOOK_NANOS) {
      return;
    }
    looked = true;
    lookedNanos = now;
    Version found = find();
    if (found == null ? version == null : found.equals(version)) {
      return;
    }
    version = found;
    index = null;
    answers.clear();
    if (found != null) {
      try {
        index = IdFile.read(found.file());
        log.debug("names come from {}: {} vendors", found.file(), index.vendors());
      } catch (IOException unreadable) {
        log.warn(
            "{} cannot be read and gives no names: {}; set usbIds=none to do without",
            found.file(),
            unreadable.toString());
      }
    }
  }

  private Version find() {
    for (Path place : places) {
      try {
        BasicFileAttributes file = Files.readAttributes(place, BasicFileAttributes.class);
        if (file.isRegularFile()) {
          return new Version(place, file.size(), file.lastModifiedTime());
        }
      } catch (IOException absent) {
        // The next one, then.
      }
    }
    return null;
  }
}
