/* The ioctls of usbfs, and poll. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "descriptors.h"
#include "standin.h"

#define LOOP_BYTES (4u << 20)

static struct counters nobody;
struct counters *counters = &nobody;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct node *nodes[MAX_FDS];
static struct flight *spare;
static unsigned char *loop;
static size_t loop_head, loop_tail; /* never wrapped: head - tail is what it holds */

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("STANDIN_COUNTERS");
  int fd = path == NULL ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd >= 0 && ftruncate(fd, 4096) == 0) {
    void *mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped != MAP_FAILED) counters = mapped;
  }
  if (fd >= 0) syscall(SYS_close, fd);
}

struct node *node_at(int fd) {
  return fd >= 0 && fd < MAX_FDS ? __atomic_load_n(&nodes[fd], __ATOMIC_ACQUIRE) : NULL;
}

int node_open(void) {
  static int started;
  pthread_mutex_lock(&lock);
  if (!started) {
    started = 1;
    device_start();
    stick_reset();
    loop = malloc(LOOP_BYTES);
  }
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (fd >= MAX_FDS) {
    syscall(SYS_close, fd);
    errno = EMFILE;
    fd = -1;
  }
  if (fd >= 0) {
    struct node *made = calloc(1, sizeof *made);
    made->fd = fd;
    __atomic_store_n(&nodes[fd], made, __ATOMIC_RELEASE);
  }
  pthread_mutex_unlock(&lock);
  return fd;
}

static void release(struct flight *list) {
  while (list != NULL) {
    struct flight *next = list->next;
    list->next = spare;
    spare = list;
    list = next;
  }
}

int node_close(int fd) {
  struct node *node = node_at(fd);
  if (node == NULL) return 0;
  pthread_mutex_lock(&lock);
  __atomic_store_n(&nodes[fd], NULL, __ATOMIC_RELEASE);
  release(node->done);
  release(node->waiting);
  free(node);
  pthread_mutex_unlock(&lock);
  return 1;
}

/* Sets the timer where what it is set to does not do, and somebody waits for it. */
static void arm(struct node *node) {
  if (node->pollers == 0 && !node->epolled) return;
  int64_t want = node->done == NULL ? 0 : node->done->ready == 0 ? 1 : node->done->ready;
  if (want == node->armed) return;
  /* One that went off stays readable until it is set again. */
  if (want != 0 && node->armed != 0 && node->armed < want && want != 1 && want <= now_ns()) return;
  if (want == 1 && node->armed != 0 && node->armed <= now_ns()) return;
  struct itimerspec at = {.it_value = {want / 1000000000, want % 1000000000}};
  node->armed = want;
  syscall(SYS_timerfd_settime, node->fd, TFD_TIMER_ABSTIME, &at, NULL);
}

static void finish(struct node *node, struct flight *flight, int64_t ready) {
  struct flight **at = &node->done;
  flight->ready = ready;
  while (*at != NULL && (*at)->ready <= ready) at = &(*at)->next;
  flight->next = *at;
  *at = flight;
}

/* Serves a transfer: bytes that moved, -1 where it has to wait, -2 for a stall. */
static int serve(struct usbdevfs_urb *urb) {
  int length = urb->buffer_length;
  switch (urb->endpoint) {
    case SOURCE_IN:
      return length;
    case SINK_OUT:
      copy_out(urb->buffer, length);
      return length;
    case LOOP_OUT:
      if (loop_head - loop_tail + (size_t)length > LOOP_BYTES) return -1;
      for (int i = 0; i < length; i++) loop[(loop_head + (size_t)i) % LOOP_BYTES] = ((unsigned char *)urb->buffer)[i];
      loop_head += (size_t)length;
      return length;
    case LOOP_IN: {
      int part = loop_head - loop_tail < (size_t)length ? (int)(loop_head - loop_tail) : length;
      if (part == 0) return -1;
      for (int i = 0; i < part; i++) ((unsigned char *)urb->buffer)[i] = loop[(loop_tail + (size_t)i) % LOOP_BYTES];
      loop_tail += (size_t)part;
      return part;
    }
    case STICK_OUT:
      return stick_out(urb->buffer, length) < 0 ? -2 : length;
    case STICK_IN:
      return stick_in(urb->buffer, length);
    default:
      return -2;
  }
}

static int served(struct node *node, struct flight *flight) {
  struct usbdevfs_urb *urb = flight->urb;
  int moved = urb->type == USBDEVFS_URB_TYPE_BULK ? serve(urb) : -2;
  if (urb->type == USBDEVFS_URB_TYPE_CONTROL) {
    unsigned char *setup = urb->buffer;
    struct usbdevfs_ctrltransfer request = {setup[0], setup[1], (uint16_t)(setup[2] | setup[3] << 8),
                                            (uint16_t)(setup[4] | setup[5] << 8),
                                            (uint16_t)(setup[6] | setup[7] << 8), 0, setup + 8};
    moved = control(&request);
    if (moved == -1) moved = -2;
    if (moved == 0 && !(setup[0] & 0x80)) moved = request.wLength;
  }
  if (moved == -1) return 0;
  urb->status = moved == -2 ? -EPIPE : 0;
  urb->actual_length = moved < 0 ? 0 : moved;
  finish(node, flight, time_of(urb->actual_length));
  return 1;
}

static void serve_waiting(struct node *node) {
  for (struct flight **at = &node->waiting; *at != NULL;) {
    struct flight *flight = *at, *next = flight->next;
    if (served(node, flight)) *at = next;
    else at = &flight->next;
  }
}

static int submit(struct node *node, struct usbdevfs_urb *urb) {
  struct flight *flight = spare;
  if (flight != NULL) spare = flight->next;
  else flight = malloc(sizeof *flight);
  flight->urb = urb;
  flight->next = NULL;
  /* Behind others of its endpoint that wait. */
  int behind = 0;
  for (struct flight *other = node->waiting; other != NULL; other = other->next)
    behind |= other->urb->endpoint == urb->endpoint;
  if (behind || !served(node, flight)) {
    struct flight **end = &node->waiting;
    while (*end != NULL) end = &(*end)->next;
    *end = flight;
  }
  if (node->waiting != NULL) serve_waiting(node);
  arm(node);
  return 0;
}

static int is_ready(const struct flight *flight) {
  return flight != NULL && (flight->ready == 0 || flight->ready <= now_ns());
}

static int reap(struct node *node, void **answer) {
  struct flight *first = node->done;
  if (!is_ready(first)) {
    counters->empty_reaps++;
    return EAGAIN;
  }
  counters->reaps++;
  node->done = first->next;
  *answer = first->urb;
  if (first->urb->endpoint == SOURCE_IN) copy_in(first->urb->buffer, first->urb->actual_length);
  first->next = spare;
  spare = first;
  arm(node);
  return 0;
}

static int discard_from(struct node *node, struct flight **list, const void *urb, int late) {
  for (struct flight **at = list; *at != NULL; at = &(*at)->next) {
    struct flight *flight = *at;
    if (flight->urb != urb) continue;
    if (late && is_ready(flight)) return EINVAL;
    *at = flight->next;
    flight->urb->status = -ENOENT;
    flight->urb->actual_length = 0;
    finish(node, flight, 0);
    arm(node);
    return 0;
  }
  return -1;
}

static int discard(struct node *node, const void *urb) {
  int code = discard_from(node, &node->waiting, urb, 0);
  if (code == -1) code = discard_from(node, &node->done, urb, 1);
  return code == -1 ? EINVAL : code;
}

static int other(unsigned long request, void *argument) {
  counters->other_ioctls++;
  switch (request) {
    case USBDEVFS_GET_CAPABILITIES:
      *(uint32_t *)argument = USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_NO_PACKET_SIZE_LIM |
                              USBDEVFS_CAP_REAP_AFTER_DISCONNECT | USBDEVFS_CAP_BULK_SCATTER_GATHER;
      return 0;
    case USBDEVFS_CLAIMINTERFACE:
    case USBDEVFS_RELEASEINTERFACE:
    case USBDEVFS_DISCONNECT_CLAIM:
    case USBDEVFS_SETINTERFACE:
    case USBDEVFS_SETCONFIGURATION:
    case USBDEVFS_CLEAR_HALT:
    case USBDEVFS_RESETEP:
    case USBDEVFS_RESET:
      return 0;
    case USBDEVFS_GETDRIVER:
    case USBDEVFS_IOCTL:
      return ENODATA;
    default:
      return ENOTTY;
  }
}

int node_ioctl(struct node *node, unsigned long request, void *argument) {
  int code, moved = 0;
  cost_of_ioctl();
  pthread_mutex_lock(&lock);
  switch (request) {
    case USBDEVFS_SUBMITURB:
      counters->submits++;
      code = submit(node, argument);
      break;
    case USBDEVFS_REAPURBNDELAY:
      code = reap(node, argument);
      break;
    case USBDEVFS_DISCARDURB:
      counters->other_ioctls++;
      code = discard(node, argument);
      break;
    case USBDEVFS_CONTROL:
      counters->other_ioctls++;
      moved = control(argument);
      code = moved < 0 ? EPIPE : 0;
      break;
    default:
      code = other(request, argument);
  }
  pthread_mutex_unlock(&lock);
  if (code == 0) return moved;
  errno = code;
  return -1;
}

int ioctl(int fd, unsigned long request, ...) {
  static int (*real)(int, unsigned long, ...);
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "ioctl");
  va_list list;
  va_start(list, request);
  void *argument = va_arg(list, void *);
  va_end(list);
  struct node *node = node_at(fd);
  return node == NULL ? real(fd, request, argument) : node_ioctl(node, request, argument);
}

/* A thread begins to wait for these nodes, or ends it; which of them are ready, a bit each. */
static unsigned wait_for(const struct pollfd *fds, nfds_t count, int more) {
  unsigned ready = 0;
  pthread_mutex_lock(&lock);
  for (nfds_t i = 0; i < count; i++) {
    struct node *node = fds[i].events & POLLOUT ? node_at(fds[i].fd) : NULL;
    if (node == NULL) continue;
    node->pollers += more;
    if (is_ready(node->done)) ready |= 1u << i;
    else if (more > 0) arm(node);
  }
  pthread_mutex_unlock(&lock);
  return ready;
}

int poll(struct pollfd *fds, nfds_t count, int timeout) {
  static int (*real)(struct pollfd *, nfds_t, int);
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "poll");
  struct pollfd ours[16];
  int any = 0;
  for (nfds_t i = 0; i < count && count <= 16; i++) {
    ours[i] = fds[i];
    if (node_at(fds[i].fd) != NULL) {
      any = 1;
      ours[i].events = fds[i].events & POLLOUT ? POLLIN : 0;
    }
  }
  if (!any) return real(fds, count, timeout);
  __atomic_add_fetch(&counters->polls, 1, __ATOMIC_RELAXED);
  unsigned due = wait_for(fds, count, 1);
  int code = real(ours, count, due != 0 ? 0 : timeout), error = errno, ready = 0;
  wait_for(fds, count, -1);
  errno = error;
  if (code < 0) return code;
  for (nfds_t i = 0; i < count; i++) {
    short events = ours[i].revents;
    if (node_at(fds[i].fd) != NULL && events & POLLIN) events = POLLOUT;
    fds[i].revents = due & 1u << i ? POLLOUT : events;
    ready += fds[i].revents != 0;
  }
  return ready;
}

int timerfd_settime(int fd, int flags, const struct itimerspec *to, struct itimerspec *was) {
  __atomic_add_fetch(&counters->timers, 1, __ATOMIC_RELAXED);
  return (int)syscall(SYS_timerfd_settime, fd, flags, to, was);
}

/* As poll: a node is a timerfd, which is readable where usbfs would be writable. */
int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event) {
  struct epoll_event ours;
  if (event != NULL && node_at(fd) != NULL) {
    ours = *event;
    node_at(fd)->epolled = 1;
    ours.events = (ours.events & ~(uint32_t)EPOLLOUT) | (ours.events & EPOLLOUT ? EPOLLIN : 0);
    event = &ours;
  }
  return (int)syscall(SYS_epoll_ctl, epoll, operation, fd, event);
}

/* Tells nodes by their descriptor, so a program has to keep that in the event's data. */
int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout) {
  int ready = (int)syscall(SYS_epoll_pwait, epoll, events, most, timeout, NULL, 0);
  for (int i = 0; i < ready; i++)
    if (events[i].events & EPOLLIN && events[i].data.fd >= 0 && node_at(events[i].data.fd) != NULL) {
      events[i].events = EPOLLOUT;
      __atomic_add_fetch(&counters->polls, 1, __ATOMIC_RELAXED);
    }
  return ready;
}

/* A node has the descriptors, as usbfs has. */
ssize_t read(int fd, void *to, size_t most) {
  struct node *node = node_at(fd);
  if (node == NULL) return syscall(SYS_read, fd, to, most);
  size_t left = 18 + CONFIGURATION_BYTES - node->position;
  size_t bytes = left < most ? left : most;
  memcpy(to, (const unsigned char *)DESCRIPTORS + node->position, bytes);
  node->position += bytes;
  return (ssize_t)bytes;
}
