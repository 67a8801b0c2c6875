package org.bulkhead.driver.repository.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.bulkhead.device.driver.MatchRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Version;

class IndexReaderTest {

  private static final URI BASE = URI.create("http://repository.test/drivers/index.xml");
  private static final DriverJar FTDI = new DriverJar("ftdi", "1.2.0", "0403:6001,class 08/06/50");
  private static final DriverJar HID = new DriverJar("hid", "2.0.0", "class 03");

  private final List<String> leftOut = new ArrayList<>();

  @Test
  void drivers_areReadWithTheirRulesAndJars() throws Exception {
    byte[] jar = FTDI.bytes();

    assertThat(read(DriverJar.index(FTDI.resource(), HID.resource())))
        .hasSize(2)
        .first()
        .isEqualTo(
            new Offered(
                "ftdi",
                List.of(MatchRule.parse("0403:6001"), MatchRule.parse("class 08/06/50")),
                "test.ftdi",
                Version.parseVersion("1.2.0"),
                new Content(BASE.resolve("ftdi-1.2.0.jar"), DriverJar.sha256(jar), jar.length)));
    assertThat(leftOut).isEmpty();
  }

  @Test
  void packedIndex_isUnpacked() throws Exception {
    assertThat(read(gzip(DriverJar.index(FTDI.resource()).getBytes(StandardCharsets.UTF_8))))
        .hasSize(1);
  }

  @Test
  void resourceThatIsNoDriver_isPassedOver() throws Exception {
    String other = FTDI.resource().replace("org.bulkhead.driver\"", "something.else\"");

    assertThat(read(DriverJar.index(other, HID.resource()))).hasSize(1);
    assertThat(leftOut).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "class 03=>class three",
        "hid-2.0.0.jar=>http://elsewhere.test/hid.jar",
        "hid-2.0.0.jar=>file:/etc/passwd",
        "hid-2.0.0.jar=>not a url",
        "name=\"osgi.content\"=>name=\"none\"",
        "name=\"size\" type=\"Long\" value=\"=>name=\"size\" type=\"Long\" value=\"-",
        "namespace=\"osgi.identity\"=>namespace=\"none\"",
        "value=\"hid\"=>value=\"../hid\"",
      })
  void wrongEntry_isLeftOutAlone(String change) throws Exception {
    String[] parts = change.split("=>");
    String wrong = HID.resource().replace(parts[0], parts[1]);

    assertThat(read(DriverJar.index(wrong, FTDI.resource())))
        .extracting(Offered::driver)
        .containsExactly("ftdi");
    assertThat(leftOut).hasSize(1);
  }

  @Test
  void documentType_isRefusedBeforeAnythingIsReadFromElsewhere() {
    String evil =
        DriverJar.index(FTDI.resource())
            .replace(
                "<repository",
                "<!DOCTYPE repository [<!ENTITY x SYSTEM \"file:/etc/passwd\">]><repository");

    assertThatThrownBy(() -> read(evil)).hasMessageContaining("document type");
    assertThatThrownBy(() -> read(evil.getBytes(StandardCharsets.UTF_16)))
        .hasMessageContaining("UTF-8");
    assertThatThrownBy(() -> read(evil.getBytes(StandardCharsets.UTF_16BE)))
        .isInstanceOf(IOException.class);
  }

  @Test
  void otherEncoding_isRefused() {
    assertThatThrownBy(() -> read(DriverJar.index().replace("UTF-8", "IBM037")))
        .hasMessageContaining("UTF-8");
  }

  @Test
  void indexThatUnpacksWithoutEnd_isRefused() throws Exception {
    assertThatThrownBy(() -> read(gzip(new byte[IndexReader.MAX_BYTES + 1])))
        .hasMessageContaining("more than 4 MiB");
  }

  @Test
  void truncatedIndex_isRefusedAtEveryLength() throws Exception {
    byte[] plain = DriverJar.index(FTDI.resource()).strip().getBytes(StandardCharsets.UTF_8);
    byte[] packed = gzip(plain);

    for (byte[] whole : List.of(plain, packed)) {
      for (int length = 0; length < whole.length; length++) {
        byte[] cut = Arrays.copyOf(whole, length);
        assertThatThrownBy(() -> read(cut))
            .as("%d of %d bytes", length, whole.length)
            .isInstanceOf(IOException.class);
      }
    }
  }

  private List<Offered> read(String index) throws IOException {
    return read(index.getBytes(StandardCharsets.UTF_8));
  }

  private List<Offered> read(byte[] index) throws IOException {
    HttpBytes server = new HttpBytes(java.time.Duration.ofSeconds(1), null);
    return IndexReader.read(index, given -> server.within(BASE, given), leftOut::add);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }
}
