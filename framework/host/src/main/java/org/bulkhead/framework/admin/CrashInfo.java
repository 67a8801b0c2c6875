package org.bulkhead.framework.admin;

import java.time.Instant;

/**
 * The report of one fault on the disk.
 *
 * @param time when it was written
 * @param path its folder, with {@code report.txt} and {@code trace.pcapng}
 * @param sizeBytes what it takes
 * @param summary driver, device and fault, one line
 */
public record CrashInfo(Instant time, String path, long sizeBytes, String summary) {}
