package org.bulkhead.commands.internal;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.function.LongConsumer;
import org.bulkhead.device.driver.MatchRule;
import org.bulkhead.driver.repository.DriverOffer;
import org.bulkhead.driver.repository.DriverRepositories;
import org.bulkhead.driver.repository.RepositoryException;
import org.bulkhead.driver.repository.RepositoryInfo;
import org.osgi.framework.Bundle;
import org.osgi.framework.Version;

/** Two drivers, one of which cannot be had. */
final class FakeRepositories implements DriverRepositories {

  int refreshed;

  @Override
  public List<RepositoryInfo> repositories() {
    return List.of(
        new RepositoryInfo("repository", 2, ""),
        new RepositoryInfo("https://drivers.example.org/", 0, "it does not answer"));
  }

  @Override
  public List<DriverOffer> offers() {
    return List.of(offer("ftdi", "0403:6001", ""), offer("bad", "class 08", "its jar is torn"));
  }

  private static DriverOffer offer(String name, String match, String problem) {
    return new DriverOffer(
        name,
        "1.2.0",
        "org.example." + name,
        "",
        false,
        20_480,
        List.of(MatchRule.parse(match)),
        "repository",
        problem);
  }

  @Override
  public boolean refresh(Duration patience) {
    refreshed++;
    return true;
  }

  @Override
  public Bundle install(String driver, LongConsumer progress) throws RepositoryException {
    if (!driver.equals("ftdi")) {
      throw new RepositoryException("no repository offers a driver \"" + driver + "\"");
    }
    progress.accept(-20_480);
    progress.accept(20_480);
    return (Bundle)
        Proxy.newProxyInstance(
            Bundle.class.getClassLoader(),
            new Class<?>[] {Bundle.class},
            (self, method, args) ->
                method.getName().equals("getVersion") ? new Version("1.2.0") : "org.example.ftdi");
  }
}
