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
    Path work = RunFolders.own(root.resolve("itests/campaign/target"));
    Installation gateway = Installation.prepare(root, work, options);
    Campaign campaign = new Campaign(options, gateway, System.err);
    Thread interrupted =
        new Thread(
            () -> {
              campaign.end();
              print(campaign, options, false);
              tidy(campaign, work);
            },
            "interrupted");
    Runtime.getRuntime().addShutdownHook(interrupted);
    System.err.printf(
        "campaign: %,d faults, seed %d, gateway in %s%n",
        options.faults(), options.seed(), gateway.home());
    campaign.run();
    if (campaign.isEnded()) {
      // The JVM ends, and prints.
      return;
    }
    Runtime.getRuntime().removeShutdownHook(interrupted);
    print(campaign, options, true);
    tidy(campaign, work);
    System.exit(campaign.tally().kept() ? 0 : 1);
  }

  /** A gateway in which something escaped is left to be looked at. */
  private static void tidy(Campaign campaign, Path work) {
    try {
      if (campaign.tally().kept()) {
        RunFolders.delete(work);
      }
    } catch (IOException inUse) {
      System.err.println("campaign: " + work + " is left behind: " + inUse);
    }
  }

  /** Says what was counted, and writes it where the options say. */
  static void print(Campaign campaign, Options options, boolean finished) {
    System.out.printf(
        "%n%,d faults%s, seed %d, %d s%s%n",
        campaign.tally().injected(),
        finished ? "" : " (interrupted)",
        options.seed(),
        campaign.seconds(),
        options.control() ? ", without supervision" : options.blank() ? ", without faults" : "");
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
