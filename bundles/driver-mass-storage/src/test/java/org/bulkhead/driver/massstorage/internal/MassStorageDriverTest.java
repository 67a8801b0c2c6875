package org.bulkhead.driver.massstorage.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.driver.DriverContext;
import org.bulkhead.device.driver.Remembered;
import org.bulkhead.device.usb.UsbDevice;
import org.bulkhead.device.usb.UsbException;
import org.bulkhead.device.usb.UsbException.Kind;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.service.log.Logger;

class MassStorageDriverTest {

  private final FakeUnit slot0 = new FakeUnit(10);
  private final FakeUnit slot1 = new FakeUnit(20);
  private final FakeStick reader = new FakeStick(slot0, slot1);
  private final Map<String, BlockDevice> published = new LinkedHashMap<>();
  private final Map<String, Map<String, ?>> properties = new LinkedHashMap<>();

  private void attach(int incarnation) throws IOException {
    new MassStorageDriver().attach(new Context(incarnation));
  }

  @Test
  void eachLogicalUnit_isPublished() throws IOException {
    reader.maxLunAnswer = 1;
    attach(1);
    assertThat(published).containsOnlyKeys("0", "1");
    assertThat(published.get("1").geometry().blockCount()).isEqualTo(20);
    assertThat(published.get("0").geometry().blockCount()).isEqualTo(10);
    assertThat(properties.get("1")).isEqualTo(Map.of("service.description", "BULKHEAD"));
  }

  @Test
  void nextLife_doesNotAskAgainWhatTheUnitsAre_butForTheFirst() throws IOException {
    reader.maxLunAnswer = 1;
    attach(1);
    reader.maxLunAnswer = -1;
    slot1.type = 0x0d;
    published.clear();
    attach(2);
    assertThat(published).containsOnlyKeys("0", "1");
    assertThat(properties.get("1")).isEqualTo(Map.of("service.description", "BULKHEAD"));
  }

  @Test
  void recordOfAnotherVersion_orInPieces_isDoneWithout() throws IOException {
    reader.maxLunAnswer = 1;
    for (Remembered unreadable :
        List.of(
            new Remembered(2, new byte[] {0, 0, 0}),
            new Remembered(UnitTable.VERSION, new byte[0]),
            new Remembered(UnitTable.VERSION, new byte[300]))) {
      remembered = unreadable;
      published.clear();
      attach(2);
      assertThat(published).containsOnlyKeys("0", "1");
    }
  }

  @Test
  void stalledGetMaxLun_meansOneUnit() throws IOException {
    attach(1);
    assertThat(published).containsOnlyKeys("0");
  }

  @Test
  void impossibleMaxLun_meansOneUnit() throws IOException {
    reader.maxLunAnswer = 0xff;
    attach(1);
    assertThat(published).containsOnlyKeys("0");
  }

  @Test
  void unitWithoutMedium_isPublishedAllTheSame() throws IOException {
    slot0.senses.add(new Sense(2, 0x3a, 0));
    attach(1);
    assertThatThrownBy(() -> published.get("0").geometry()).hasMessageContaining("no medium");
  }

  @Test
  void unitOfAnotherKind_isLeftOut() throws IOException {
    reader.maxLunAnswer = 1;
    slot0.type = 0x0d;
    attach(1);
    assertThat(published).containsOnlyKeys("1");
  }

  @Test
  void deviceWithoutBlocks_isAnErrorThatSaysSo() {
    slot0.type = 0x7f;
    assertThatThrownBy(() -> attach(1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no logical unit with blocks");
  }

  @Test
  void laterIncarnation_beginsWithResetRecovery() throws IOException {
    attach(2);
    assertThat(reader.steps).startsWith("reset", "clear-in", "clear-out", "max-lun");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void laterIncarnation_whoseResetRecoveryFails_resetsThePort(int step) throws IOException {
    reader.faults.put(step, Kind.TIMEOUT);
    attach(2);
    assertThat(reader.steps.subList(step + 1, step + 3)).containsExactly("port-reset", "max-lun");
    assertThat(published.get("0").geometry().blockCount()).isEqualTo(10);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void unplug_whileAttaching_isPassedOn(int step) {
    reader.maxLunAnswer = 0;
    reader.faults.put(step, Kind.DISCONNECTED);
    assertThatThrownBy(() -> attach(1))
        .isInstanceOfSatisfying(
            UsbException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DISCONNECTED));
  }

  private Remembered remembered;

  private final class Context implements DriverContext {

    private final int incarnation;

    Context(int incarnation) {
      this.incarnation = incarnation;
    }

    @Override
    public UsbDevice device() {
      return reader;
    }

    @Override
    public InterfaceDescriptor matched() {
      return reader.descriptor();
    }

    @Override
    public int incarnation() {
      return incarnation;
    }

    @Override
    public <S> void publish(Class<S> type, String unit, S service, Map<String, ?> extra) {
      published.put(unit, (BlockDevice) service);
      properties.put(unit, extra);
    }

    @Override
    public void remember(int version, byte[] bytes) {
      remembered = new Remembered(version, bytes);
    }

    @Override
    public Optional<Remembered> recalled() {
      return Optional.ofNullable(remembered);
    }

    @Override
    public boolean deviceUntouched() {
      return false;
    }

    @Override
    public void pause(Duration howLong) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void fail(Throwable cause) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Logger logger() {
      throw new UnsupportedOperationException();
    }
  }
}
