package org.bulkhead.framework.internal.session;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.Buffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.bulkhead.device.contract.Once;
import org.bulkhead.device.contract.Replay;
import org.bulkhead.device.contract.Sticky;

/** The in-flight contract of a device service: what each of its methods says. */
public final class Contract {

  enum Rule {
    REPLAY,
    ONCE,
    STICKY
  }

  /** One method. */
  record Term(Method method, Rule rule, List<Class<?>> declared) {

    /** Whether the method's own contract names such an exception. */
    boolean declares(Throwable thrown) {
      return declared.stream().anyMatch(type -> type.isInstance(thrown));
    }
  }

  private final Class<?> type;
  private final List<Term> terms;

  private Contract(Class<?> type, List<Term> terms) {
    this.type = type;
    this.terms = List.copyOf(terms);
  }

  /**
   * Reads the contract of a service.
   *
   * @throws IllegalArgumentException names the method that says nothing, or cannot tell of an
   *     absence
   */
  static Contract of(Class<?> type) {
    if (!type.isInterface()) {
      throw new IllegalArgumentException(type.getName() + " is not an interface");
    }
    if (!Modifier.isPublic(type.getModifiers())) {
      throw new IllegalArgumentException(type.getName() + " is not public");
    }
    List<Term> terms = new ArrayList<>();
    Stream.of(type.getMethods())
        .filter(method -> !method.isDefault())
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .sorted(Comparator.comparing(Method::toGenericString))
        .forEach(method -> terms.add(term(method)));
    return new Contract(type, terms);
  }

  private static Term term(Method method) {
    List<Rule> rules = new ArrayList<>();
    if (method.isAnnotationPresent(Replay.class)) {
      rules.add(Rule.REPLAY);
    }
    if (method.isAnnotationPresent(Once.class)) {
      rules.add(Rule.ONCE);
    }
    if (method.isAnnotationPresent(Sticky.class)) {
      rules.add(Rule.STICKY);
    }
    if (rules.size() != 1) {
      throw new IllegalArgumentException(
          method.toGenericString() + " needs exactly one of @Replay, @Once and @Sticky");
    }
    List<Class<?>> declared = List.of(method.getExceptionTypes());
    if (declared.stream().noneMatch(e -> e.isAssignableFrom(IOException.class))) {
      throw new IllegalArgumentException(
          method.toGenericString() + " must declare IOException, to tell that the device is away");
    }
    if (rules.get(0) == Rule.STICKY
        && Stream.of(method.getParameterTypes()).anyMatch(Buffer.class::isAssignableFrom)) {
      throw new IllegalArgumentException(
          method.toGenericString() + " is a setting with a buffer, which its first call empties");
    }
    return new Term(method, rules.get(0), declared);
  }

  Class<?> type() {
    return type;
  }

  List<Term> terms() {
    return terms;
  }
}
