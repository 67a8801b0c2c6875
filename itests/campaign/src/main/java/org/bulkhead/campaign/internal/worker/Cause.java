package org.bulkhead.campaign.internal.worker;

/** Whose doing wrong data is. */
enum Cause {
  /** The driver erred in the life that said that all is well: its mutant struck in it. */
  DRIVER('d'),
  /** The simulated bus broke a transfer of that life. */
  BUS('b'),
  /** Neither: a sound life on a sound bus said so, which leaves what moved the call to it. */
  FRAMEWORK('f');

  private final char letter;

  Cause(char letter) {
    this.letter = letter;
  }

  /** As in the line of an {@link Outcome}. */
  char letter() {
    return letter;
  }
}
