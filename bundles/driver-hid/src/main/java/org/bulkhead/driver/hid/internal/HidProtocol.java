package org.bulkhead.driver.hid.internal;

import org.bulkhead.device.input.ReportType;
import org.bulkhead.device.usb.ControlRequest;
import org.bulkhead.device.usb.ControlRequest.Recipient;

/** The requests of the class (HID 1.11 sections 7.1 and 7.2). Pure. */
final class HidProtocol {

  private static final int GET_DESCRIPTOR = 0x06;
  private static final int REPORT_DESCRIPTOR = 0x22;
  private static final int GET_REPORT = 0x01;
  private static final int SET_REPORT = 0x09;
  private static final int SET_IDLE = 0x0a;
  private static final int SET_PROTOCOL = 0x0b;
  private static final int REPORT_PROTOCOL = 1;

  private HidProtocol() {}

  static ControlRequest reportDescriptor(int interfaceNumber) {
    return ControlRequest.standardIn(
        Recipient.INTERFACE, GET_DESCRIPTOR, REPORT_DESCRIPTOR << 8, interfaceNumber);
  }

  /** Report on changes only, for all report ids. */
  static ControlRequest setIdle(int interfaceNumber) {
    return ControlRequest.classOut(Recipient.INTERFACE, SET_IDLE, 0, interfaceNumber);
  }

  /** Fixed reports, or those of the report descriptor. */
  static ControlRequest setProtocol(int interfaceNumber, boolean boot) {
    return ControlRequest.classOut(
        Recipient.INTERFACE, SET_PROTOCOL, boot ? 0 : REPORT_PROTOCOL, interfaceNumber);
  }

  static ControlRequest getReport(int interfaceNumber, ReportType type, int id) {
    return ControlRequest.classIn(
        Recipient.INTERFACE, GET_REPORT, type.code() << 8 | id, interfaceNumber);
  }

  static ControlRequest setReport(int interfaceNumber, ReportType type, int id) {
    return ControlRequest.classOut(
        Recipient.INTERFACE, SET_REPORT, type.code() << 8 | id, interfaceNumber);
  }
}
