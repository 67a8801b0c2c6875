package org.bulkhead.device.input;

/**
 * One step of a pointer and the state of its buttons.
 *
 * @param absolute whether x and y are a place (a tablet) or a way (a mouse)
 * @param x a place from 0 to {@code maxX} counted from the left, or a way, to the right positive
 * @param y a place from 0 to {@code maxY} counted from the top, or a way, down positive
 * @param maxX the largest x of a place; 0 for a way
 * @param maxY the largest y of a place; 0 for a way
 * @param wheel notches of the wheel, away from the user positive
 * @param pan notches of the horizontal wheel, to the right positive
 * @param buttons the buttons that are down now: bit 0 is the primary one, a pen's tip or a touch
 */
public record PointerMotion(
    boolean absolute, int x, int y, int maxX, int maxY, int wheel, int pan, int buttons) {}
