package org.bulkhead.campaign.internal.parent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The command {@code ./campaign}. */
public final class Main {

  private Main() {}

  /** Runs a campaign; status 0 where the promise was kept, 1 where it was not. */
  public static void main(String... args) throws IOException, InterruptedException {
    Options options = Options.parse(args);
    Path root = Path.of(System.getProperty("campaign.root", "."));
    Path work = root.resolve("itests/campaign/target/run-" + ProcessHandle.current().pid());
    Installation gateway = Installation.prepare(root, work, options);
    Campaign campaign = new Campaign(options, gateway, System.err);
    Thread interrupted =
        new Thread(
            () -> {
              campaign.end();
              print(campaign, options, false);
            },
            "interrupted");
    Runtime.getRuntime().addShutdownHook(interrupted);
    System.err.printf(
        "campaign: %,d faults, seed %d, gateway in %s%n",
        options.faults(), options.seed(), gateway.home());
    campaign.run();
    Runtime.getRuntime().removeShutdownHook(interrupted);
    print(campaign, options, true);
    System.exit(campaign.tally().kept() ? 0 : 1);
  }

  private static void print(Campaign campaign, Options options, boolean finished) {
    System.out.printf(
        "%n%,d faults%s, seed %d, %d s%s%n",
        campaign.tally().injected(),
        finished ? "" : " (interrupted)",
        options.seed(),
        campaign.seconds(),
        options.control() ? ", without supervision" : "");
    System.out.print(campaign.tally().text());
    if (options.json() != null) {
      try {
        Files.writeString(
            options.json(), campaign.tally().json(options.seed(), finished, campaign.seconds()));
      } catch (IOException unwritable) {
        System.err.println("campaign: " + unwritable);
      }
    }
  }
}
