package org.bulkhead.commands.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bulkhead.console.CommandFailure;
import org.bulkhead.device.usb.DeviceIdentity;
import org.bulkhead.framework.admin.DeviceInfo;
import org.bulkhead.framework.admin.Gateway;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;

/**
 * The sessions of one kind that are registered now. Looked up anew for each command: a reference
 * that is held would restart the commands whenever a device comes or goes.
 */
final class Sessions<S> {

  private final BundleContext context;
  private final Gateway gateway;
  private final Class<S> type;
  private final String kind;

  /**
   * A kind of session.
   *
   * @param kind what one is called, such as {@code serial port}
   */
  Sessions(BundleContext context, Gateway gateway, Class<S> type, String kind) {
    this.context = context;
    this.gateway = gateway;
    this.type = type;
    this.kind = kind;
  }

  /** What a command does with a session. */
  @FunctionalInterface
  interface Use<S> {
    void with(S session, String id) throws Exception;
  }

  void use(String text, Use<S> use) throws Exception {
    use(find(text), use);
  }

  void use(Session<S> session, Use<S> use) throws Exception {
    String id = id(session);
    S service = context.getService(session.reference());
    if (service == null) {
      throw new CommandFailure(id + " has just gone");
    }
    try {
      use.with(service, id);
    } finally {
      context.ungetService(session.reference());
    }
  }

  List<Session<S>> all() {
    try {
      Comparator<Session<S>> order = Comparator.comparing(Session::location);
      return context.getServiceReferences(type, null).stream()
          .map(Session::of)
          .sorted(order.thenComparing(Session::interfaceNumber).thenComparing(Session::unit))
          .toList();
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  List<String> ids() {
    return all().stream().map(this::id).toList();
  }

  /** The shortest id: the location, and behind it what tells it from others there. */
  String id(Session<S> session) {
    List<Session<S>> here =
        all().stream().filter(s -> s.location().equals(session.location())).toList();
    long interfaces = here.stream().map(Session::interfaceNumber).distinct().count();
    long units = here.stream().map(Session::unit).distinct().count();
    return session.location()
        + (interfaces > 1 ? ":" + session.interfaceNumber() : "")
        + (units > 1 ? "/" + session.unit() : "");
  }

  Session<S> find(String text) {
    Devices.settled(gateway);
    List<Session<S>> found = matching(text);
    if (found.size() == 1) {
      return found.get(0);
    }
    if (found.size() > 1) {
      throw new CommandFailure(
          "\""
              + text
              + "\" can be "
              + found.stream().map(this::id).collect(Collectors.joining(" or "))
              + ": say which");
    }
    String thereAre = Devices.thereAre(ids().stream());
    List<DeviceInfo> devices = Devices.matching(gateway.devices(), text);
    throw new CommandFailure(
        devices.size() == 1
            ? devices.get(0).identity().location()
                + " ("
                + Table.printable(UsbWords.name(devices.get(0)))
                + ") is no "
                + kind
                + ": "
                + thereAre
            : "no " + kind + " \"" + text + "\": " + thereAre);
  }

  private List<Session<S>> matching(String text) {
    List<Session<S>> all = all();
    List<DeviceInfo> devices = gateway.devices();
    List<Session<S>> exact =
        all.stream()
            .filter(
                s ->
                    s.named(s.location(), text)
                        || identities(devices, s)
                            .anyMatch(
                                i -> s.named(i.key(), text) || s.named(i.serialNumber(), text)))
            .toList();
    if (!exact.isEmpty()) {
      return exact;
    }
    Collection<String> locations =
        Devices.matching(devices, text).stream().map(d -> d.identity().location()).toList();
    return all.stream().filter(s -> locations.contains(s.location())).toList();
  }

  private static Stream<DeviceIdentity> identities(List<DeviceInfo> devices, Session<?> session) {
    return devices.stream()
        .map(DeviceInfo::identity)
        .filter(i -> i.location().equals(session.location()));
  }
}
