package org.bulkhead.framework.internal.session;

import java.util.Map;

/** Where sessions are offered to applications: the OSGi service registry. */
public interface Publisher {

  /**
   * Offers a service.
   *
   * @param type the interface that it is offered under; a serial device is one of the USB
   *     Information Device Category as well
   * @param service the session, or a ServiceFactory that makes one for each bundle
   * @param properties its service properties
   * @return takes the offer back; idempotent
   */
  Runnable publish(Class<?> type, Object service, Map<String, ?> properties);
}
