/* As much of libusb 1.0's interface as engine.c needs: usb4java's library comes without a header. */
#ifndef LIBUSB_H
#define LIBUSB_H

#include <stdint.h>
#include <sys/time.h>

typedef struct libusb_context libusb_context;
typedef struct libusb_device_handle libusb_device_handle;
struct libusb_transfer;
typedef void (*libusb_transfer_cb_fn)(struct libusb_transfer *transfer);

struct libusb_transfer {
  libusb_device_handle *dev_handle;
  uint8_t flags;
  unsigned char endpoint;
  unsigned char type;
  unsigned int timeout;
  int status;
  int length;
  int actual_length;
  libusb_transfer_cb_fn callback;
  void *user_data;
  unsigned char *buffer;
  int num_iso_packets;
};

enum { LIBUSB_TRANSFER_TYPE_BULK = 2 };

int libusb_init(libusb_context **context);
libusb_device_handle *libusb_open_device_with_vid_pid(libusb_context *context, uint16_t vendor, uint16_t product);
int libusb_claim_interface(libusb_device_handle *handle, int number);
int libusb_bulk_transfer(libusb_device_handle *handle, unsigned char endpoint, unsigned char *data, int length,
                         int *moved, unsigned int timeout);
struct libusb_transfer *libusb_alloc_transfer(int packets);
void libusb_free_transfer(struct libusb_transfer *transfer);
int libusb_submit_transfer(struct libusb_transfer *transfer);
int libusb_handle_events_timeout(libusb_context *context, struct timeval *timeout);

#endif
