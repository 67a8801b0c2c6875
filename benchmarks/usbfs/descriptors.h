/* The descriptors of the device, as sysfs and the device show them. USB 3.2 section 9.6. */
#define WORD(x) ((x) & 0xff), ((x) >> 8)
#define BULK(address) 7, 5, (address), 2, WORD(1024), 0, 6, 48, 0, 0, WORD(0)
#define CONFIGURATION_BYTES (9 + 9 + 4 * 13 + 9 + 2 * 13)

static const unsigned char DESCRIPTORS[] = {
    /* device: USB 3.0, 1209:5bfd is no product of anybody's */
    18, 1, WORD(0x0300), 0, 0, 0, 9, WORD(0x1209), WORD(0x5bfd), WORD(0x0100), 1, 2, 3, 1,
    /* configuration 1 with two interfaces */
    9, 2, WORD(CONFIGURATION_BYTES), 2, 1, 0, 0x80, 50,
    /* interface 0: source, sink and loop-back */
    9, 4, 0, 0, 4, 0xff, 0, 0, 0, BULK(0x81), BULK(0x02), BULK(0x83), BULK(0x04),
    /* interface 1: mass storage, SCSI, bulk-only */
    9, 4, 1, 0, 2, 8, 6, 0x50, 0, BULK(0x85), BULK(0x06)};

static const unsigned char HUB_DESCRIPTORS[] = {
    18, 1, WORD(0x0300), 9, 0, 3, 9, WORD(0x1d6b), WORD(0x0003), WORD(0x0100), 0, 0, 0, 1,
    9, 2, WORD(31), 1, 1, 0, 0xe0, 0, 9, 4, 0, 0, 1, 9, 0, 0, 0, 7, 5, 0x81, 3, WORD(4), 12,
    6, 48, 0, 0, WORD(2)};
