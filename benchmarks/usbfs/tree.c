/* Writes the folders and files that stand in for sysfs and /dev/bus/usb: tree FOLDER. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descriptors.h"

static void die(const char *path) {
  fprintf(stderr, "tree: %s: %s\n", path, strerror(errno));
  exit(1);
}

static void folder(const char *path) {
  char part[4096];
  for (const char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
    int length = slash == NULL ? (int)strlen(path) : (int)(slash - path);
    snprintf(part, sizeof part, "%.*s", length, path);
    if (mkdir(part, 0755) != 0 && errno != EEXIST) die(part);
    if (slash == NULL) return;
  }
}

static void bytes(const char *in, const char *name, const void *data, size_t length) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", in, name);
  FILE *file = fopen(path, "w");
  if (file == NULL || fwrite(data, 1, length, file) != length || fclose(file) != 0) die(path);
}

static void text(const char *in, const char *name, const char *value) {
  char line[512];
  bytes(in, name, line, (size_t)snprintf(line, sizeof line, "%s\n", value));
}

static void link_to(const char *target, const char *in, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", in, name);
  if (symlink(target, path) != 0 && errno != EEXIST) die(path);
}

static void device(const char *in, int number, const char *speed, const void *data, size_t length) {
  char value[512];
  folder(in);
  snprintf(value, sizeof value, "%d", number);
  text(in, "devnum", value);
  text(in, "busnum", "1");
  text(in, "bConfigurationValue", "1");
  text(in, "speed", speed);
  text(in, "manufacturer", "Bulkhead");
  text(in, "product", number == 1 ? "root hub" : "stand-in");
  text(in, "serial", "1");
  bytes(in, "descriptors", data, length);
  snprintf(value, sizeof value, "189:%d", number - 1);
  text(in, "dev", value);
  snprintf(value, sizeof value,
           "MAJOR=189\nMINOR=%d\nDEVNAME=bus/usb/001/%03d\nDEVTYPE=usb_device\nBUSNUM=001\nDEVNUM=%03d",
           number - 1, number, number);
  text(in, "uevent", value);
}

static void interface(const char *in, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", in, name);
  folder(path);
  text(path, "bAlternateSetting", " 0");
  text(path, "uevent", "DEVTYPE=usb_interface");
  link_to("../../../../../bus/usb", path, "subsystem");
}

int main(int count, char **arguments) {
  if (count != 2) return fprintf(stderr, "tree FOLDER\n"), 2;
  folder(arguments[1]);
  if (chdir(arguments[1]) != 0) die(arguments[1]);
  device("sys/devices/standin/usb1", 1, "5000", HUB_DESCRIPTORS, sizeof HUB_DESCRIPTORS);
  device("sys/devices/standin/usb1/1-1", 2, "5000", DESCRIPTORS, sizeof DESCRIPTORS);
  link_to("../../../bus/usb", "sys/devices/standin/usb1", "subsystem");
  link_to("../../../../bus/usb", "sys/devices/standin/usb1/1-1", "subsystem");
  interface("sys/devices/standin/usb1/1-1", "1-1:1.0");
  interface("sys/devices/standin/usb1/1-1", "1-1:1.1");
  folder("sys/bus/usb/devices");
  folder("sys/class");
  folder("sys/dev/char");
  folder("run/udev/data");
  link_to("../../../devices/standin/usb1", "sys/bus/usb/devices", "usb1");
  link_to("../../../devices/standin/usb1/1-1", "sys/bus/usb/devices", "1-1");
  link_to("../../devices/standin/usb1", "sys/dev/char", "189:0");
  link_to("../../devices/standin/usb1/1-1", "sys/dev/char", "189:1");
  folder("dev/bus/usb/001");
  text("dev/bus/usb/001", "001", "");
  text("dev/bus/usb/001", "002", "");
  return 0;
}
