package org.bulkhead.framework.internal.session;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.nio.Buffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bulkhead.device.contract.Moved;
import org.bulkhead.device.contract.Once;
import org.bulkhead.device.contract.OrNull;
import org.bulkhead.device.contract.Replay;
import org.bulkhead.device.contract.Sticky;
import org.bulkhead.device.contract.Whole;

/** The in-flight contract of a device service: what each of its methods says. */
public final class Contract {

  enum Rule {
    REPLAY,
    ONCE,
    STICKY
  }

  /**
   * One method.
   *
   * @param whole the parameters that have nothing remaining when it returns
   * @param moved whether its result is by how much its first buffer moved
   * @param orNull whether it may return null
   */
  record Term(
      Method method,
      Rule rule,
      List<Class<?>> declared,
      Set<Integer> whole,
      boolean moved,
      boolean orNull) {

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
   * Reads the contract of a service. A default method that says nothing is for its callers'
   * convenience, and runs on their side; one that says something may be overridden by drivers.
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
        .filter(method -> !method.isDefault() || !rules(method).isEmpty())
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .sorted(Comparator.comparing(Method::toGenericString))
        .forEach(method -> terms.add(term(method)));
    return new Contract(type, terms);
  }

  private static List<Rule> rules(Method method) {
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
    return rules;
  }

  private static Term term(Method method) {
    List<Rule> rules = rules(method);
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
    return new Term(
        method,
        rules.get(0),
        declared,
        whole(method),
        moved(method),
        method.isAnnotationPresent(OrNull.class));
  }

  private static Set<Integer> whole(Method method) {
    Set<Integer> whole = new HashSet<>();
    Parameter[] parameters = method.getParameters();
    for (int i = 0; i < parameters.length; i++) {
      if (parameters[i].isAnnotationPresent(Whole.class)) {
        if (!Buffer.class.isAssignableFrom(parameters[i].getType())) {
          throw new IllegalArgumentException(
              method.toGenericString() + ": @Whole is for buffers, not for " + parameters[i]);
        }
        whole.add(i);
      }
    }
    return whole;
  }

  private static boolean moved(Method method) {
    if (!method.isAnnotationPresent(Moved.class)) {
      return false;
    }
    Class<?> result = method.getReturnType();
    if ((result != int.class && result != long.class)
        || Stream.of(method.getParameterTypes()).noneMatch(Buffer.class::isAssignableFrom)) {
      throw new IllegalArgumentException(
          method.toGenericString() + ": @Moved needs a buffer, and an int or a long as result");
    }
    return true;
  }

  Class<?> type() {
    return type;
  }

  List<Term> terms() {
    return terms;
  }
}
