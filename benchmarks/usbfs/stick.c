/* A mass-storage stick: bulk-only transport (USB MSC BOT 1.0) and the SCSI commands that drivers
 * send. */
#include <stdlib.h>
#include <string.h>

#include "standin.h"

#define BLOCK 512
#define BLOCKS (128u << 10) /* 64 MiB */
#define SENSE_ILLEGAL 5

static unsigned char *medium;
static unsigned char small[64];
static enum { COMMAND, DATA_IN, DATA_OUT, STATUS } phase;
static unsigned char *data;
static uint32_t left, tag, residue, sense;
static unsigned char failed;

static uint32_t big(const unsigned char *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t little(const unsigned char *at) {
  return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static void put(unsigned char *at, uint32_t value) {
  for (int i = 0; i < 4; i++) at[i] = (unsigned char)(value >> (24 - 8 * i));
}

void stick_reset(void) {
  phase = COMMAND;
  if (medium == NULL) medium = calloc(BLOCKS, BLOCK);
}

static uint32_t refuse(uint32_t why) {
  failed = 1;
  sense = why;
  return 0;
}

static uint32_t range(const unsigned char *command) {
  uint32_t first = big(command + 2), count = (uint32_t)command[7] << 8 | command[8];
  if (first >= BLOCKS || count > BLOCKS - first) return refuse(SENSE_ILLEGAL << 16 | 0x2100);
  data = medium + (size_t)first * BLOCK;
  return count * BLOCK;
}

/* Bytes of the data stage. */
static uint32_t execute(const unsigned char *command) {
  memset(small, 0, sizeof small);
  data = small;
  failed = 0;
  switch (command[0]) {
    case 0x00: /* TEST UNIT READY */
    case 0x1e: /* PREVENT ALLOW MEDIUM REMOVAL */
    case 0x35: /* SYNCHRONIZE CACHE(10) */
      return 0;
    case 0x03: /* REQUEST SENSE */
      small[0] = 0x70;
      small[2] = (unsigned char)(sense >> 16);
      small[7] = 10;
      small[12] = (unsigned char)(sense >> 8);
      return 18;
    case 0x12: /* INQUIRY */
      small[1] = 0x80;
      small[2] = 5;
      small[3] = 2;
      small[4] = 31;
      memcpy(small + 8, "Bulkhead", 8);
      memcpy(small + 16, "stand-in        ", 16);
      memcpy(small + 32, "1.0 ", 4);
      return command[1] & 1 ? refuse(SENSE_ILLEGAL << 16 | 0x2400) : 36;
    case 0x1a: /* MODE SENSE(6) */
      small[0] = 3;
      return 4;
    case 0x25: /* READ CAPACITY(10) */
      put(small, BLOCKS - 1);
      put(small + 4, BLOCK);
      return 8;
    case 0x28: /* READ(10) */
    case 0x2a: /* WRITE(10) */
      return range(command);
    default:
      return refuse(SENSE_ILLEGAL << 16 | 0x2000);
  }
}

int stick_out(const unsigned char *bytes, int length) {
  if (phase == DATA_OUT) {
    uint32_t part = (uint32_t)length < left ? (uint32_t)length : left;
    memcpy(data, bytes, part);
    data += part;
    left -= part;
    residue -= part;
    if (left == 0) phase = STATUS;
    return length;
  }
  if (phase != COMMAND || length != 31 || little(bytes) != 0x43425355) return -1;
  tag = little(bytes + 4);
  residue = little(bytes + 8);
  left = execute(bytes + 15);
  if (left > residue) left = residue;
  int in = bytes[12] & 0x80;
  /* A host that expects data gets a short packet first. */
  phase = residue == 0 ? STATUS : in ? DATA_IN : left == 0 ? STATUS : DATA_OUT;
  return length;
}

int stick_in(unsigned char *bytes, int length) {
  if (phase == DATA_IN) {
    uint32_t part = (uint32_t)length < left ? (uint32_t)length : left;
    memcpy(bytes, data, part);
    data += part;
    left -= part;
    residue -= part;
    if (left == 0) phase = STATUS;
    return (int)part;
  }
  if (phase != STATUS || length < 13) return -1;
  memcpy(bytes, "USBS", 4);
  for (int i = 0; i < 4; i++) {
    bytes[4 + i] = (unsigned char)(tag >> (8 * i));
    bytes[8 + i] = (unsigned char)(residue >> (8 * i));
  }
  bytes[12] = failed;
  phase = COMMAND;
  return 13;
}
