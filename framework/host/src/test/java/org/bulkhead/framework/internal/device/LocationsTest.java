package org.bulkhead.framework.internal.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class LocationsTest {

  @Test
  void numbers_areOrderedByTheirValue() {
    List<String> inOrder =
        List.of(
            "1-1", "1-2", "1-2.1", "1-2.4.1", "1-2.10", "1-10", "2-1", "10-1", "sim-2", "sim-10");
    List<String> mixed = new ArrayList<>(inOrder);
    Collections.reverse(mixed);
    mixed.sort(Locations.NATURAL);
    assertThat(mixed).isEqualTo(inOrder);
  }

  @Test
  void sameText_isEqual_andAnyTextHasAPlace() {
    assertThat(Locations.NATURAL.compare("1-2", "1-2")).isZero();
    List<String> odd = List.of("", "-", "1", "a", "1-", "-1", "a1b2", "999999999999999999999-1");
    for (String one : odd) {
      for (String other : odd) {
        assertThat(Integer.signum(Locations.NATURAL.compare(one, other)))
            .isEqualTo(-Integer.signum(Locations.NATURAL.compare(other, one)));
      }
    }
  }
}
