package org.bulkhead.commands.internal;

/**
 * What a command has to say.
 *
 * @param value a record or a list of records, for programs
 * @param text the same for people, without a line end after the last line
 */
record View(Object value, String text) {

  String render(boolean json) {
    return json ? JsonText.of(value) : text;
  }
}
