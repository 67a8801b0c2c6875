package org.bulkhead.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bulkhead.deploy.DeploymentException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CandidateTest {

  private static final String MANIFEST =
      "Manifest-Version: 1.0\nBundle-ManifestVersion: 2\n"
          + "Bundle-SymbolicName: test.one;singleton:=true\nBundle-Version: 1.2.3\n";

  @TempDir Path folder;

  @Test
  void soundBundle_isRead() throws Exception {
    Candidate candidate = Candidate.read(file(jar(MANIFEST)));

    assertThat(candidate).hasToString("test.one 1.2.3");
  }

  @Test
  void truncatedJar_isRefusedAtEveryLength() throws Exception {
    byte[] whole = jar(MANIFEST);

    for (int length = 0; length < whole.length; length++) {
      File cut = file(Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Candidate.read(cut))
          .as("%d of %d bytes", length, whole.length)
          .isInstanceOf(DeploymentException.class)
          .hasMessageContaining("not a complete jar");
    }
  }

  @Test
  void wrongByte_isRefusedByTheChecksum() throws Exception {
    byte[] bytes = jar(MANIFEST);
    int content = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("payload");
    bytes[content] ^= 1;

    assertThatThrownBy(() -> Candidate.read(file(bytes)))
        .isInstanceOf(DeploymentException.class)
        .hasMessageContaining("the checksum of data is wrong");
  }

  @Test
  void zipBomb_isRefusedBeforeItIsUnpackedWhole() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
      zip.write(MANIFEST.getBytes(StandardCharsets.UTF_8));
      zip.putNextEntry(new ZipEntry("bomb"));
      zip.write(new byte[3 << 20]);
    }
    File bomb = file(bytes.toByteArray());

    assertThat(Candidate.read(bomb, 4 << 20)).hasToString("test.one 1.2.3");
    assertThatThrownBy(() -> Candidate.read(bomb, 2 << 20))
        .isInstanceOf(DeploymentException.class)
        .hasMessageContaining("unpacked it has more than 2 MiB");
  }

  @Test
  void endlessManifest_isRefused() throws Exception {
    String header = "X-Header: " + "x".repeat(60) + "\n";

    assertThatThrownBy(() -> Candidate.read(file(jar(MANIFEST + header.repeat(20_000)))))
        .isInstanceOf(DeploymentException.class)
        .hasMessageContaining("its manifest has more than 1 MiB");
  }

  @Test
  void jarWithoutSymbolicName_isNoBundle() {
    assertThatThrownBy(() -> Candidate.read(file(jar("Manifest-Version: 1.0\n"))))
        .hasMessageContaining("no Bundle-SymbolicName");
  }

  @Test
  void wrongVersion_isNamed() {
    String manifest = MANIFEST.replace("1.2.3", "one.two");

    assertThatThrownBy(() -> Candidate.read(file(jar(manifest)))).hasMessageContaining("one.two");
  }

  private File file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("candidate.jar"), bytes).toFile();
  }

  private static byte[] jar(String manifest) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
      zip.write(manifest.getBytes(StandardCharsets.UTF_8));
      byte[] data = "payload".getBytes(StandardCharsets.UTF_8);
      CRC32 crc = new CRC32();
      crc.update(data);
      ZipEntry stored = new ZipEntry("data");
      stored.setMethod(ZipEntry.STORED);
      stored.setSize(data.length);
      stored.setCrc(crc.getValue());
      zip.putNextEntry(stored);
      zip.write(data);
    }
    return bytes.toByteArray();
  }
}
