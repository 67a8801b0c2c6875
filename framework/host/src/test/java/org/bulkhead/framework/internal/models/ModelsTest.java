package org.bulkhead.framework.internal.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.bulkhead.device.usb.descriptor.DeviceDescriptor;
import org.bulkhead.device.usb.descriptor.InterfaceDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.log.Logger;

class ModelsTest {

  private static final DeviceDescriptor DEVICE =
      new DeviceDescriptor(0x0200, 0, 0, 0, 64, 0x0403, 0x6001, 0x0600, 0, 0, 0, 1);

  @TempDir private Path folder;

  private final List<String> log = new ArrayList<>();

  private static InterfaceDescriptor number(int number) {
    return new InterfaceDescriptor(number, 0, 0xff, 0xff, 0xff, 0, List.of(), List.of());
  }

  private Models parse(String... lines) {
    return Models.parse(List.of(lines), (line, reason) -> log.add(line + ": " + reason));
  }

  private Logger logger() {
    return (Logger)
        Proxy.newProxyInstance(
            Logger.class.getClassLoader(),
            new Class<?>[] {Logger.class},
            (self, method, args) -> log.add(Arrays.deepToString(args)));
  }

  @Test
  void line_isStrongerThanAnyRuleOfADriver() {
    Models models = parse("ftdi 0403:6001", "acm  class   ff/ff", "exact 0403:6001@0600 # mine");

    assertThat(models.match("ftdi", DEVICE, number(0))).isEqualTo(90);
    assertThat(models.match("acm", DEVICE, number(0))).isEqualTo(70);
    assertThat(models.match("exact", DEVICE, number(0))).isEqualTo(100);
    assertThat(models.match("other", DEVICE, number(0))).isZero();
    assertThat(log).isEmpty();
  }

  @Test
  void options_narrowOrForbid_andTheLastLineCounts() {
    Models models =
        parse(
            "a 0403:6001 interface=1",
            "b 0403:6001 never",
            "c class ff",
            "c 0403:6001 never",
            "d 0403:6001 never",
            "d 0403:6001 interface=2");

    assertThat(models.match("a", DEVICE, number(0))).isZero();
    assertThat(models.match("a", DEVICE, number(1))).isEqualTo(90);
    assertThat(models.match("b", DEVICE, number(0))).isEqualTo(Models.NEVER);
    assertThat(models.match("c", DEVICE, number(0))).isEqualTo(Models.NEVER);
    assertThat(models.match("d", DEVICE, number(0))).isEqualTo(Models.NEVER);
    assertThat(models.match("d", DEVICE, number(2))).isEqualTo(90);
    assertThat(models.of("d"))
        .containsExactly("0403:6001 never (line 5)", "0403:6001 interface=2 (line 6)");
  }

  @Test
  void wrongLines_areToldWithTheRemedyAndTheOthersHold() {
    Models models =
        parse(
            "# a comment",
            "",
            "ftdi",
            "ftdi 0403-6001",
            "ftdi 0403:6001 fast",
            "ftdi 0403:6001 interface=256",
            "Ftdi 0403:6001",
            "good 0403:6001");

    assertThat(models.match("good", DEVICE, number(0))).isEqualTo(90);
    assertThat(models.lines()).hasSize(1);
    assertThat(log)
        .hasSize(5)
        .anySatisfy(l -> assertThat(l).startsWith("3: \"ftdi\" is no model: write a driver"))
        .anySatisfy(l -> assertThat(l).startsWith("4: \"0403-6001\" is no match rule: write"))
        .anySatisfy(l -> assertThat(l).startsWith("5: \"fast\" is no option: write interface="))
        .anySatisfy(l -> assertThat(l).startsWith("6: \"interface=256\" is no option"))
        .anySatisfy(l -> assertThat(l).startsWith("7: "));
  }

  @Test
  void file_isReadAnewWhenItChanges() throws Exception {
    ModelFile file = ModelFile.of("models.list", folder.toString(), logger());
    assertThat(file.changed()).isFalse();

    Path path = Files.writeString(folder.resolve("models.list"), "ftdi 0403:6001\nnonsense\n");
    assertThat(file.changed()).isTrue();
    assertThat(file.changed()).isFalse();
    assertThat(file.models().of("ftdi")).hasSize(1);
    assertThat(log).singleElement().asString().contains(path.toString(), "2", "write a driver");

    Files.writeString(path, "ftdi 0403:6001\n");
    assertThat(file.changed()).as("a line that said nothing is gone").isFalse();
    Files.delete(path);
    assertThat(file.changed()).isTrue();
    assertThat(file.models()).isEqualTo(Models.NONE);
  }

  @Test
  void fileThatCannotBeRead_keepsWhatItSaidAndIsToldOnce() throws Exception {
    Path path = Files.writeString(folder.resolve("models.list"), "ftdi 0403:6001\n");
    ModelFile file = new ModelFile(path, logger());
    file.changed();

    Files.writeString(path, "#".repeat(2 << 20));

    assertThat(file.changed()).isFalse();
    file.changed();
    assertThat(file.models().of("ftdi")).hasSize(1);
    assertThat(log).singleElement().asString().contains("more than");
  }

  @Test
  void locator_namesTheDriversOfTheLines() throws Exception {
    Path path =
        Files.writeString(
            folder.resolve("models.list"),
            "a 0403:6001\nb 0403:6001 interface=1\nc class ff\nd 0403:6001\nd 0403:6001 never\n");
    ModelFile file = new ModelFile(path, logger());
    file.changed();
    Hashtable<String, Object> device =
        new Hashtable<>(
            Map.of(
                "usbinfo.idVendor", "0403",
                "usbinfo.idProduct", "6001",
                "usbinfo.bInterfaceNumber", 0,
                "usbinfo.bInterfaceClass", "ff"));

    assertThat(file.findDrivers(device)).containsExactly("a", "c");
    assertThat(file.loadDriver("a")).isNull();
    assertThat(file.findDrivers(new Hashtable<>())).isEmpty();
  }
}
