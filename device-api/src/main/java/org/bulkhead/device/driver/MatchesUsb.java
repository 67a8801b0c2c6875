package org.bulkhead.device.driver;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.annotation.bundle.Attribute;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * Says on a driver's component class what the driver matches, as service properties and as a
 * capability in the bundle's manifest at once.
 */
@ComponentPropertyType
@Capability(namespace = MatchesUsb.NAMESPACE)
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface MatchesUsb {

  /** The prefix of the service properties. */
  String PREFIX_ = "bulkhead.";

  /** The capability's namespace. */
  String NAMESPACE = "org.bulkhead.driver";

  /** The service property that holds {@link #driver()}. */
  String DRIVER = "bulkhead.driver";

  /** The service property that holds {@link #matches()}. */
  String MATCHES = "bulkhead.matches";

  /**
   * The driver's name for people and for {@code DRIVER_ID}: short, lower case, unique among
   * drivers, the same in each version.
   *
   * @return a word such as {@code ftdi}
   */
  @Attribute("driver")
  String driver();

  /**
   * What the driver matches, one {@link MatchRule} each.
   *
   * @return rules such as {@code 0403:6001} or {@code class 08/06/50}
   */
  @Attribute("matches")
  String[] matches();
}
