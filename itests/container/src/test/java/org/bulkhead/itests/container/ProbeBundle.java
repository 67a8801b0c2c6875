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

  private final String driver;
  private final String[] matches;
  private String needed = "";
  private String throwing = "";
  private final Map<String, Object> properties = new LinkedHashMap<>();

  private ProbeBundle(String driver, String... matches) {
    this.driver = driver;
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
    needed = ",no.such.package";
    return this;
  }

  /** Throws in its activator's {@code start} or {@code stop}. */
  ProbeBundle throwing(String place) {
    throwing = place;
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
      write(ProbeDriver.class, jar);
      write(ProbeActivator.class, jar);
      jar.putNextEntry(entry("OSGI-INF/probe.xml"));
      jar.write(component().getBytes(StandardCharsets.UTF_8));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }

  private static void write(Class<?> type, JarOutputStream jar) throws IOException {
    String path = type.getName().replace('.', '/') + ".class";
    jar.putNextEntry(entry(path));
    try (InputStream in = type.getClassLoader().getResourceAsStream(path)) {
      in.transferTo(jar);
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
    main.putValue("Bundle-SymbolicName", "probe." + driver);
    main.putValue("Bundle-Version", properties.get(ProbeDriver.VERSION) + ".0.0");
    main.putValue(
        "Import-Package",
        "org.bulkhead.device.block,org.bulkhead.device.driver,org.bulkhead.device.usb,"
            + "org.bulkhead.device.usb.descriptor,org.osgi.framework,org.osgi.service.log"
            + needed);
    main.putValue("Bundle-Activator", ProbeActivator.class.getName());
    main.putValue(ProbeActivator.HEADER, throwing);
    main.putValue("Service-Component", "OSGI-INF/probe.xml");
    main.putValue(
        "Provide-Capability",
        "org.bulkhead.driver;driver=\"%s\";matches:List<String>=\"%s\""
            .formatted(driver, String.join(",", matches)));
    return manifest;
  }
}
