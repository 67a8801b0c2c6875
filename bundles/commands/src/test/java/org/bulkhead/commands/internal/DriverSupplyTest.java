package org.bulkhead.commands.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bulkhead.console.CommandFailure;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code driver:search} and {@code driver:install} as Gogo calls them. */
class DriverSupplyTest {

  private final FakeRepositories repositories = new FakeRepositories();
  private final GogoBench gogo =
      new GogoBench()
          .add("driver", new DriverSupply(FakeGateway.full(), repositories), "search", "install");

  @AfterEach
  void stop() {
    gogo.close();
  }

  @Test
  void search_showsOffersDevicesAndWhatIsWrong() throws Exception {
    assertThat(gogo.run("driver:search").lines())
        .containsExactly(
            "NAME  VERSION  STATE      DEVICES     SIZE    REPOSITORY",
            "ftdi  1.2.0    available  1-3         20 KiB  repository",
            "bad   1.2.0    refused    1-2, 1-2.4  20 KiB  repository",
            "bad of repository: its jar is torn",
            "https://drivers.example.org/: it does not answer");
    assertThat(repositories.refreshed).isZero();
    gogo.run("driver:search --refresh");
    assertThat(repositories.refreshed).isEqualTo(1);
  }

  @Test
  void searchForADeviceOrAWord_showsWhatFits() throws Exception {
    assertThat(gogo.run("driver:search 1-3")).contains("ftdi ").doesNotContain("\nbad ");
    assertThat(gogo.run("driver:search CLASS")).contains("\nbad ").doesNotContain("ftdi ");
    assertThat(gogo.run("driver:search nothing")).startsWith("no drivers\n");
    assertThat(gogo.run("driver:search --json ftdi"))
        .startsWith("{\"drivers\":[{\"name\":\"ftdi\"")
        .contains("\"matches\":[\"0403:6001\"]", "\"devices\":[\"1-3\"]");
  }

  @Test
  void install_saysWhatWasInstalled() throws Exception {
    assertThat(gogo.run("driver:install ftdi")).endsWith("ftdi 1.2.0 installed\n");
    assertThat(gogo.run("driver:install --json ftdi"))
        .contains("{\"driver\":\"ftdi\",\"bundle\":\"org.example.ftdi\",\"version\":\"1.2.0\"}");
  }

  @Test
  void installOfWhatCannotBeHad_isOneLine() {
    assertThatThrownBy(() -> gogo.run("driver:install nix"))
        .isInstanceOf(CommandFailure.class)
        .hasMessage("no repository offers a driver \"nix\"");
  }
}
