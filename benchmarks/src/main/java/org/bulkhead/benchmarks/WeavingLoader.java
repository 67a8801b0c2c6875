package org.bulkhead.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import org.bulkhead.framework.internal.weave.ClassWeaver;
import org.bulkhead.framework.internal.weave.UnweavableException;

/** Defines the classes below a prefix itself, woven or as they are. */
public final class WeavingLoader extends ClassLoader {

  private final String prefix;
  private final boolean woven;

  public WeavingLoader(String prefix, boolean woven) {
    super(WeavingLoader.class.getClassLoader());
    this.prefix = prefix;
    this.woven = woven;
  }

  public <T> T make(Class<T> type, String name) {
    try {
      return type.cast(loadClass(name).getConstructor().newInstance());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(prefix)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
      byte[] bytes = in.readAllBytes();
      if (woven) {
        bytes = ClassWeaver.weave(bytes);
      }
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException | UnweavableException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
