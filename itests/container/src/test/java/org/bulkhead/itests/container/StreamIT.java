package org.bulkhead.itests.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.bulkhead.device.block.BlockDevice;
import org.bulkhead.device.contract.OutcomeUnknownException;
import org.bulkhead.framework.admin.CompartmentState;
import org.bulkhead.framework.admin.InjectedFault;
import org.bulkhead.transport.sim.SerialPeer;
import org.bulkhead.transport.sim.SerialSettings;
import org.bulkhead.transport.sim.SimFaults.Fault;
import org.bulkhead.transport.sim.SimFtdi;
import org.bulkhead.transport.sim.SimMedium;
import org.bulkhead.transport.sim.SimPort;
import org.bulkhead.transport.sim.SimStick;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.service.serial.SerialConstants;
import org.osgi.service.serial.SerialDevice;
import org.osgi.service.serial.SerialPortConfiguration;

/** The real drivers die while they are used, and applications see what the contract says. */
public class StreamIT extends BusTest {

  private static final int WRITE_10 = 0x2a;
  private static final int OUT = 0x02;
  private static final long STICK_BYTES = 16L << 20;

  @Configuration
  public Option[] features() {
    return options(
        osgi(),
        framework(),
        supervision(
            Map.of(
                "faultInjection", true,
                "callDeadlineMillis", 1_000,
                "detachDeadlineMillis", 200,
                "restartIntensity", 20,
                "backoffMillis", 20,
                "backoffMaxMillis", 50)),
        simulatedBus(),
        storageDriver(),
        serialDriver());
  }

  // ---- blocks ----------------------------------------------------------------------------------

  @Test
  public void hash_isRightWhenTheDriverThrows() throws Exception {
    hashIsRight(port -> gateway.inject(port.location(), InjectedFault.THROW));
  }

  @Test
  public void hash_isRightWhenTheDriverFailsWithAnError() throws Exception {
    hashIsRight(port -> gateway.inject(port.location(), InjectedFault.ERROR));
  }

  @Test
  public void hash_isRightWhenTheDriverHangs() throws Exception {
    hashIsRight(port -> gateway.inject(port.location(), InjectedFault.HANG));
  }

  @Test
  public void hash_isRightWhenTheDriverIsRestarted() throws Exception {
    hashIsRight(port -> gateway.restart(port.location()));
  }

  @Test
  public void hash_isRightWhenTheDriverIsStoppedAndStarted() throws Exception {
    Bundle driver = bundleOf("org.bulkhead.driver.massstorage");
    hashIsRight(
        port -> {
          driver.stop();
          driver.start();
        });
  }

  @Test
  public void hash_isRightWhenTheDriverIsUpdated() throws Exception {
    Bundle driver = bundleOf("org.bulkhead.driver.massstorage");
    hashIsRight(port -> driver.update());
  }

  @Test
  public void hash_isRightWhenTheStickIsReplugged() throws Exception {
    hashIsRight(
        port -> {
          port.unplug();
          port.replug();
        });
  }

  @Test
  public void hash_isRightWhenTheDeviceIsReset() throws Exception {
    hashIsRight(port -> gateway.reset(port.location()));
  }

  @Test
  public void hash_isRightWhenTransfersFailUnderneath() throws Exception {
    hashIsRight(
        port -> {
          port.faults().add(Fault.STALL, 0x81, 3, 1);
          port.faults().add(Fault.ERROR, 0x81, 20, 1);
          port.faults().add(Fault.UNPLUG, 0x81, 50, 1);
          eventually("the unplug").until(() -> !port.plugged());
          port.replug();
        });
  }

  /** What is done to a stick, or to its driver, while it is read. */
  @FunctionalInterface
  private interface Disturbance {
    void happensTo(SimPort port) throws Exception;
  }

  private void hashIsRight(Disturbance disturbance) throws Exception {
    SimMedium medium = SimMedium.pattern(STICK_BYTES, 3);
    SimPort port = plug(new SimStick(medium));
    BlockDevice session = session(BlockDevice.class, port.location());

    String hash = Hash.of(session, () -> disturbance.happensTo(port));

    assertThat(hash).isEqualTo(Hash.of(medium));
    assertThat(session(BlockDevice.class, port.location())).isSameAs(session);
    eventually("the next life").until(() -> compartment(port.location()).incarnation() > 1);
  }

  @Test
  public void blockWrite_underWayIsSentAgain() throws Exception {
    SimMedium medium = SimMedium.blank(1 << 20);
    SimStick stick = new SimStick(medium);
    SimPort port = plug(stick);
    BlockDevice session = session(BlockDevice.class, port.location());
    assertThat(session.geometry().blockCount()).isEqualTo(2048);
    ByteBuffer data = ByteBuffer.allocate(4096);
    SimMedium.pattern(4096, 1).read(0, data);

    // The command arrives, its data does not.
    port.faults().add(Fault.DROP, OUT, 1, 1);
    Background write = Background.start(() -> session.write(8, data.flip()));
    eventually("the command").until(() -> stick.commandCount(0, WRITE_10) == 1);
    gateway.restart(port.location());
    write.await();

    ByteBuffer written = ByteBuffer.allocate(4096);
    medium.read(8 * 512, written);
    assertThat(written.flip()).isEqualTo(data.flip());
    assertThat(stick.commandCount(0, WRITE_10)).isEqualTo(2);
    assertThat(stick.blocksWritten(0)).isEqualTo(8);
  }

  // ---- bytes -----------------------------------------------------------------------------------

  @Test
  public void serialSettings_areMadeAgainOnTheNextIncarnation() throws Exception {
    SimFtdi ftdi = new SimFtdi("S1", SerialPeer.loopback());
    SimPort port = plug(ftdi);
    SerialDevice session = session(SerialDevice.class, port.location());
    session.setConfiguration(
        new SerialPortConfiguration(
            9600,
            SerialConstants.DATABITS_7,
            SerialConstants.FLOWCONTROL_RTSCTS_IN | SerialConstants.FLOWCONTROL_RTSCTS_OUT,
            SerialConstants.PARITY_EVEN,
            SerialConstants.STOPBITS_2));
    session.setDTR(true);
    session.setRTS(true);
    SerialSettings wanted = ftdi.settings();
    assertThat(wanted.dataBits()).isEqualTo(7);
    assertThat(wanted.dtr()).isTrue();

    // The chip forgets everything when it is pulled out.
    port.unplug();
    port.replug();

    eventually("the settings").until(() -> ftdi.settings().equals(wanted));
    awaitState(port.location(), CompartmentState.RUNNING);
    assertThat(session.isDTR()).isTrue();
    assertThat(session.getConfiguration().getBaudRate()).isEqualTo(9600);
  }

  @Test
  public void serialStreams_goOnAfterTheDriverFailed() throws Exception {
    SimPort port = plug(new SimFtdi("S2", SerialPeer.loopback()));
    SerialDevice session = session(SerialDevice.class, port.location());
    try (InputStream in = session.getInputStream();
        OutputStream out = session.getOutputStream()) {
      for (InjectedFault fault : InjectedFault.values()) {
        out.write(ascii("before"));
        assertThat(in.readNBytes(6)).isEqualTo(ascii("before"));
        int life = compartment(port.location()).incarnation();

        gateway.inject(port.location(), fault);

        eventually("the next incarnation")
            .until(() -> compartment(port.location()), c -> c.incarnation() > life && isRunning(c));
        out.write(ascii("after"));
        assertThat(in.readNBytes(5)).isEqualTo(ascii("after"));
      }
    }
  }

  @Test
  public void serialWriteOfUnknownOutcome_isReportedOnceAndNeverSentTwice() throws Exception {
    SimFtdi ftdi = new SimFtdi("S3", data -> data.position(data.limit()));
    SimPort port = plug(ftdi);
    SerialDevice session = session(SerialDevice.class, port.location());
    try (OutputStream out = session.getOutputStream()) {
      out.write(ascii("12345"));
      assertThat(ftdi.bytesReceivedByPeer()).isEqualTo(5);

      // The transfer goes nowhere, as far as the host can tell.
      port.faults().add(Fault.DROP, OUT, 0, 1);
      Background write = Background.start(() -> out.write(ascii("unknown")));
      // The driver has it: before that, the call may wait for its turn at the gate.
      eventually("the write under way").until(() -> write.isWaitingIn("LineBuffer", "awaitAll"));
      gateway.inject(port.location(), InjectedFault.THROW);

      OutcomeUnknownException unknown =
          catchThrowableOfType(OutcomeUnknownException.class, write::await);
      assertThat(unknown.bytesConfirmed()).isZero();
      assertThat(unknown.bytesUnknown()).isEqualTo(7);
      awaitState(port.location(), CompartmentState.RUNNING);
      // Where the driver died of it before the bus had come to the transfer.
      port.faults().clear();
      out.write(ascii("next"));
      assertThat(ftdi.bytesReceivedByPeer()).isEqualTo(5 + 4);
    }
  }

  @Test
  public void serialWriteThatTheDeviceTook_isNotSentTwiceEither() throws Exception {
    SimFtdi ftdi = new SimFtdi("S4", data -> data.position(data.limit()));
    SimPort port = plug(ftdi);
    SerialDevice session = session(SerialDevice.class, port.location());
    try (OutputStream out = session.getOutputStream()) {
      for (int life = 1; life <= 15; life++) {
        int next = life + 1;
        long before = ftdi.bytesReceivedByPeer();
        boolean known = true;
        gateway.inject(port.location(), InjectedFault.THROW);
        try {
          out.write(ascii("x"));
        } catch (OutcomeUnknownException unknown) {
          known = false;
        }
        eventually("incarnation " + next)
            .until(
                () -> compartment(port.location()), c -> c.incarnation() == next && isRunning(c));
        assertThat(ftdi.bytesReceivedByPeer() - before).isBetween(known ? 1L : 0L, 1L);
      }
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
