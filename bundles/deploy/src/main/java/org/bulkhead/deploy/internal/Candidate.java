package org.bulkhead.deploy.internal;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.bulkhead.deploy.DeploymentException;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;

/**
 * A jar that was read whole and found to be a sound bundle.
 *
 * @param file where it was read
 * @param name its symbolic name
 * @param version its version
 * @param headers the main section of its manifest
 * @param checksum of the file's bytes
 */
record Candidate(
    File file, String name, Version version, Map<String, String> headers, long checksum) {

  private static final String COPY_AGAIN =
      "; copy it again, best under another name in the same folder, and rename it when complete";

  /**
   * What a jar may be when unpacked: some are made to fill memories and to keep processors busy.
   */
  private static final long MAX_UNPACKED_BYTES = 512L << 20;

  private static final int MAX_MANIFEST_BYTES = 1 << 20;

  /** Reads the jar whole; throws with one line that says what is wrong. */
  static Candidate read(File file) throws DeploymentException {
    return read(file, MAX_UNPACKED_BYTES);
  }

  static Candidate read(File file, long maxUnpackedBytes) throws DeploymentException {
    try (ZipFile zip = new ZipFile(file)) {
      checkEntries(zip, maxUnpackedBytes);
      Map<String, String> headers = headers(zip);
      String name = symbolicName(headers);
      Version version = Version.parseVersion(headers.get(Constants.BUNDLE_VERSION));
      return new Candidate(file, name, version, headers, checksum(file));
    } catch (IOException e) {
      throw new DeploymentException(
          "it is not a complete jar (" + e.getMessage() + ")" + COPY_AGAIN, e);
    } catch (IllegalArgumentException e) {
      throw new DeploymentException("its manifest is wrong: " + e.getMessage(), e);
    }
  }

  private static void checkEntries(ZipFile zip, long maxUnpackedBytes)
      throws IOException, DeploymentException {
    byte[] buffer = new byte[65536];
    long unpacked = 0;
    for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
      ZipEntry entry = all.nextElement();
      CRC32 crc = new CRC32();
      try (InputStream in = zip.getInputStream(entry)) {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          crc.update(buffer, 0, n);
          unpacked += n;
          if (unpacked > maxUnpackedBytes) {
            throw new DeploymentException(
                "unpacked it has more than " + (maxUnpackedBytes >> 20) + " MiB");
          }
        }
      }
      if (crc.getValue() != entry.getCrc()) {
        throw new IOException("the checksum of " + entry.getName() + " is wrong");
      }
    }
  }

  private static Map<String, String> headers(ZipFile zip) throws IOException, DeploymentException {
    ZipEntry entry = zip.getEntry(JarFile.MANIFEST_NAME);
    if (entry == null) {
      throw new DeploymentException("it has no manifest, so it is no bundle");
    }
    try (InputStream in = zip.getInputStream(entry)) {
      byte[] manifest = in.readNBytes(MAX_MANIFEST_BYTES + 1);
      if (manifest.length > MAX_MANIFEST_BYTES) {
        throw new DeploymentException(
            "its manifest has more than " + (MAX_MANIFEST_BYTES >> 20) + " MiB");
      }
      Attributes main = new Manifest(new ByteArrayInputStream(manifest)).getMainAttributes();
      Map<String, String> headers = new HashMap<>();
      main.forEach((key, value) -> headers.put(key.toString(), value.toString()));
      return headers;
    }
  }

  private static String symbolicName(Map<String, String> headers) throws DeploymentException {
    String header = headers.get(Constants.BUNDLE_SYMBOLICNAME);
    if (header == null) {
      throw new DeploymentException(
          "its manifest has no Bundle-SymbolicName, so it is no bundle; build it with bnd");
    }
    return header.replaceFirst(";.*", "").strip();
  }

  private static long checksum(File file) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(Files.readAllBytes(file.toPath()));
    return crc.getValue() << 31 ^ file.length();
  }

  @Override
  public String toString() {
    return name + " " + version;
  }
}
