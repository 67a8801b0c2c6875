package org.bulkhead.framework.internal.access;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.device.Driver;

/** A standard driver in a bundle of its own: matches by 1 and attaches, unless told otherwise. */
final class TestDriver implements Driver {

  /** What a driver answers. */
  @FunctionalInterface
  interface Answer<T> {
    T to(ServiceReference<?> device) throws Exception;
  }

  final BundleContext bundle;
  final List<ServiceReference<?>> attached = Collections.synchronizedList(new ArrayList<>());
  final AtomicInteger matched = new AtomicInteger();
  final AtomicInteger attachCalls = new AtomicInteger();
  private final String id;
  private Answer<Integer> match = device -> 1;
  private Answer<String> attach = this::use;

  TestDriver(Lab lab, String id) throws BundleException {
    this(id, lab.bundle());
  }

  TestDriver(String id, BundleContext bundle) {
    this.id = id;
    this.bundle = bundle;
  }

  TestDriver match(int value) {
    return match(device -> value);
  }

  TestDriver match(Answer<Integer> answer) {
    match = answer;
    return this;
  }

  TestDriver attach(Answer<String> answer) {
    attach = answer;
    return this;
  }

  ServiceRegistration<Driver> register(Object... properties) {
    Hashtable<String, Object> table = new Hashtable<>(Map.of("DRIVER_ID", id));
    table.putAll(Lab.table(properties));
    return bundle.registerService(Driver.class, this, table);
  }

  @Override
  public int match(ServiceReference<?> device) throws Exception {
    matched.incrementAndGet();
    return match.to(device);
  }

  @Override
  public String attach(ServiceReference<?> device) throws Exception {
    attachCalls.incrementAndGet();
    return attach.to(device);
  }

  /** Uses a device from now on. */
  String use(ServiceReference<?> device) {
    bundle.getService(device);
    attached.add(device);
    return null;
  }

  boolean has(ServiceReference<?> device) {
    return attached.contains(device) && Lab.uses(bundle, device);
  }
}
