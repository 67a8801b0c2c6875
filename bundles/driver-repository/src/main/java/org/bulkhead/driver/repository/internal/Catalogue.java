package org.bulkhead.driver.repository.internal;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bulkhead.device.driver.MatchRule;

/**
 * What all repositories offer: an earlier repository before a later one, and within one the higher
 * version before the lower.
 */
final class Catalogue {

  private final List<Repository> repositories;

  Catalogue(List<Repository> repositories) {
    this.repositories = List.copyOf(repositories);
  }

  List<Repository> repositories() {
    return repositories;
  }

  List<Offer> offers() {
    return repositories.stream()
        .flatMap(
            repository ->
                repository.offers().stream()
                    .sorted(Comparator.comparing(Offered::version).reversed())
                    .map(driver -> new Offer(repository, driver)))
        .toList();
  }

  /** The drivers for a device, the best match first. */
  List<Offer> matching(Function<String, Object> properties) {
    record Match(Offer offer, int value) {}
    return offers().stream()
        .map(offer -> new Match(offer, offer.driver().match(properties)))
        .filter(match -> match.value() > MatchRule.MATCH_NONE)
        .sorted(Comparator.comparingInt(Match::value).reversed())
        .map(Match::offer)
        .toList();
  }

  /** The offers of a driver or bundle of this name. */
  Stream<Offer> named(String name) {
    return offers().stream()
        .filter(
            offer ->
                Objects.equals(name, offer.driver().driver())
                    || Objects.equals(name, offer.driver().symbolicName()));
  }
}
