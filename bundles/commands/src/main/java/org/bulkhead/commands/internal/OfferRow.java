package org.bulkhead.commands.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bulkhead.device.driver.MatchRule;
import org.bulkhead.device.usb.descriptor.DeviceDescriptor;
import org.bulkhead.device.usb.descriptor.UsbDescriptors;
import org.bulkhead.driver.repository.DriverOffer;
import org.bulkhead.driver.repository.RepositoryInfo;
import org.bulkhead.framework.admin.DeviceInfo;

/** A driver as {@code driver:search} shows it; the fields are those of its JSON. */
record OfferRow(
    String name,
    String version,
    String state,
    String bundle,
    String installedVersion,
    long bytes,
    List<String> matches,
    List<String> devices,
    String repository,
    String problem) {

  /** All that is shown at once. */
  record Found(List<OfferRow> drivers, List<RepositoryInfo> repositories) {}

  static OfferRow of(DriverOffer offer, List<DeviceInfo> present) {
    return new OfferRow(
        offer.driver(),
        offer.version(),
        state(offer),
        offer.bundleSymbolicName(),
        offer.installedVersion(),
        offer.sizeBytes(),
        offer.matches().stream().map(MatchRule::toString).toList(),
        present.stream()
            .filter(device -> matches(offer, device))
            .map(device -> device.identity().location())
            .toList(),
        offer.repository(),
        offer.problem());
  }

  private static String state(DriverOffer offer) {
    if (offer.installedVersion().equals(offer.version())) {
      return offer.installedOnDemand() ? "on demand" : "installed";
    }
    if (!offer.problem().isEmpty()) {
      return "refused";
    }
    return offer.installedVersion().isEmpty()
        ? "available"
        : offer.installedVersion() + " installed";
  }

  static boolean matches(DriverOffer offer, DeviceInfo device) {
    UsbDescriptors descriptors = device.descriptors();
    DeviceDescriptor descriptor = descriptors.device();
    return descriptors.configurations().stream()
        .flatMap(configuration -> configuration.interfaces())
        .anyMatch(
            candidate ->
                offer.matches().stream()
                    .anyMatch(rule -> rule.match(descriptor, candidate) > MatchRule.MATCH_NONE));
  }

  /** Whether a word stands in what is shown. */
  boolean contains(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return Stream.concat(Stream.of(name, bundle, repository), matches.stream())
        .anyMatch(value -> value.toLowerCase(Locale.ROOT).contains(lower));
  }

  static View list(List<OfferRow> rows, List<RepositoryInfo> repositories) {
    Table table = new Table("NAME", "VERSION", "STATE", "DEVICES", "SIZE", "REPOSITORY");
    for (OfferRow row : rows) {
      table.row(
          row.name,
          row.version,
          row.state,
          String.join(", ", row.devices),
          Sizes.words(row.bytes),
          row.repository);
    }
    List<String> lines = new ArrayList<>();
    lines.add(table.text(repositories.isEmpty() ? "no repositories are configured" : "no drivers"));
    rows.stream()
        .filter(row -> !row.problem.isEmpty())
        .map(row -> row.name + " of " + row.repository + ": " + row.problem)
        .forEach(lines::add);
    repositories.stream()
        .filter(repository -> !repository.problem().isEmpty())
        .map(repository -> repository.location() + ": " + repository.problem())
        .forEach(lines::add);
    String text =
        lines.stream()
            .flatMap(String::lines)
            .map(Table::printable)
            .collect(Collectors.joining("\n"));
    return new View(new Found(rows, repositories), text);
  }
}
