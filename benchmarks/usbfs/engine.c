/* The program in C that the others are compared with. Reads one command a line, "MODE SIZE DEPTH
 * MILLIS", and answers with "TRANSFERS BYTES NANOS 0" and, where it measures them, latencies in ns:
 *   sync   one transfer after the other, libusb_bulk_transfer
 *   async  DEPTH transfers in flight, submitted again in their callbacks
 *   trip   SIZE bytes out and in again on the loop-back
 *   block  SIZE bytes of the stick by bulk-only transport
 *   open   transfers begin on time, DEPTH a second, whether or not earlier ones are back: latencies
 *          count from when they were to begin, and all of them follow, as values and their counts */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "libusb.h"

#define TIMEOUT_MS 5000
#define FLIGHTS 1024
#define OPEN_FLIGHTS 256
#define SAMPLES (4 << 20)

static unsigned vendor = 0x1209, product = 0x5bfd, interfaces = 2, storage_in = 0x85, storage_out = 0x06;
static libusb_context *context;
static libusb_device_handle *handle;
static uint32_t *latencies;
static long samples;
static long transfers;
static long long bytes;
static int millis;
static int64_t begun, until, ended;
static int flying;

static void die(const char *what, int code) {
  fprintf(stderr, "engine: %s: %d\n", what, code);
  exit(1);
}

static int64_t now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec * INT64_C(1000000000) + at.tv_nsec;
}

/* The time runs from here, with all memory there. */
static void start_clock(void) {
  begun = now();
  until = begun + millis * INT64_C(1000000);
}

static void note(int64_t nanos) {
  if (samples < SAMPLES) latencies[samples++] = (uint32_t)(nanos < UINT32_MAX ? nanos : UINT32_MAX);
}

static int bulk(unsigned char endpoint, unsigned char *data, int length) {
  int moved = 0;
  int code = libusb_bulk_transfer(handle, endpoint, data, length, &moved, TIMEOUT_MS);
  if (code != 0) die("bulk transfer", code);
  return moved;
}

static void sync_in(unsigned char *data, int size) {
  do {
    bytes += bulk(0x81, data, size);
    transfers++;
  } while (now() < until);
}

static void trip(unsigned char *data, int size) {
  int64_t begin = now(), end;
  do {
    bulk(0x04, data, size);
    bytes += bulk(0x83, data, size);
    transfers++;
    end = now();
    note(end - begin);
    begin = end;
  } while (end < until);
}

static void block(unsigned char *data, int size) {
  unsigned char command[31] = "USBC", status[64];
  int count = size / 512;
  memcpy(command + 8, &size, 4);
  command[12] = 0x80;
  command[14] = 10;
  command[15] = 0x28;
  command[22] = (unsigned char)(count >> 8);
  command[23] = (unsigned char)count;
  do {
    memcpy(command + 4, &transfers, 4);
    bulk((unsigned char)storage_out, command, 31);
    bytes += bulk((unsigned char)storage_in, data, size);
    if (bulk((unsigned char)storage_in, status, 13) != 13 || status[12] != 0) die("command status", status[12]);
    transfers++;
  } while (now() < until);
}

static void submit(struct libusb_transfer *transfer) {
  int code = libusb_submit_transfer(transfer);
  if (code != 0) die("submit", code);
  flying++;
}

static void handle_events(int64_t nanos) {
  struct timeval wait = {nanos / 1000000000, nanos % 1000000000 / 1000};
  int code = libusb_handle_events_timeout(context, &wait);
  if (code != 0) die("handle events", code);
}

static void again(struct libusb_transfer *transfer) {
  flying--;
  if (transfer->status != 0) die("transfer", transfer->status);
  bytes += transfer->actual_length;
  transfers++;
  if (now() < until) submit(transfer);
}

static struct libusb_transfer *allocate(int size, libusb_transfer_cb_fn callback) {
  struct libusb_transfer *made = libusb_alloc_transfer(0);
  made->dev_handle = handle;
  made->endpoint = 0x81;
  made->type = LIBUSB_TRANSFER_TYPE_BULK;
  made->length = size;
  made->buffer = malloc((size_t)size);
  memset(made->buffer, 0, (size_t)size);
  made->callback = callback;
  return made;
}

static void release(struct libusb_transfer **all, int count) {
  for (int i = 0; i < count; i++) {
    free(all[i]->buffer);
    libusb_free_transfer(all[i]);
  }
}

static void async_in(int size, int depth) {
  struct libusb_transfer *all[FLIGHTS];
  if (depth > FLIGHTS) die("depth", depth);
  for (int i = 0; i < depth; i++) all[i] = allocate(size, again);
  start_clock();
  for (int i = 0; i < depth; i++) submit(all[i]);
  while (flying > 0) handle_events(1000000000);
  ended = now();
  release(all, depth);
}

/* Open loop: this thread submits on time, another one handles events and notes latencies. */
static struct libusb_transfer *idle[OPEN_FLIGHTS];
static int64_t due[OPEN_FLIGHTS];
static int idles, open_over;
static pthread_mutex_t idle_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t idle_again = PTHREAD_COND_INITIALIZER;

static void back(struct libusb_transfer *transfer) {
  if (transfer->status != 0) die("transfer", transfer->status);
  bytes += transfer->actual_length;
  transfers++;
  note(now() - due[(intptr_t)transfer->user_data]);
  pthread_mutex_lock(&idle_lock);
  idle[idles++] = transfer;
  pthread_cond_signal(&idle_again);
  pthread_mutex_unlock(&idle_lock);
}

static void *open_events(void *unused) {
  (void)unused;
  while (!__atomic_load_n(&open_over, __ATOMIC_ACQUIRE)) handle_events(100000000);
  return NULL;
}

static struct libusb_transfer *take_idle(int least) {
  pthread_mutex_lock(&idle_lock);
  while (idles < least) pthread_cond_wait(&idle_again, &idle_lock);
  struct libusb_transfer *transfer = idle[--idles];
  pthread_mutex_unlock(&idle_lock);
  return transfer;
}

static void open_loop(int size, int rate) {
  struct libusb_transfer *all[OPEN_FLIGHTS];
  pthread_t events;
  for (idles = 0; idles < OPEN_FLIGHTS; idles++) {
    idle[idles] = all[idles] = allocate(size, back);
    all[idles]->user_data = (void *)(intptr_t)idles;
  }
  open_over = 0;
  if (pthread_create(&events, NULL, open_events, NULL) != 0) die("thread", 0);
  start_clock();
  for (long next = 0;; next++) {
    int64_t at = begun + next * INT64_C(1000000000) / rate;
    if (at >= until) break;
    struct timespec when = {at / 1000000000, at % 1000000000};
    if (at > now()) clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
    struct libusb_transfer *transfer = take_idle(1);
    due[(intptr_t)transfer->user_data] = at;
    int code = libusb_submit_transfer(transfer);
    if (code != 0) die("submit", code);
  }
  take_idle(OPEN_FLIGHTS);
  __atomic_store_n(&open_over, 1, __ATOMIC_RELEASE);
  pthread_join(events, NULL);
  release(all, OPEN_FLIGHTS);
}

static int by_value(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static void print_latencies(void) {
  static const double percentiles[] = {50, 99, 99.9, 99.99, 100};
  if (samples == 0) return;
  qsort(latencies, (size_t)samples, sizeof *latencies, by_value);
  for (int i = 0; i < 5; i++) printf(" %u", latencies[(long)((double)(samples - 1) * percentiles[i] / 100)]);
}

/* All of them, as values of 11 significant bits and how often they were. */
static void print_histogram(void) {
  uint32_t value = 0;
  long count = 0;
  for (long i = 0; i < samples; i++) {
    int bits = latencies[i] == 0 ? 0 : 32 - __builtin_clz(latencies[i]);
    int shift = bits > 11 ? bits - 11 : 0;
    uint32_t next = latencies[i] >> shift << shift;
    if (count > 0 && next != value) {
      printf(" %u %ld", value, count);
      count = 0;
    }
    value = next;
    count++;
  }
  if (count > 0) printf(" %u %ld", value, count);
}

/* engine [VENDOR:PRODUCT:INTERFACES:STORAGE_IN:STORAGE_OUT], all in hexadecimal */
int main(int count, char **arguments) {
  char mode[16];
  int size, depth;
  if (count > 1 && sscanf(arguments[1], "%x:%x:%x:%x:%x", &vendor, &product, &interfaces, &storage_in, &storage_out) != 5)
    die("VENDOR:PRODUCT:INTERFACES:STORAGE_IN:STORAGE_OUT", 0);
  int code = libusb_init(&context);
  if (code != 0) die("libusb_init", code);
  handle = libusb_open_device_with_vid_pid(context, (uint16_t)vendor, (uint16_t)product);
  if (handle == NULL) die("open", 0);
  for (int i = 0; i < (int)interfaces; i++)
    if ((code = libusb_claim_interface(handle, i)) != 0) die("claim", code);
  latencies = malloc(SAMPLES * sizeof *latencies);
  printf("ready\n");
  fflush(stdout);
  while (scanf("%15s %d %d %d", mode, &size, &depth, &millis) == 4) {
    unsigned char *data = calloc(1, (size_t)size);
    transfers = samples = 0;
    bytes = ended = 0;
    start_clock();
    if (strcmp(mode, "sync") == 0) sync_in(data, size);
    else if (strcmp(mode, "async") == 0) async_in(size, depth);
    else if (strcmp(mode, "trip") == 0) trip(data, size);
    else if (strcmp(mode, "block") == 0) block(data, size);
    else if (strcmp(mode, "open") == 0) open_loop(size, depth);
    else die("mode", 0);
    printf("%ld %lld %lld 0", transfers, bytes, (long long)((ended ? ended : now()) - begun));
    print_latencies();
    if (strcmp(mode, "open") == 0) print_histogram();
    printf("\n");
    fflush(stdout);
    free(data);
  }
  return 0;
}
