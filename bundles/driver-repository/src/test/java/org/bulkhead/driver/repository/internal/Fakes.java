package org.bulkhead.driver.repository.internal;

import java.io.File;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bulkhead.deploy.Deployment;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Version;
import org.osgi.service.log.Logger;

/** What surrounds the locator in a gateway. */
final class Fakes {

  /** What was logged as a warning. */
  final List<String> warnings = new CopyOnWriteArrayList<>();

  /** What is installed. */
  final List<Bundle> bundles = new CopyOnWriteArrayList<>();

  /** What the check of a jar finds. */
  final List<String> problems = new CopyOnWriteArrayList<>();

  /** What was done with jars. */
  final List<String> deployed = new CopyOnWriteArrayList<>();

  Logger log() {
    return proxy(
        Logger.class,
        (name, arguments) -> {
          if (name.equals("warn")) {
            String line = String.valueOf(arguments[0]);
            for (Object argument : flat(arguments)) {
              line = line.replaceFirst("\\{}", String.valueOf(argument).replace("$", "\\$"));
            }
            warnings.add(line);
          }
          return null;
        });
  }

  private static List<Object> flat(Object[] arguments) {
    return Arrays.stream(arguments)
        .skip(1)
        .flatMap(
            a -> a instanceof Object[] many ? Arrays.stream(many) : Arrays.stream(new Object[] {a}))
        .toList();
  }

  BundleContext context() {
    return proxy(BundleContext.class, (name, arguments) -> bundles.toArray(Bundle[]::new));
  }

  Bundle bundle(String symbolicName, String version, String location) {
    return proxy(
        Bundle.class,
        (name, arguments) ->
            switch (name) {
              case "getSymbolicName" -> symbolicName;
              case "getVersion" -> Version.parseVersion(version);
              case "getLocation" -> location;
              case "uninstall" -> deployed.add("uninstalled " + symbolicName) ? null : null;
              default -> null;
            });
  }

  Deployment deployment() {
    return new Deployment() {

      @Override
      public List<String> check(File jar) {
        return problems;
      }

      @Override
      public Bundle update(Bundle bundle, File jar) {
        deployed.add("updated " + bundle.getSymbolicName());
        return bundle;
      }

      @Override
      public Bundle rollback(Bundle bundle) {
        deployed.add("rolled back " + bundle.getSymbolicName());
        return bundle;
      }

      @Override
      public Bundle deploy(File jar) {
        deployed.add("deployed");
        return bundle("test.new", "1.0.0", "deploy:new.jar");
      }
    };
  }

  private interface Call {
    Object with(String name, Object[] arguments);
  }

  private static <T> T proxy(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> call.with(method.getName(), arguments)));
  }
}
