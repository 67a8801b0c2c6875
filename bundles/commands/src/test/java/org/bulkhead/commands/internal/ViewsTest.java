package org.bulkhead.commands.internal;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.bulkhead.framework.admin.CrashInfo;
import org.bulkhead.framework.admin.DeviceInfo;
import org.bulkhead.framework.admin.FaultInfo;
import org.junit.jupiter.api.Test;

class ViewsTest {

  private final FakeGateway gateway = FakeGateway.full();

  @Test
  void deviceList_isAlignedAndHasNoTrailingSpaces() {
    assertThat(DeviceRow.list(gateway.devices()).text())
        .isEqualTo(
            """
            LOCATION  ID         SPEED       NAME             DRIVER        STATE
            1-2       0781:5567  480 Mbit/s  SanDisk Cruzer   mass-storage  running
            1-2.4     0781:5567  480 Mbit/s  SanDisk Cruzer   -             -
            1-3       0403:6001  480 Mbit/s  vendor specific  ftdi          backoff\
            """);
  }

  @Test
  void deviceList_saysWhenThereIsNothing() {
    assertThat(DeviceRow.list(List.of()).text()).isEqualTo("no devices");
  }

  @Test
  void deviceListJson_hasTheDocumentedFields() {
    JsonObject stick = array(DeviceRow.list(gateway.devices())).getJsonObject(0);
    assertThat(stick.getString("location")).isEqualTo("1-2");
    assertThat(stick.getString("key")).isEqualTo("0781:5567@1-2#4C53");
    assertThat(stick.getString("vendorId")).isEqualTo("0781");
    assertThat(stick.getString("productId")).isEqualTo("5567");
    assertThat(stick.getString("speed")).isEqualTo("high");
    assertThat(stick.getInt("bus")).isEqualTo(1);
    JsonObject served = stick.getJsonArray("interfaces").getJsonObject(0);
    assertThat(served.getString("class")).isEqualTo("mass storage");
    assertThat(served.getString("driver")).isEqualTo("mass-storage");
    assertThat(served.getString("state")).isEqualTo("running");
    assertThat(served.getInt("incarnation")).isEqualTo(3);
    assertThat(served.getJsonArray("services").getString(0)).isEqualTo("BlockDevice 0");
  }

  @Test
  void interfaceWithoutDriver_hasNullInJson() {
    JsonObject bare = array(DeviceRow.list(gateway.devices())).getJsonObject(1);
    assertThat(bare.getJsonArray("interfaces").getJsonObject(0).isNull("driver")).isTrue();
  }

  @Test
  void deviceName_cannotDriveTheTerminal() {
    var evil = FakeGateway.device("1-1", 1, 2, "", "", "a\u001b[2Jb", 0xff);
    assertThat(DeviceRow.list(List.of(evil)).text()).contains("a?[2Jb").doesNotContain("\u001b");
  }

  @Test
  void tree_hangsDevicesOnTheirHubAndSortsPortsAsNumbers() {
    var devices =
        List.of(
            FakeGateway.device("1-10", 1, 2, "", "", "ten", 0xff),
            FakeGateway.device("1-2", 1, 2, "", "", "hub", 9),
            FakeGateway.device("1-2.4.1", 1, 2, "", "", "orphan", 0xff),
            FakeGateway.device("sim-1", 1, 2, "", "", "simulated", 0xff));
    assertThat(DeviceTree.view(devices).text())
        .isEqualTo(
            """
            bus 1
            ├─ 1-2  0001:0002  hub
            │  └─ 1-2.4.1  0001:0002  orphan
            └─ 1-10  0001:0002  ten
            bus sim
            └─ sim-1  0001:0002  simulated\
            """);
  }

  @Test
  void deviceDetails_tellDescriptorsInWords() {
    assertThat(DeviceDetails.view(FakeGateway.STICK, (c, s, p) -> "Mass Storage, SCSI").text())
        .contains("USB version      2.1")
        .contains("configuration 1 (active), bus powered, 200 mA")
        .contains("interface 0  mass storage (08/06/50: Mass Storage, SCSI)")
        .contains("endpoint 0x81  in  bulk, 512 bytes")
        .contains("driver mass-storage running, incarnation 3, faults 2, offers BlockDevice 0");
  }

  @Test
  void listedNames_standInForStringsThatTheDeviceHasNot() {
    DeviceInfo bare = FakeGateway.device("1-1", 0x0403, 0x6001, "", "", "", 0xff);
    DeviceInfo own = FakeGateway.device("1-1", 0x0403, 0x6001, "", "Acme", "Cable", 0xff);

    assertThat(UsbWords.name(listed(bare, "Future Bits", "Converter")))
        .isEqualTo("Future Bits Converter");
    assertThat(UsbWords.name(listed(bare, "Future Bits", "")))
        .isEqualTo("Future Bits vendor specific");
    assertThat(UsbWords.name(listed(own, "Future Bits", "Converter"))).isEqualTo("Acme Cable");
    assertThat(DeviceDetails.view(listed(own, "Future Bits", "Converter"), (c, s, p) -> "").text())
        .contains("listed as        Future Bits Converter")
        .contains("(ff/06/50)");
  }

  private static DeviceInfo listed(DeviceInfo device, String vendor, String product) {
    return new DeviceInfo(
        device.identity(),
        device.transport(),
        device.busNumber(),
        device.address(),
        device.speed(),
        device.manufacturer(),
        device.product(),
        device.descriptors(),
        device.activeConfiguration(),
        device.compartments(),
        device.problem(),
        vendor,
        product);
  }

  @Test
  void driverList_countsRestartsFaultsAndAbandonedThreads() {
    assertThat(DriverRow.list(gateway.drivers()).text())
        .isEqualTo(
            """
            NAME          VERSION  STATE    DEVICES  RESTARTS  FAULTS  ABANDONED
            ftdi          1.0.0    running  1-3      0         1       2
            mass-storage  1.0.0    running  1-2      2         2       0\
            """);
    assertThat(array(DriverRow.list(gateway.drivers())).getJsonObject(0).getInt("abandonedThreads"))
        .isEqualTo(2);
  }

  @Test
  void faults_showTracesOnlyWhenAsked() {
    FaultInfo fault =
        new FaultInfo(
            Instant.parse("2025-01-02T03:04:05.678Z"),
            "ftdi",
            17,
            "1-3",
            0,
            1,
            "exception",
            "it threw",
            "java.lang.X\n\tat y",
            "restarted",
            "/var/crash/20250102T030405.678Z-ftdi-1-3");
    assertThat(FaultRow.list(List.of(fault), false, ZoneOffset.UTC).text())
        .isEqualTo(
            """
            TIME                     DRIVER  DEVICE  KIND       MESSAGE   ACTION     REPORT
            2025-01-02 03:04:05.678  ftdi    1-3:0   exception  it threw  restarted  20250102T030405.678Z-ftdi-1-3\
            """);
    View full = FaultRow.list(List.of(fault), true, ZoneOffset.UTC);
    assertThat(full.text())
        .contains("then: restarted")
        .contains("report: /var/crash/20250102T030405.678Z-ftdi-1-3")
        .contains("    java.lang.X\n");
    assertThat(array(full).getJsonObject(0).getString("time"))
        .isEqualTo("2025-01-02T03:04:05.678Z");
  }

  @Test
  void crashes_sayWhatWhenAndWhere() {
    CrashInfo crash =
        new CrashInfo(
            Instant.parse("2025-01-02T03:04:05.678Z"), "/var/crash/x", 2048, "ftdi on 1-3:0, hang");
    assertThat(CrashRow.list(List.of(crash), ZoneOffset.UTC).text())
        .isEqualTo(
            """
            TIME                 FAULT                SIZE   REPORT
            2025-01-02 03:04:05  ftdi on 1-3:0, hang  2 KiB  /var/crash/x\
            """);
    assertThat(CrashRow.list(List.of(), ZoneOffset.UTC).text()).isEqualTo("no reports");
  }

  private static JsonArray array(View view) {
    String json = view.render(true);
    assertThat(json).doesNotContain("\n");
    return Json.createReader(new StringReader(json)).readArray();
  }
}
