package org.bulkhead.benchmarks.usb;

/** One way to the device. */
interface Engine {

  /** Runs a command to its end. */
  void run(Command command, Tally tally) throws Exception;
}
