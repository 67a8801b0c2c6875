package org.bulkhead.framework.internal.session;

import java.util.Map;

/** Where sessions are offered to applications: the OSGi service registry. */
public interface Publisher {

  /**
   * Offers a service.
   *
   * @param type the interface that it is offered under
   * @param service the session
   * @param properties its service properties
   * @return takes the offer back; idempotent
   */
  Runnable publish(Class<?> type, Object service, Map<String, ?> properties);
}
