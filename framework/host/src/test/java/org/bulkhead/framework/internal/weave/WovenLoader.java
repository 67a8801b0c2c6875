package org.bulkhead.framework.internal.weave;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Defines the classes whose names begin with a prefix itself, woven, as a bundle's loader does. */
final class WovenLoader extends ClassLoader {

  private final String prefix;

  WovenLoader(Class<?> outermost) {
    super(outermost.getClassLoader());
    this.prefix = outermost.getName();
  }

  Class<?> define(byte[] classFile) throws UnweavableException {
    byte[] woven = ClassWeaver.weave(classFile);
    return defineClass(null, woven, 0, woven.length);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(prefix)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        return loaded != null ? loaded : define(in.readAllBytes());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (UnweavableException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
