package org.bulkhead.device.driver;

/**
 * What a driver asked the framework to keep.
 *
 * @param version the driver's own number of the format
 * @param bytes a copy
 */
public record Remembered(int version, byte[] bytes) {

  /** The most bytes that are kept. */
  public static final int MAX_BYTES = 4096;

  /**
   * Copies the bytes.
   *
   * @param version the driver's own number of the format
   * @param bytes copied
   */
  public Remembered {
    bytes = bytes.clone();
  }

  /**
   * What was kept.
   *
   * @return a copy
   */
  @Override
  public byte[] bytes() {
    return bytes.clone();
  }
}
