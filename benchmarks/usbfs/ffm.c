/* For programs that look libc's functions up by dlsym, such as Java's foreign-function API: they get
 * the stand-in's, which is loaded before libc. And of libudev as much as lists the one device: the
 * real one walks /sys folder by folder, past what paths.c can lead elsewhere. */
#include <dlfcn.h>
#include <stddef.h>
#include <string.h>
#include <sys/eventfd.h>

static const char *const NAMES[] = {"open", "open64", "close", "ioctl", "poll", "epoll_ctl", "epoll_wait"};

static void *(*find(void))(void *, const char *) {
  static void *(*real)(void *, const char *);
  static const char *const versions[] = {"GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5"};
  for (size_t i = 0; real == NULL && i < sizeof versions / sizeof *versions; i++)
    *(void **)&real = dlvsym(RTLD_NEXT, "dlsym", versions[i]);
  return real;
}

void *dlsym(void *restrict library, const char *restrict name) {
  void *(*real)(void *, const char *) = find();
  for (size_t i = 0; library != RTLD_NEXT && i < sizeof NAMES / sizeof *NAMES; i++)
    if (strcmp(name, NAMES[i]) == 0 || strncmp(name, "udev_", 5) == 0) return real(RTLD_DEFAULT, name);
  return real(library, name);
}

/* Something to point at: there is one of each. */
static char only[1];

void *udev_new(void) { return only; }
void *udev_monitor_new_from_netlink(void *udev, const char *name) { return (void)udev, (void)name, only; }
int udev_monitor_filter_add_match_subsystem_devtype(void *monitor, const char *subsystem, const char *type) {
  return (void)monitor, (void)subsystem, (void)type, 0;
}
int udev_monitor_enable_receiving(void *monitor) { return (void)monitor, 0; }
int udev_monitor_get_fd(void *monitor) { return (void)monitor, eventfd(0, EFD_CLOEXEC); }
void *udev_monitor_receive_device(void *monitor) { return (void)monitor, NULL; }
void *udev_enumerate_new(void *udev) { return (void)udev, only; }
void *udev_enumerate_unref(void *enumerate) { return (void)enumerate, NULL; }
int udev_enumerate_add_match_subsystem(void *enumerate, const char *name) { return (void)enumerate, (void)name, 0; }
int udev_enumerate_scan_devices(void *enumerate) { return (void)enumerate, 0; }
void *udev_enumerate_get_list_entry(void *enumerate) { return (void)enumerate, only; }
void *udev_list_entry_get_next(void *entry) { return (void)entry, NULL; }
const char *udev_list_entry_get_name(void *entry) { return (void)entry, "/sys/devices/standin/usb1/1-1"; }
void *udev_device_new_from_syspath(void *udev, const char *path) { return (void)udev, (void)path, only; }
void *udev_device_unref(void *device) { return (void)device, NULL; }
const char *udev_device_get_devnode(void *device) { return (void)device, "/dev/bus/usb/001/002"; }
const char *udev_device_get_action(void *device) { return (void)device, "add"; }
const char *udev_device_get_sysattr_value(void *device, const char *name) {
  (void)device;
  if (strcmp(name, "idVendor") == 0) return "1209";
  return strcmp(name, "idProduct") == 0 ? "5bfd" : NULL;
}
