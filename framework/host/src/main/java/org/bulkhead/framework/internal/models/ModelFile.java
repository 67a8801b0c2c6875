package org.bulkhead.framework.internal.models;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Dictionary;
import org.osgi.service.device.DriverLocator;
import org.osgi.service.log.Logger;

/**
 * The models file, read anew when it has changed. As a driver locator it names the drivers that its
 * lines ask for, so that a driver that is not installed is looked for in the repositories.
 */
public final class ModelFile implements DriverLocator {

  private static final long MAX_BYTES = 1 << 20;

  private final Path file;
  private final Logger log;
  private Object version = "";
  private String complaint = "";
  private volatile Models models = Models.NONE;

  /**
   * A file that may be there or not; read by {@link #changed}.
   *
   * @param file the file, or null for none
   */
  public ModelFile(Path file, Logger log) {
    this.file = file;
    this.log = log;
  }

  /**
   * Where the file is.
   *
   * @param setting a path, below the gateway's folder unless it is absolute; empty for none
   * @param home the gateway's folder, or null where there is none
   */
  public static ModelFile of(String setting, String home, Logger log) {
    boolean none = setting.isBlank() || home == null && !Path.of(setting).isAbsolute();
    return new ModelFile(none ? null : Path.of(home == null ? "/" : home).resolve(setting), log);
  }

  /** What the file says. */
  public Models models() {
    return models;
  }

  /** Looks at the file, and reads it where it is another one; whether it says anything else. */
  public boolean changed() {
    if (file == null) {
      return false;
    }
    Models before = models;
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      Object found = now.lastModifiedTime() + " " + now.size() + " " + now.fileKey();
      if (!found.equals(version)) {
        version = found;
        models = read(now);
        complaint = "";
      }
    } catch (java.nio.file.NoSuchFileException absent) {
      version = "";
      complaint = "";
      models = Models.NONE;
    } catch (IOException unreadable) {
      if (!unreadable.toString().equals(complaint)) {
        complaint = unreadable.toString();
        log.error(
            "{} cannot be read, what it said before stays: {}; check the file and its permissions",
            file,
            complaint);
      }
      // Its permissions may change without its time.
      version = "";
    }
    return !models.lines().equals(before.lines());
  }

  private Models read(BasicFileAttributes attributes) throws IOException {
    if (attributes.size() > MAX_BYTES) {
      throw new IOException("it has more than " + MAX_BYTES + " bytes, and no models file has");
    }
    return Models.parse(
        new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList(),
        (line, reason) -> log.error("{}, line {}, is left out: {}", file, line, reason));
  }

  // The interface has a raw type.
  @Override
  public String[] findDrivers(@SuppressWarnings("rawtypes") Dictionary properties) {
    return models.drivers(properties::get).toArray(String[]::new);
  }

  /** Has none itself: the locators of repositories are asked next. */
  @Override
  public InputStream loadDriver(String id) {
    return null;
  }
}
