package org.bulkhead.campaign.internal.mutate;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

/**
 * A healthy copy of a driver under another name, which matches one model only: what serves the
 * device beside the faults.
 */
public final class WitnessJar {

  private WitnessJar() {}

  /**
   * Copies a driver's bundle.
   *
   * @param driver the driver's name, which becomes that with {@code -witness} behind
   * @param rule the driver's match rule, which becomes {@code model}
   */
  public static void write(Path original, Path copy, String driver, String rule, String model)
      throws IOException {
    Map<String, byte[]> entries = MutatedJar.read(original);
    Manifest manifest = new Manifest(new ByteArrayInputStream(entries.get("META-INF/MANIFEST.MF")));
    Attributes headers = manifest.getMainAttributes();
    replace(headers, "Bundle-SymbolicName", headers.getValue("Bundle-SymbolicName"), "witness");
    String provided = headers.getValue("Provide-Capability");
    headers.putValue(
        "Provide-Capability",
        provided.replace("driver=" + driver, "driver=" + driver + "-witness").replace(rule, model));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    manifest.write(out);
    entries.put("META-INF/MANIFEST.MF", out.toByteArray());
    entries.replaceAll(
        (name, bytes) ->
            name.startsWith("OSGI-INF/") && name.endsWith(".xml")
                ? new String(bytes, StandardCharsets.UTF_8)
                    .replace("value=\"" + driver + "\"", "value=\"" + driver + "-witness\"")
                    .replace(rule, model)
                    .getBytes(StandardCharsets.UTF_8)
                : bytes);
    MutatedJar.write(entries, copy);
  }

  private static void replace(Attributes headers, String header, String value, String suffix) {
    headers.putValue(header, value + "." + suffix);
  }
}
