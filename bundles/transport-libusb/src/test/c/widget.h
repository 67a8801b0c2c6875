/*
 * The simulated device: one USB widget, its endpoints and the requests that wait on them.
 *
 * Everything here is called with the simulator's one lock held.
 */
#ifndef WIDGET_H
#define WIDGET_H

#include <glib.h>
#include <linux/usbdevice_fs.h>
#include <umockdev.h>

#define INTERFACES 2
#define ENDPOINTS 6

typedef struct Widget Widget;

typedef struct {
  guint8 address;
  guint8 interface; /* 0xff: endpoint 0 */
  gboolean halted;
  gboolean held;
  int delay_ms;
  int fail_status; /* positive errno */
  int fail_count;
  int fail_moved;
  int short_bytes;
  int short_count;
  GQueue packets; /* of GBytes: what the device has to say */
  guint64 submitted;
  guint64 bytes;
} Endpoint;

/* One open file of the device node. */
typedef struct {
  Widget *widget;
  guint32 claims; /* bit n: interface n */
  GQueue done;    /* of Urb: may be reaped */
} Client;

typedef struct {
  UMockdevIoctlData *data;   /* holds a struct usbdevfs_urb */
  UMockdevIoctlData *buffer; /* NULL when empty */
  Client *client;
  Endpoint *endpoint;
  gint64 due; /* monotonic microseconds */
  int moved;
} Urb;

struct Widget {
  char *port; /* as in sysfs: "1-2" */
  char *syspath;
  char *node;
  char *serial, *product;
  unsigned vendor_id, product_id;
  int bus, number;
  int speed; /* Mbit/s */
  gboolean gone;
  int node_fd;
  gboolean readable;
  int configuration;
  int alternate[INTERFACES];
  char *driver[INTERFACES]; /* the kernel's own driver, or NULL */
  gboolean bound[INTERFACES];
  Endpoint endpoints[ENDPOINTS];
  GQueue pending; /* of Urb, oldest first */
  GList *clients;
  GBytes *stored;
  guint8 pattern; /* next byte of the source */
  int resets, halts_cleared, cancels;
  char *fail_request;
  int fail_request_errno, fail_request_count;
};

Widget *widget_new(const char *port, int bus, int number);

/* The bytes of the sysfs attribute "descriptors": the device's, then the configuration's. */
GByteArray *widget_descriptors(const Widget *w);

Endpoint *widget_endpoint(Widget *w, unsigned address);
int widget_packet_size(const Widget *w, const Endpoint *e);

Client *widget_open(Widget *w);
void widget_close(Client *client);

/* 0, or the errno with which the kernel would refuse it. */
int widget_submit(Urb *urb);
gboolean widget_cancel(Client *client, gulong address);
Urb *widget_reap(Client *client);
void urb_free(Urb *urb);

/* Moves what can move; returns microseconds until a delay ends, or -1. */
gint64 widget_run(Widget *w);
void widget_fail_all(Widget *w, int interface, int status);
void widget_clear_halt(Widget *w, Endpoint *e);

struct usbdevfs_urb *urb_of(const Urb *urb);

#endif
