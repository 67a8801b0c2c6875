package org.bulkhead.transport.libusb;

import java.lang.reflect.Method;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Moves test methods into a child JVM under umockdev. The same class is registered on both sides:
 * in the JVM that JUnit was started in it skips every method and has the child run it by its unique
 * id; in the child it lets them pass and hands out the simulator.
 */
final class UmockdevHarness
    implements ExecutionCondition,
        InvocationInterceptor,
        ParameterResolver,
        BeforeEachCallback,
        AfterEachCallback {

  private static final Namespace NAMESPACE = Namespace.create(UmockdevHarness.class);

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (ChildMain.isChild()) {
      return ConditionEvaluationResult.enabled("in the child JVM");
    }
    String missing = UmockdevTools.missing();
    if (missing.isEmpty()) {
      return ConditionEvaluationResult.enabled("umockdev is here");
    }
    if ("1".equals(System.getenv("BULKHEAD_REQUIRE_ALL"))) {
      throw new IllegalStateException(missing);
    }
    return ConditionEvaluationResult.disabled(missing);
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    if (ChildMain.isChild()) {
      Simulator simulator = new Simulator(ChildMain.socket());
      context.getStore(NAMESPACE).put(Simulator.class, simulator);
      simulator.clear();
    }
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    if (ChildMain.isChild()) {
      context.getStore(NAMESPACE).remove(Simulator.class, Simulator.class).close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Simulator.class;
  }

  /** In the parent the method is skipped, so nobody misses the value. */
  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context.getStore(NAMESPACE).get(Simulator.class, Simulator.class);
  }

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    if (ChildMain.isChild()) {
      invocation.proceed();
    } else {
      invocation.skip();
      child(context).run(context.getUniqueId());
    }
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    interceptTestMethod(invocation, method, context);
  }

  @Override
  public void interceptBeforeAllMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    onlyInChild(invocation);
  }

  @Override
  public void interceptBeforeEachMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    onlyInChild(invocation);
  }

  @Override
  public void interceptAfterEachMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    onlyInChild(invocation);
  }

  @Override
  public void interceptAfterAllMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    onlyInChild(invocation);
  }

  private static void onlyInChild(Invocation<Void> invocation) throws Throwable {
    if (ChildMain.isChild()) {
      invocation.proceed();
    } else {
      invocation.skip();
    }
  }

  /** One child serves all classes; JUnit closes it with the root context. */
  private static ChildJvm child(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(ChildJvm.class, key -> new ChildJvm(), ChildJvm.class);
  }
}
