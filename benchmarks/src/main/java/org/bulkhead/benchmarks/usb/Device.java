package org.bulkhead.benchmarks.usb;

/** The timings of the stand-in that figures are given for; usbfs/device.c says what they mean. */
enum Device {
  INSTANT("completes at once, moves nothing", "instant"),
  COPY("system call and copy per ioctl", "call,copy"),
  WORK("4 µs of work per transfer", "work=4us"),
  FAST("400 MB/s, 125 µs", "call,copy,rate=400MB/s,latency=125us"),
  SLOW("40 MB/s, 125 µs", "call,copy,rate=40MB/s,latency=125us"),
  RIG("in the rig", "");

  final String title;
  final String settings;

  Device(String title, String settings) {
    this.title = title;
    this.settings = settings;
  }
}
