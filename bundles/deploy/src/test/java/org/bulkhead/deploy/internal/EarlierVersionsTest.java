package org.bulkhead.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;

class EarlierVersionsTest {

  @TempDir Path folder;

  @Test
  void rejectedJar_staysInItsPlaceUntilTheOneBeforeTakesIt() throws Exception {
    Path jar = Files.writeString(folder.resolve("driver.jar"), "bad");
    Path aside = Files.writeString(folder.resolve("driver.jar.rejected"), "one before");

    versions().reject(jar.toFile());

    assertThat(aside).hasContent("bad");
    assertThat(jar).hasContent("bad");
  }

  private EarlierVersions versions() throws IOException {
    return new EarlierVersions(
        (BundleContext)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, arguments) -> folder.resolve("var").toString()));
  }
}
