package org.bulkhead.commands.internal;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The hashes that every Java platform has, by the names that people use. */
enum Digest {
  SHA256("SHA-256"),
  SHA512("SHA-512"),
  SHA1("SHA-1"),
  MD5("MD5");

  private final String algorithm;

  Digest(String algorithm) {
    this.algorithm = algorithm;
  }

  MessageDigest start() {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
