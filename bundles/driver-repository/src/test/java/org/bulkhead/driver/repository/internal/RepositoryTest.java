package org.bulkhead.driver.repository.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepositoryTest {

  private static final DriverJar FTDI = new DriverJar("ftdi", "1.2.0", "0403:6001");
  private static final DriverJar HID = new DriverJar("hid", "2.0.0", "class 03");

  @TempDir Path home;

  private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
  private final List<String> leftOut = new ArrayList<>();

  @AfterEach
  void stop() {
    clock.shutdownNow();
  }

  @Test
  void folderOfJars_needsNoIndex() throws Exception {
    Path folder = Files.createDirectory(home.resolve("jars"));
    Files.write(folder.resolve("a.jar"), FTDI.bytes());
    Files.write(folder.resolve("broken.jar"), new byte[100]);
    Files.write(folder.resolve(".hidden.jar"), HID.bytes());
    Repository repository = repository("jars");

    assertThat(repository.refresh(leftOut::add)).isTrue();

    assertThat(repository.offers()).extracting(Offered::driver).containsExactly("ftdi");
    assertThat(leftOut).singleElement().asString().startsWith("broken.jar: ");
    assertThat(fetched(repository)).isEqualTo(FTDI.bytes());
    assertThat(repository.refresh(leftOut::add)).isFalse();
    Files.write(folder.resolve("b.jar"), HID.bytes());
    assertThat(repository.refresh(leftOut::add)).isTrue();
    assertThat(repository.offers()).hasSize(2);
  }

  @Test
  void folderWithIndex_offersWhatTheIndexSays() throws Exception {
    Path folder = Files.createDirectory(home.resolve("indexed"));
    Files.write(folder.resolve(FTDI.file()), FTDI.bytes());
    Files.write(folder.resolve(HID.file()), HID.bytes());
    Files.writeString(folder.resolve("index.xml"), DriverJar.index(FTDI.resource()));

    for (String location : List.of("indexed", folder.toUri().toString())) {
      Repository repository = repository(location);
      repository.refresh(leftOut::add);

      assertThat(repository.offers()).extracting(Offered::driver).containsExactly("ftdi");
      assertThat(fetched(repository)).isEqualTo(FTDI.bytes());
    }
    assertThat(leftOut).isEmpty();
  }

  @Test
  void absentFolder_isToldAndFoundLater() throws Exception {
    Repository repository = repository("later");

    assertThat(repository.refresh(leftOut::add)).isFalse();
    assertThat(repository.problem()).contains("there is no", "later");

    Files.createDirectory(home.resolve("later"));
    Files.write(home.resolve("later/a.jar"), FTDI.bytes());
    assertThat(repository.refresh(leftOut::add)).isTrue();
    assertThat(repository.problem()).isEmpty();
  }

  @Test
  void remoteIndex_isSentOnlyWhenItChanged() throws Exception {
    try (TestServer server = new TestServer()) {
      server.serve(FTDI);
      Repository repository = repository(server.uri("/").toString());

      assertThat(repository.refresh(leftOut::add)).isTrue();
      assertThat(repository.refresh(leftOut::add)).isFalse();
      server.serve(FTDI, HID);
      assertThat(repository.refresh(leftOut::add)).isTrue();

      assertThat(repository.offers()).hasSize(2);
      assertThat(server.requests()).startsWith("/index.xml.gz", "/index.xml");
    }
  }

  @Test
  void unreachableRepository_keepsWhatIsKnown_alsoInTheNextLife() throws Exception {
    String location;
    Repository repository;
    try (TestServer server = new TestServer()) {
      server.serve(FTDI);
      location = server.uri("/index.xml").toString();
      repository = repository(location);
      repository.refresh(leftOut::add);
    }

    assertThat(repository.refresh(leftOut::add)).isFalse();
    assertThat(repository.problem()).contains("cannot be reached");
    assertThat(repository.offers()).hasSize(1);
    Repository next = repository(location);
    assertThat(next.restore()).isTrue();
    assertThat(next.restore()).isFalse();
    assertThat(next.offers()).hasSize(1);
  }

  @Test
  void brokenIndex_keepsWhatIsKnown() throws Exception {
    try (TestServer server = new TestServer()) {
      server.serve(FTDI);
      Repository repository = repository(server.uri("/index.xml").toString());
      repository.refresh(leftOut::add);
      server.serve("/index.xml", DriverJar.index(HID.resource()).substring(0, 300).getBytes());

      assertThat(repository.refresh(leftOut::add)).isFalse();
      assertThat(repository.problem()).contains("no repository index");
      assertThat(repository.offers()).extracting(Offered::driver).containsExactly("ftdi");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://host/x", "https://user:secret@host/x", "http:///x", "http://a b/"})
  void unusableLocation_isRefused(String location) {
    assertThatThrownBy(() -> repository(location))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("secret");
  }

  private Repository repository(String location) {
    return Repository.of(location, home, new HttpBytes(Duration.ofSeconds(30), clock), home);
  }

  private static byte[] fetched(Repository repository) throws IOException {
    ByteArrayOutputStream to = new ByteArrayOutputStream();
    repository.fetch(repository.offers().get(0).content(), to, n -> {});
    return to.toByteArray();
  }
}
