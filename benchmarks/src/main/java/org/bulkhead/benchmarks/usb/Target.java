package org.bulkhead.benchmarks.usb;

/**
 * Which device an engine opens, and where its stick is. The stand-in's unless the system property
 * {@code bulkhead.benchmarks.target} says otherwise, all in hexadecimal as usbfs/engine.c takes it:
 * {@code VENDOR:PRODUCT:INTERFACES:STORAGE_IN:STORAGE_OUT}.
 *
 * @param vendorId of the device
 * @param productId of the device
 * @param interfaces how many are claimed, from 0 on
 * @param storageIn the stick's bulk endpoint IN
 * @param storageOut its bulk endpoint OUT
 */
record Target(int vendorId, int productId, int interfaces, int storageIn, int storageOut) {

  static final String PROPERTY = "bulkhead.benchmarks.target";

  static Target chosen() {
    String[] words = System.getProperty(PROPERTY, "1209:5bfd:2:85:06").split(":");
    int[] numbers = new int[5];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Integer.parseInt(words[i], 16);
    }
    return new Target(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
  }
}
