package org.bulkhead.device.usb.descriptor;

/**
 * An interface association (USB 3.2 table 9-17): interfaces that are one function.
 *
 * @param firstInterface {@code bFirstInterface}
 * @param interfaceCount {@code bInterfaceCount}
 * @param functionClass {@code bFunctionClass}
 * @param functionSubclass {@code bFunctionSubClass}
 * @param functionProtocol {@code bFunctionProtocol}
 * @param nameIndex {@code iFunction}, 0 for none
 */
public record InterfaceAssociation(
    int firstInterface,
    int interfaceCount,
    int functionClass,
    int functionSubclass,
    int functionProtocol,
    int nameIndex) {}
