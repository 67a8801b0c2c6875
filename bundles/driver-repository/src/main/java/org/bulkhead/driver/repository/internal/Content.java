package org.bulkhead.driver.repository.internal;

import java.net.URI;

/**
 * Where a jar is, and what it must be.
 *
 * @param url of the jar
 * @param sha256 its digest, 64 hexadecimal digits in lower case
 * @param sizeBytes its size
 */
record Content(URI url, String sha256, long sizeBytes) {

  Content {
    if (!sha256.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("\"" + sha256 + "\" is no SHA-256");
    }
    if (sizeBytes < 0) {
      throw new IllegalArgumentException("a size of " + sizeBytes);
    }
  }
}
