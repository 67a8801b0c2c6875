package org.bulkhead.benchmarks.usb;

/**
 * What an engine is told to do; the modes are those of usbfs/engine.c, and "handler", which is
 * "async" with completions handed to a handler where the engine knows that, and "stream", the
 * streaming reader.
 *
 * @param mode what to do
 * @param size bytes of a transfer
 * @param depth how many in flight; how many begin in a second where the mode is "open"
 * @param millis how long
 */
public record Command(String mode, int size, int depth, int millis) {

  static Command parse(String line) {
    String[] words = line.strip().split(" ");
    return new Command(
        words[0],
        Integer.parseInt(words[1]),
        Integer.parseInt(words[2]),
        Integer.parseInt(words[3]));
  }

  String line() {
    return mode + " " + size + " " + depth + " " + millis;
  }
}
