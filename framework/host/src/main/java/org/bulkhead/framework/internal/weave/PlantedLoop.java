package org.bulkhead.framework.internal.weave;

import java.io.IOException;
import java.io.InputStream;

/**
 * The loop that {@code fault:inject … loop} plants: it ends by nothing but a poll. Never run as it
 * stands here, but woven as drivers are and obeying the switch of the driver that it is planted in.
 */
public final class PlantedLoop implements Runnable {

  private long turns;

  /** Made by reflection. */
  public PlantedLoop() {}

  @Override
  public void run() {
    while (true) {
      try {
        turns++;
      } catch (Throwable swallowed) {
        turns = 0;
      }
    }
  }

  /**
   * A woven loop.
   *
   * @param obeyed the switch of the driver's code
   * @return something that loops when it is run
   */
  public static Runnable in(StopSwitch obeyed) {
    String name = PlantedLoop.class.getName();
    try (InputStream from = PlantedLoop.class.getResourceAsStream("PlantedLoop.class")) {
      WovenLoader loader = new WovenLoader();
      obeyed.adopt(loader);
      return (Runnable)
          loader
              .define(name, ClassWeaver.weave(from.readAllBytes()))
              .getConstructor()
              .newInstance();
    } catch (IOException | UnweavableException | ReflectiveOperationException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static final class WovenLoader extends ClassLoader {

    WovenLoader() {
      super(PlantedLoop.class.getClassLoader());
    }

    Class<?> define(String name, byte[] bytes) {
      return defineClass(name, bytes, 0, bytes.length);
    }
  }
}
