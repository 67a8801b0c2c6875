import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.Arrays;
import net.codecrete.usb.Usb;
import net.codecrete.usb.UsbDevice;

/**
 * JavaDoesUSB as its users use it, with the commands of usbfs/engine.c that it can do: "async", by
 * its input stream, whose transfers have 16 KiB where its buffer has 256 KiB, and "trip". Run from
 * its source, as it needs a newer Java than the rest.
 */
public final class Engine {

  private static final int[] LATENCIES = new int[4 << 20];

  private Engine() {}

  public static void main(String[] args) throws Exception {
    UsbDevice device = Usb.findDevice(0x1209, 0x5bfd).orElseThrow();
    device.open();
    device.claimInterface(0);
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
    System.out.println("ready");
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.split(" ");
      int size = Integer.parseInt(words[1]);
      int depth = Integer.parseInt(words[2]);
      long begin = System.nanoTime();
      long until = begin + Integer.parseInt(words[3]) * 1_000_000L;
      System.out.println(
          words[0].equals("async")
              ? stream(device, size, depth, begin, until)
              : trip(device, size, begin, until));
    }
    System.exit(0);
  }

  private static String stream(UsbDevice device, int size, int depth, long begin, long until)
      throws Exception {
    byte[] data = new byte[size];
    long bytes = 0;
    try (InputStream in = device.openInputStream(1, size * depth)) {
      do {
        bytes += in.read(data, 0, size);
      } while (System.nanoTime() - until < 0);
      return bytes / size + " " + bytes + " " + (System.nanoTime() - begin) + " 0";
    }
  }

  private static String trip(UsbDevice device, int size, long begin, long until) {
    byte[] data = new byte[size];
    int trips = 0;
    long bytes = 0;
    long from = begin;
    long to;
    do {
      device.transferOut(4, data);
      bytes += device.transferIn(3).length;
      to = System.nanoTime();
      LATENCIES[trips++] = (int) (to - from);
      from = to;
    } while (to - until < 0);
    Arrays.sort(LATENCIES, 0, trips);
    StringBuilder line = new StringBuilder(trips + " " + bytes + " " + (to - begin) + " 0");
    for (double percentile : new double[] {50, 99, 99.9, 99.99, 100}) {
      line.append(' ').append(LATENCIES[(int) ((trips - 1) * percentile / 100)]);
    }
    return line.toString();
  }
}
