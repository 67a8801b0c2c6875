package org.bulkhead.itests.container;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.bulkhead.itests.container.probe.ProbeActivator;
import org.bulkhead.itests.container.probe.ProbeDriver;

/** A bundle with a {@link ProbeDriver}, built on the spot. */
final class ProbeBundle {

  private static final String COMPONENT =
      """
      <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.4.0" name="probe" init="1">
        <implementation class="org.bulkhead.itests.container.probe.ProbeDriver"/>
        <service scope="prototype"><provide interface="org.bulkhead.device.driver.UsbDriver"/></service>
        <property name="bulkhead.driver" value="%s"/>
        <property name="bulkhead.matches">
      %s
        </property>
      %s</scr:component>
      """;

  private static final int MAJOR_VERSION = 7;
  private static final byte JAVA_6 = 50;

  private final String driver;
  private final String[] matches;
  private String imported =
      "org.bulkhead.device.block,org.bulkhead.device.driver,org.bulkhead.device.usb,"
          + "org.bulkhead.device.usb.descriptor,org.osgi.framework,org.osgi.service.log";
  private String activator = "does well";
  private String capability = "";
  private boolean exporting;
  private String name;
  private boolean aged;
  private final Map<String, Object> properties = new LinkedHashMap<>();

  private ProbeBundle(String driver, String... matches) {
    this.driver = driver;
    this.name = driver;
    this.matches = matches;
    properties.put(ProbeDriver.VERSION, 1);
    properties.put(ProbeDriver.LIVES, Integer.MAX_VALUE);
  }

  /**
   * A driver that does nothing wrong, in version 1.
   *
   * @param driver its name, and the end of the bundle's symbolic name
   * @param matches its match rules
   */
  static ProbeBundle of(String driver, String... matches) {
    return new ProbeBundle(driver, matches);
  }

  /** Its version, which its blocks are full of. */
  ProbeBundle version(int version) {
    properties.put(ProbeDriver.VERSION, version);
    return this;
  }

  /** Needs what nobody has. */
  ProbeBundle needing() {
    return importing("no.such.package");
  }

  /**
   * Imports one more package.
   *
   * @param clause as in the manifest
   */
  ProbeBundle importing(String clause) {
    imported += "," + clause;
    return this;
  }

  /** Exports a package, as a driver does that brings a service of its own. */
  ProbeBundle exporting() {
    exporting = true;
    return this;
  }

  /** Its symbolic name ends so, and not as its driver is called. */
  ProbeBundle named(String end) {
    name = end;
    return this;
  }

  /** Says that it has another driver too. */
  ProbeBundle offering(String other, String matches) {
    capability += "," + capability(other, matches);
    return this;
  }

  /** Throws in its activator's {@code start} or {@code stop}. */
  ProbeBundle throwing(String place) {
    return activator(place, "exception");
  }

  /** Does wrong in its activator's {@code start} or {@code stop}. */
  ProbeBundle activator(String place, String kind) {
    activator = place + " " + kind;
    return this;
  }

  /** Has an activator of Java 6, which cannot be woven. */
  ProbeBundle aged() {
    aged = true;
    return this;
  }

  /** Does wrong in each incarnation. */
  ProbeBundle faulty(String place, String kind) {
    properties.put(ProbeDriver.PLACE, place);
    properties.put(ProbeDriver.KIND, kind);
    return this;
  }

  /** Selects an alternate setting of what it claims, which has endpoint 82. */
  ProbeBundle selecting(int alternateSetting) {
    properties.put(ProbeDriver.ALTERNATE, alternateSetting);
    return this;
  }

  /** Does wrong in its first incarnations only. */
  ProbeBundle lives(int incarnations) {
    properties.put(ProbeDriver.LIVES, incarnations);
    return this;
  }

  /** The jar. */
  InputStream stream() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarOutputStream jar = new JarOutputStream(bytes)) {
      jar.putNextEntry(entry(JarFile.MANIFEST_NAME));
      manifest().write(jar);
      for (Class<?> part : ProbeDriver.PARTS) {
        write(part, jar, false);
      }
      write(ProbeActivator.class, jar, aged);
      jar.putNextEntry(entry("OSGI-INF/probe.xml"));
      jar.write(component().getBytes(StandardCharsets.UTF_8));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }

  private static void write(Class<?> type, JarOutputStream jar, boolean old) throws IOException {
    String path = type.getName().replace('.', '/') + ".class";
    jar.putNextEntry(entry(path));
    try (InputStream in = type.getClassLoader().getResourceAsStream(path)) {
      byte[] classFile = in.readAllBytes();
      if (old) {
        classFile[MAJOR_VERSION] = JAVA_6;
      }
      jar.write(classFile);
    }
  }

  /** Of a fixed time, so that the same bundle is the same bytes. */
  private static ZipEntry entry(String name) {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(LocalDateTime.of(2025, 1, 1, 0, 0));
    return entry;
  }

  private String component() {
    StringBuilder lines = new StringBuilder();
    properties.forEach(
        (name, value) ->
            lines.append(
                "  <property name=\"%s\" type=\"%s\" value=\"%s\"/>\n"
                    .formatted(name, value.getClass().getSimpleName(), value)));
    return COMPONENT.formatted(driver, String.join("\n", matches), lines);
  }

  private Manifest manifest() {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putValue("Bundle-ManifestVersion", "2");
    main.putValue("Bundle-SymbolicName", "probe." + name);
    main.putValue("Bundle-Version", properties.get(ProbeDriver.VERSION) + ".0.0");
    main.putValue("Import-Package", imported);
    if (exporting) {
      main.putValue("Export-Package", "probe." + name);
    }
    main.putValue("Bundle-Activator", ProbeActivator.class.getName());
    main.putValue(ProbeActivator.HEADER, activator);
    main.putValue("Service-Component", "OSGI-INF/probe.xml");
    main.putValue("Provide-Capability", capability(driver, matches) + capability);
    return manifest;
  }

  private static String capability(String driver, String... matches) {
    return "org.bulkhead.driver;driver=\"%s\";matches:List<String>=\"%s\""
        .formatted(driver, String.join(",", matches));
  }
}
