package org.bulkhead.commands.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bulkhead.framework.admin.DeviceInfo;

/**
 * The topology that the locations tell: {@code 1-2.4} is port 4 of the hub {@code 1-2} on bus 1. A
 * hub that is not listed is passed over, and what hangs on it moves up.
 */
record DeviceTree(String bus, List<Node> devices) {

  record Node(String location, String id, String name, String driver, List<Node> devices) {}

  static View view(List<DeviceInfo> devices) {
    Map<String, Node> nodes = new TreeMap<>(Comparator.comparing(DeviceTree::ports, PORT_ORDER));
    for (DeviceInfo device : devices) {
      DeviceRow row = DeviceRow.of(device);
      String id = row.vendorId() + ":" + row.productId();
      nodes.put(
          row.location(),
          new Node(row.location(), id, row.name(), row.drivers(), new ArrayList<>()));
    }
    Map<String, DeviceTree> buses =
        new TreeMap<>(Comparator.comparing(DeviceTree::ports, PORT_ORDER));
    nodes.forEach(
        (location, node) -> {
          String parent = parent(location);
          while (parent != null && !nodes.containsKey(parent)) {
            parent = parent(parent);
          }
          List<Node> siblings =
              parent != null
                  ? nodes.get(parent).devices
                  : buses.computeIfAbsent(
                          bus(location), name -> new DeviceTree(name, new ArrayList<>()))
                      .devices;
          siblings.add(node);
        });
    return new View(List.copyOf(buses.values()), text(buses.values()));
  }

  private static final Comparator<List<String>> PORT_ORDER =
      (a, b) -> {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
          int order =
              a.get(i).length() != b.get(i).length() && isNumber(a.get(i)) && isNumber(b.get(i))
                  ? a.get(i).length() - b.get(i).length()
                  : a.get(i).compareTo(b.get(i));
          if (order != 0) {
            return order;
          }
        }
        return a.size() - b.size();
      };

  private static boolean isNumber(String part) {
    return part.chars().allMatch(Character::isDigit);
  }

  private static List<String> ports(String location) {
    return List.of(location.split("[-.]"));
  }

  private static String bus(String location) {
    int dash = location.lastIndexOf('-');
    return dash < 0 ? location : location.substring(0, dash);
  }

  private static String parent(String location) {
    int dot = location.lastIndexOf('.');
    return dot < location.lastIndexOf('-') ? null : location.substring(0, Math.max(dot, 0));
  }

  private static String text(Iterable<DeviceTree> buses) {
    List<String> lines = new ArrayList<>();
    for (DeviceTree bus : buses) {
      lines.add("bus " + bus.bus);
      draw(bus.devices, "", lines);
    }
    return lines.isEmpty() ? "no devices" : String.join("\n", lines);
  }

  private static void draw(List<Node> nodes, String indent, List<String> lines) {
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      boolean last = i == nodes.size() - 1;
      String branch = last ? "\u2514\u2500 " : "\u251c\u2500 ";
      String driver = node.driver.isEmpty() ? "" : "  [" + node.driver + "]";
      lines.add(
          indent
              + branch
              + node.location
              + "  "
              + node.id
              + "  "
              + Table.printable(node.name)
              + driver);
      String trunk = last ? "   " : "\u2502  ";
      draw(node.devices, indent + trunk, lines);
    }
  }
}
