/* A stand-in for usbfs: see README.md. One device, answered in the process that opens its node. */
#ifndef STANDIN_H
#define STANDIN_H

#include <linux/usbdevice_fs.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_FDS 4096

enum { SOURCE_IN = 0x81, SINK_OUT = 0x02, LOOP_IN = 0x83, LOOP_OUT = 0x04, STICK_IN = 0x85, STICK_OUT = 0x06 };

/* What a benchmark reads, in a file that it maps too. */
struct counters {
  uint64_t submits;
  uint64_t reaps;
  uint64_t empty_reaps;
  uint64_t other_ioctls;
  uint64_t polls;
  uint64_t timers;
};

extern struct counters *counters;

/* A transfer that was submitted and not yet reaped. */
struct flight {
  struct flight *next;
  struct usbdevfs_urb *urb;
  int64_t ready; /* CLOCK_MONOTONIC in ns, 0 for at once */
};

/* An open node. Its descriptor is a timerfd that is readable while a transfer can be reaped, and
 * somebody waits for that; poll shows it as writable, as usbfs does. */
struct node {
  int fd;
  size_t position;       /* of what is read of its descriptors */
  int pollers;           /* threads in poll */
  int epolled;           /* somebody may be in epoll_wait */
  int64_t armed;         /* what the timerfd is set to: 0 for never */
  struct flight *done;   /* by the time they are ready */
  struct flight *waiting; /* for data, in the order of submission */
};

/* paths.c */
const char *redirected(const char *path, char *space);
int node_of(const char *path);

/* usbfs.c */
int node_open(void);
int node_close(int fd);
struct node *node_at(int fd);
int node_ioctl(struct node *node, unsigned long request, void *argument);

/* device.c */
void device_start(void);
int64_t now_ns(void);
void cost_of_ioctl(void);
int64_t time_of(int bytes);
void copy_out(const void *buffer, int bytes);
void copy_in(void *buffer, int bytes);
int control(struct usbdevfs_ctrltransfer *request);

/* stick.c */
void stick_reset(void);
int stick_out(const unsigned char *data, int bytes);
int stick_in(unsigned char *data, int bytes); /* -1: nothing to send yet */

#endif
