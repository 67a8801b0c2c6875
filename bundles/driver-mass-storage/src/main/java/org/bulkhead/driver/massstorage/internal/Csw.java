package org.bulkhead.driver.massstorage.internal;

import java.nio.ByteBuffer;

/**
 * The Command Status Wrapper (Bulk-Only Transport 1.0 section 5.2). Pure bytes, no I/O, no objects:
 * one is read for each command. Buffers are little-endian and hold the wrapper from 0 to the limit.
 */
final class Csw {

  /** Its size, always. */
  static final int LENGTH_BYTES = 13;

  /** {@code dCSWSignature}: "USBS". */
  static final int SIGNATURE = 0x53425355;

  /** {@code bCSWStatus}: done. */
  static final int PASSED = 0;

  /** {@code bCSWStatus}: not done; REQUEST SENSE tells why. */
  static final int FAILED = 1;

  /** {@code bCSWStatus}: host and device disagree about the command. */
  static final int PHASE_ERROR = 2;

  private static final int TAG = 4;
  private static final int RESIDUE = 8;
  private static final int STATUS = 12;

  private Csw() {}

  /**
   * Checks that a status is valid (section 6.3.1), meaningful (section 6.3.2) and no phase error.
   *
   * @param csw what the device sent
   * @param tag that of the command
   * @param lengthBytes {@code dCBWDataTransferLength} of the command
   * @return what is wrong with it in words, or null where it can be used
   */
  static String defect(ByteBuffer csw, int tag, int lengthBytes) {
    if (csw.limit() != LENGTH_BYTES) {
      return "a status of " + csw.limit() + " bytes";
    }
    if (csw.getInt(0) != SIGNATURE) {
      return String.format("a status with signature %08x", csw.getInt(0));
    }
    if (csw.getInt(TAG) != tag) {
      return String.format("the status of command %08x, not %08x", csw.getInt(TAG), tag);
    }
    int status = status(csw);
    if (status == PHASE_ERROR) {
      return "a phase error";
    }
    if (status != PASSED && status != FAILED) {
      return "status code " + status;
    }
    if (Integer.compareUnsigned(csw.getInt(RESIDUE), lengthBytes) > 0) {
      return Integer.toUnsignedString(csw.getInt(RESIDUE)) + " bytes left of " + lengthBytes;
    }
    return null;
  }

  /**
   * {@code bCSWStatus}.
   *
   * @param csw at least 13 bytes
   * @return 0 to 255
   */
  static int status(ByteBuffer csw) {
    return csw.get(STATUS) & 0xff;
  }

  /**
   * {@code dCSWDataResidue}: what the device did not process of the data.
   *
   * @param csw a status without {@link #defect}
   * @return bytes, 0 to the length of the command's data
   */
  static int residueBytes(ByteBuffer csw) {
    return csw.getInt(RESIDUE);
  }
}
