package org.bulkhead.framework.internal.session;

import java.time.Duration;

/**
 * What a session is made of.
 *
 * @param name as people know it
 * @param contract the service's in-flight contract
 * @param patience how long a caller waits for the device
 * @param state what its views share
 */
public record SessionMaking(
    String name, Contract contract, Duration patience, SessionState state) {}
