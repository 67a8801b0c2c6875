package org.bulkhead.commands.internal;

/** Descriptions of parameters that many commands have. */
final class Help {

  static final String JSON = "prints JSON, on one line";
  static final String DEVICE =
      "the device: its location such as 1-2, its key, its serial number, or a unique beginning of"
          + " one of the latter two";
  static final String TARGET =
      "a driver such as ftdi, a device such as 1-2, or one interface of it such as 1-2:1";
  static final String DRIVER = "the driver, as driver:list names it";
  static final String BLOCK_DEVICE =
      "the block device: its device such as 1-2, with a unit where it has several: 1-2/0";
  static final String PORT =
      "the serial port: its device such as 1-3, with an interface where it has several: 1-3:1";

  static final String INPUT =
      "the input device: its device such as 1-4, with an interface where it has several: 1-4:1";

  private Help() {}
}
