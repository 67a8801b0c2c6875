/* What the device and the bus cost, by $STANDIN_DEVICE, a list such as
 * "call,copy,work=4us,rate=400MB/s,latency=125us":
 *   call     each ioctl makes a real system call
 *   copy     data is copied between the transfer and memory of the device
 *   work     each submission keeps the processor busy for as long
 *   rate     the bus moves one transfer after the other, at this rate
 *   latency  a transfer can be reaped as long after its last byte
 * Nothing at all: "instant". Loop-back and stick always copy. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "descriptors.h"
#include "standin.h"

static int call, copy;
static int64_t work_ns, latency_ns, wire_free;
static double ns_per_byte;
static unsigned char *memory;

#define MEMORY_BYTES (16 << 20)

void device_start(void) {
  const char *text = getenv("STANDIN_DEVICE");
  char *list = strdup(text == NULL ? "instant" : text), *rest = list;
  for (char *item = strsep(&rest, ","); item != NULL; item = strsep(&rest, ",")) {
    double value;
    if (strcmp(item, "instant") == 0) continue;
    if (strcmp(item, "call") == 0) call = 1;
    else if (strcmp(item, "copy") == 0) copy = 1;
    else if (sscanf(item, "work=%lfus", &value) == 1) work_ns = (int64_t)(value * 1000);
    else if (sscanf(item, "latency=%lfus", &value) == 1) latency_ns = (int64_t)(value * 1000);
    else if (sscanf(item, "rate=%lfMB/s", &value) == 1 && value > 0) ns_per_byte = 1000 / value;
    else {
      fprintf(stderr, "stand-in: STANDIN_DEVICE=%s: what is \"%s\"? See benchmarks/usbfs/README.md\n", text, item);
      exit(2);
    }
  }
  free(list);
  memory = calloc(1, MEMORY_BYTES);
  if (memory != NULL) memset(memory, 0xa5, MEMORY_BYTES);
}

int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

void cost_of_ioctl(void) {
  if (call) syscall(SYS_getppid);
}

int64_t time_of(int bytes) {
  if (work_ns > 0)
    for (int64_t end = now_ns() + work_ns; now_ns() < end;) {
    }
  if (ns_per_byte == 0 && latency_ns == 0) return 0;
  int64_t now = now_ns();
  wire_free = (wire_free > now ? wire_free : now) + (int64_t)(bytes * ns_per_byte);
  return wire_free + latency_ns;
}

void copy_out(const void *buffer, int bytes) {
  if (copy) memcpy(memory, buffer, (size_t)(bytes < MEMORY_BYTES ? bytes : MEMORY_BYTES));
}

void copy_in(void *buffer, int bytes) {
  if (copy) memcpy(buffer, memory, (size_t)(bytes < MEMORY_BYTES ? bytes : MEMORY_BYTES));
}

static int answer(struct usbdevfs_ctrltransfer *request, const void *data, size_t bytes) {
  size_t length = bytes < request->wLength ? bytes : request->wLength;
  memcpy(request->data, data, length);
  return (int)length;
}

static int string(struct usbdevfs_ctrltransfer *request, const char *ascii) {
  unsigned char text[64] = {(unsigned char)(2 + 2 * strlen(ascii)), 3};
  for (size_t i = 0; ascii[i] != 0; i++) text[2 + 2 * i] = (unsigned char)ascii[i];
  return answer(request, text, text[0]);
}

int control(struct usbdevfs_ctrltransfer *request) {
  static const unsigned char languages[] = {4, 3, 9, 4};
  static const char *const strings[] = {"", "Bulkhead", "stand-in", "1"};
  unsigned char index = request->wValue & 0xff;
  switch (request->bRequestType << 8 | request->bRequest) {
    case 0x8006:
      switch (request->wValue >> 8) {
        case 1:
          return answer(request, DESCRIPTORS, 18);
        case 2:
          return answer(request, DESCRIPTORS + 18, CONFIGURATION_BYTES);
        case 3:
          if (index == 0) return answer(request, languages, sizeof languages);
          return index < 4 ? string(request, strings[index]) : -1;
        default:
          return -1;
      }
    case 0x8000: /* GET_STATUS */
      return answer(request, "\0\0", 2);
    case 0x8008: /* GET_CONFIGURATION */
      return answer(request, "\1", 1);
    case 0xa1fe: /* GET MAX LUN */
      return answer(request, "\0", 1);
    case 0x21ff: /* bulk-only reset */
      stick_reset();
      return 0;
    default:
      return request->bRequestType & 0x80 ? -1 : 0;
  }
}
