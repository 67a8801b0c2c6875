package org.bulkhead.driver.repository.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.HexFormat;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A driver's jar, and how an index describes it.
 *
 * @param driver its name, and the end of its bundle's symbolic name
 * @param version its version
 * @param matches its match rules, separated by commas
 */
record DriverJar(String driver, String version, String matches) {

  private static final String RESOURCE =
      """
        <resource>
          <requirement namespace="osgi.wiring.package">
            <directive name="filter" value="(osgi.wiring.package=org.bulkhead.device.driver)"/>
          </requirement>
          <capability namespace="osgi.identity">
            <attribute name="osgi.identity" value="%1$s"/>
            <attribute name="type" value="osgi.bundle"/>
            <attribute name="version" type="Version" value="%2$s"/>
          </capability>
          <capability namespace="osgi.content">
            <attribute name="osgi.content" value="%3$s"/>
            <attribute name="url" value="%4$s"/>
            <attribute name="size" type="Long" value="%5$d"/>
            <attribute name="mime" value="application/vnd.osgi.bundle"/>
          </capability>
          <capability namespace="org.bulkhead.driver">
            <attribute name="driver" value="%6$s"/>
            <attribute name="matches" type="List&lt;String&gt;" value="%7$s"/>
          </capability>
        </resource>
      """;

  String symbolicName() {
    return "test." + driver;
  }

  String file() {
    return driver + "-" + version + ".jar";
  }

  byte[] bytes() {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putValue("Bundle-ManifestVersion", "2");
    main.putValue("Bundle-SymbolicName", symbolicName() + ";singleton:=true");
    main.putValue("Bundle-Version", version);
    main.putValue(
        "Provide-Capability",
        "org.bulkhead.driver;driver=\"%s\";matches:List<String>=\"%s\"".formatted(driver, matches));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream jar = new ZipOutputStream(bytes)) {
      ZipEntry entry = new ZipEntry(JarFile.MANIFEST_NAME);
      // The same bytes each time.
      entry.setTimeLocal(LocalDateTime.of(2025, 1, 1, 0, 0));
      jar.putNextEntry(entry);
      manifest.write(jar);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /** The entry of an index, as it should be. */
  String resource() {
    return resource(file(), bytes());
  }

  /** The entry of an index that says so of the jar. */
  String resource(String url, byte[] jar) {
    return RESOURCE.formatted(
        symbolicName(), version, sha256(jar).toUpperCase(), url, jar.length, driver, matches);
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static String index(String... resources) {
    return """
        <?xml version="1.0" encoding="UTF-8"?>
        <repository name="test" increment="1"
            xmlns="http://www.osgi.org/xmlns/repository/v1.0.0">
        %s</repository>
        """
        .formatted(String.join("", resources));
  }
}
