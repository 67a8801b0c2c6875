package org.bulkhead.transport.libusb.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Java's foreign-function and memory API (JEP 454, Java 22) by the names of its classes, as this
 * bundle is compiled for Java 17. The names are looked up once. What comes of it are method handles
 * that take pointers as {@code long}, and of which compilers make plain calls and moves.
 *
 * <p>For 64-bit processors, which pass a pointer and a {@code long} alike.
 */
final class Foreign {

  private final Object linker;
  private final Object everywhere;

  /**
   * Finds the API.
   *
   * @throws ReflectiveOperationException where this JVM has none
   */
  Foreign() throws ReflectiveOperationException {
    if (!"64".equals(System.getProperty("sun.arch.data.model"))) {
      throw new ReflectiveOperationException("not a 64-bit JVM");
    }
    linker = type("Linker").getMethod("nativeLinker").invoke(null);
    everywhere =
        type("MemorySegment")
            .getMethod("reinterpret", long.class)
            .invoke(segment(0), Long.MAX_VALUE);
  }

  private static Class<?> type(String name) throws ClassNotFoundException {
    return Class.forName("java.lang.foreign." + name, true, null);
  }

  private static Object segment(long address) throws ReflectiveOperationException {
    return type("MemorySegment").getMethod("ofAddress", long.class).invoke(null, address);
  }

  private static long addressOf(Object segment) throws ReflectiveOperationException {
    return (long) type("MemorySegment").getMethod("address").invoke(segment);
  }

  /** The address of a direct buffer's first byte. */
  long address(ByteBuffer direct) throws ReflectiveOperationException {
    return addressOf(
        type("MemorySegment").getMethod("ofBuffer", Buffer.class).invoke(null, direct));
  }

  // --- from Java to C ---

  /** The functions of a shared library. */
  final class Library {

    private final Object lookup;

    /** One that is loaded already is taken as it is. It stays loaded. */
    Library(Path file) throws ReflectiveOperationException {
      Object forEver = type("Arena").getMethod("global").invoke(null);
      lookup =
          type("SymbolLookup")
              .getMethod("libraryLookup", Path.class, type("Arena"))
              .invoke(null, file, forEver);
    }

    /** Calls a function. */
    MethodHandle function(String name, MethodType type) throws ReflectiveOperationException {
      Optional<?> symbol =
          (Optional<?>) type("SymbolLookup").getMethod("find", String.class).invoke(lookup, name);
      if (symbol.isEmpty()) {
        throw new NoSuchMethodException(name);
      }
      Object options = noOptions();
      return (MethodHandle)
          type("Linker")
              .getMethod(
                  "downcallHandle",
                  type("MemorySegment"),
                  type("FunctionDescriptor"),
                  options.getClass())
              .invoke(linker, symbol.get(), descriptor(type), options);
    }
  }

  private static Object descriptor(MethodType type) throws ReflectiveOperationException {
    Object parameters = Array.newInstance(type("MemoryLayout"), type.parameterCount());
    for (int i = 0; i < type.parameterCount(); i++) {
      Array.set(parameters, i, layout(type.parameterType(i)));
    }
    Class<?> descriptor = type("FunctionDescriptor");
    if (type.returnType() == void.class) {
      return descriptor.getMethod("ofVoid", parameters.getClass()).invoke(null, parameters);
    }
    return descriptor
        .getMethod("of", type("MemoryLayout"), parameters.getClass())
        .invoke(null, layout(type.returnType()), parameters);
  }

  private static Object layout(Class<?> primitive) throws ReflectiveOperationException {
    String name = "JAVA_" + primitive.getName().toUpperCase(Locale.ROOT);
    return type("ValueLayout").getField(name).get(null);
  }

  private static Object noOptions() throws ReflectiveOperationException {
    return Array.newInstance(type("Linker$Option"), 0);
  }

  // --- from C to Java ---

  /** A function that C may call. */
  final class Stub implements AutoCloseable {

    private final Object arena;
    private final long address;

    /**
     * Made of a method.
     *
     * @param target of longs and ints; throws nothing, since that would be the JVM's end
     */
    Stub(MethodHandle target) throws ReflectiveOperationException {
      arena = type("Arena").getMethod("ofShared").invoke(null);
      Object options = noOptions();
      address =
          addressOf(
              type("Linker")
                  .getMethod(
                      "upcallStub",
                      MethodHandle.class,
                      type("FunctionDescriptor"),
                      type("Arena"),
                      options.getClass())
                  .invoke(linker, target, descriptor(target.type()), arena, options));
    }

    long address() {
      return address;
    }

    /** Nobody calls it any more. */
    @Override
    public void close() {
      try {
        type("Arena").getMethod("close").invoke(arena);
      } catch (InvocationTargetException e) {
        throw new IllegalStateException(e.getCause());
      } catch (ReflectiveOperationException e) {
        throw new LinkageError("java.lang.foreign.Arena", e);
      }
    }
  }

  // --- memory ---

  /** Reads at an address: {@code (long) -> type}. */
  MethodHandle reader(Class<?> type) throws ReflectiveOperationException {
    return everywhere("get", type, MethodType.methodType(type, layoutType(type), long.class));
  }

  /** Writes at an address: {@code (long, type) -> void}. */
  MethodHandle writer(Class<?> type) throws ReflectiveOperationException {
    return everywhere(
        "set", type, MethodType.methodType(void.class, layoutType(type), long.class, type));
  }

  private MethodHandle everywhere(String method, Class<?> type, MethodType signature)
      throws ReflectiveOperationException {
    MethodHandle access =
        MethodHandles.publicLookup().findVirtual(type("MemorySegment"), method, signature);
    return MethodHandles.insertArguments(access, 0, everywhere, layout(type));
  }

  private static Class<?> layoutType(Class<?> primitive) throws ClassNotFoundException {
    String name = primitive.getName();
    return type("ValueLayout$Of" + Character.toUpperCase(name.charAt(0)) + name.substring(1));
  }
}
