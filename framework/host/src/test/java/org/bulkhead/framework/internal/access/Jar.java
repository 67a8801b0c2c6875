package org.bulkhead.framework.internal.access;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.bulkhead.framework.internal.access.probe.ProbeActivator;

/** A bundle, built on the spot. */
final class Jar {

  private final Attributes main;
  private final Manifest manifest = new Manifest();
  private boolean probe;

  private Jar(String symbolicName) {
    main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    header("Bundle-ManifestVersion", "2").header("Bundle-SymbolicName", symbolicName);
  }

  /** A bundle in whose name the test registers services. */
  static Jar empty(String symbolicName) {
    return new Jar(symbolicName);
  }

  /** A bundle with a driver. */
  static Jar driver(String driverId, int match) {
    Jar jar = new Jar("probe." + driverId);
    jar.probe = true;
    return jar.header("Bundle-Activator", ProbeActivator.class.getName())
        .header("Import-Package", "org.osgi.framework,org.osgi.service.device")
        .header(ProbeActivator.ID, driverId)
        .header(ProbeActivator.MATCH, String.valueOf(match));
  }

  Jar header(String name, String value) {
    main.putValue(name, value);
    return this;
  }

  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarOutputStream jar = new JarOutputStream(bytes, manifest)) {
      if (probe) {
        String type = ProbeActivator.class.getName().replace('.', '/') + ".class";
        jar.putNextEntry(new ZipEntry(type));
        try (InputStream in = ProbeActivator.class.getClassLoader().getResourceAsStream(type)) {
          in.transferTo(jar);
        }
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  InputStream stream() {
    return new ByteArrayInputStream(bytes());
  }
}
