package org.bulkhead.framework.internal.compartment;

import java.util.ArrayDeque;
import java.util.List;
import org.bulkhead.framework.admin.FaultInfo;

/** The latest faults, in bounded memory. Thread-safe. */
final class FaultLog {

  private static final int KEPT = 256;

  private final ArrayDeque<FaultInfo> faults = new ArrayDeque<>();

  synchronized void add(FaultInfo fault) {
    if (faults.size() == KEPT) {
      faults.removeFirst();
    }
    faults.addLast(fault);
  }

  synchronized List<FaultInfo> latest() {
    return List.copyOf(faults);
  }
}
