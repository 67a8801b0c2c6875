#include "widget.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define CONTROL 0x00
#define LOOP_OUT 0x01
#define LOOP_IN 0x81
#define SINK 0x02
#define SOURCE 0x82
#define INTERRUPT_IN 0x83

static const struct {
  guint8 address, interface;
} LAYOUT[ENDPOINTS] = {{CONTROL, 0xff}, {LOOP_OUT, 0}, {LOOP_IN, 0},
                       {SINK, 1},       {SOURCE, 1},   {INTERRUPT_IN, 1}};

Widget *widget_new(const char *port, int bus, int number) {
  Widget *w = g_new0(Widget, 1);
  w->port = g_strdup(port);
  w->bus = bus;
  w->number = number;
  w->speed = 480;
  w->vendor_id = 0x1209;
  w->product_id = 0x0001;
  w->product = g_strdup("Widget");
  w->serial = g_strdup("W0001");
  w->configuration = 1;
  w->node_fd = -1;
  w->stored = g_bytes_new(NULL, 0);
  for (int i = 0; i < ENDPOINTS; i++) {
    w->endpoints[i].address = LAYOUT[i].address;
    w->endpoints[i].interface = LAYOUT[i].interface;
    g_queue_init(&w->endpoints[i].packets);
  }
  return w;
}

static void put_interface(GByteArray *a, int number, int alternate, int endpoints) {
  const guint8 d[] = {9, 4, number, alternate, endpoints, 0xff, number, alternate, 0};
  g_byte_array_append(a, d, sizeof d);
}

static void put_endpoint(GByteArray *a, int address, int attributes, int packet, int interval) {
  const guint8 d[] = {7, 5, address, attributes, packet & 0xff, packet >> 8, interval};
  g_byte_array_append(a, d, sizeof d);
}

GByteArray *widget_descriptors(const Widget *w) {
  GByteArray *a = g_byte_array_new();
  const guint8 device[] = {18,
                           1,
                           0x00,
                           0x02,
                           0xff,
                           0,
                           0,
                           64,
                           w->vendor_id & 0xff,
                           w->vendor_id >> 8,
                           w->product_id & 0xff,
                           w->product_id >> 8,
                           0x00,
                           0x01,
                           1,
                           2,
                           3,
                           1};
  g_byte_array_append(a, device, sizeof device);
  const guint8 configuration[] = {9, 2, 0, 0, INTERFACES, 1, 0, 0x80, 50};
  guint start = a->len;
  g_byte_array_append(a, configuration, sizeof configuration);
  put_interface(a, 0, 0, 2);
  put_endpoint(a, LOOP_OUT, 2, 512, 0);
  put_endpoint(a, LOOP_IN, 2, 512, 0);
  put_interface(a, 0, 1, 2);
  put_endpoint(a, LOOP_OUT, 3, 64, 4);
  put_endpoint(a, LOOP_IN, 3, 64, 4);
  put_interface(a, 1, 0, 3);
  put_endpoint(a, SINK, 2, 512, 0);
  put_endpoint(a, SOURCE, 2, 512, 0);
  put_endpoint(a, INTERRUPT_IN, 3, 64, 4);
  guint total = a->len - start;
  a->data[start + 2] = total & 0xff;
  a->data[start + 3] = total >> 8;
  return a;
}

Endpoint *widget_endpoint(Widget *w, unsigned address) {
  if ((address & 0x0f) == 0) address = CONTROL;
  for (int i = 0; i < ENDPOINTS; i++)
    if (w->endpoints[i].address == address) return &w->endpoints[i];
  return NULL;
}

int widget_packet_size(const Widget *w, const Endpoint *e) {
  if (e->address == CONTROL || e->address == INTERRUPT_IN) return 64;
  return e->interface == 0 && w->alternate[0] == 1 ? 64 : 512;
}

struct usbdevfs_urb *urb_of(const Urb *urb) { return (struct usbdevfs_urb *)urb->data->data; }

void urb_free(Urb *urb) {
  g_clear_object(&urb->buffer);
  g_clear_object(&urb->data);
  g_free(urb);
}

/*
 * The node is a FIFO that is full while nothing can be reaped: poll(2) then behaves as on usbfs,
 * which says POLLOUT when there is something to reap. A plain file would always be ready, and
 * every event loop above would spin.
 */
static void update_readiness(Widget *w) {
  gboolean ready = FALSE;
  for (GList *l = w->clients; l != NULL; l = l->next)
    ready |= !g_queue_is_empty(&((Client *)l->data)->done);
  if (w->node_fd < 0 || ready == w->readable) return;
  char page[4096] = {0};
  if (ready)
    while (read(w->node_fd, page, sizeof page) > 0) continue;
  else
    while (write(w->node_fd, page, sizeof page) > 0) continue;
  w->readable = ready;
}

Client *widget_open(Widget *w) {
  Client *client = g_new0(Client, 1);
  client->widget = w;
  g_queue_init(&client->done);
  w->clients = g_list_prepend(w->clients, client);
  return client;
}

void widget_close(Client *client) {
  Widget *w = client->widget;
  for (GList *l = w->pending.head; l != NULL;) {
    GList *next = l->next;
    Urb *urb = l->data;
    if (urb->client == client) {
      g_queue_delete_link(&w->pending, l);
      urb_free(urb);
    }
    l = next;
  }
  g_queue_clear_full(&client->done, (GDestroyNotify)urb_free);
  w->clients = g_list_remove(w->clients, client);
  update_readiness(w);
  g_free(client);
}

static void finish(Widget *w, Urb *urb, int status) {
  g_queue_remove(&w->pending, urb);
  urb_of(urb)->status = -status;
  urb_of(urb)->actual_length = urb->moved;
  urb->endpoint->bytes += urb->moved;
  g_queue_push_tail(&urb->client->done, urb);
  update_readiness(w);
}

int widget_submit(Urb *urb) {
  Widget *w = urb->client->widget;
  struct usbdevfs_urb *u = urb_of(urb);
  if (w->gone) return ENODEV;
  Endpoint *e = widget_endpoint(w, u->endpoint);
  if (e == NULL) return ENOENT;
  if (u->type == USBDEVFS_URB_TYPE_ISO) return EINVAL;
  if ((u->type == USBDEVFS_URB_TYPE_CONTROL) != (e->address == CONTROL)) return EINVAL;
  if (u->type == USBDEVFS_URB_TYPE_CONTROL && u->buffer_length < 8) return EINVAL;
  if (e->interface < INTERFACES) {
    guint32 bit = 1u << e->interface;
    /* As the kernel does: using an unclaimed interface claims it. */
    for (GList *l = w->clients; l != NULL; l = l->next) {
      Client *other = l->data;
      if (other != urb->client && (other->claims & bit)) return EBUSY;
    }
    if (w->bound[e->interface]) return EBUSY;
    urb->client->claims |= bit;
  }
  urb->endpoint = e;
  urb->due = g_get_monotonic_time() + e->delay_ms * 1000LL;
  e->submitted++;
  g_queue_push_tail(&w->pending, urb);
  return 0;
}

gboolean widget_cancel(Client *client, gulong address) {
  Widget *w = client->widget;
  for (GList *l = w->pending.head; l != NULL; l = l->next) {
    Urb *urb = l->data;
    if (urb->client == client && urb->data->client_addr == address) {
      w->cancels++;
      finish(w, urb, ENOENT);
      return TRUE;
    }
  }
  return FALSE;
}

Urb *widget_reap(Client *client) {
  Urb *urb = g_queue_pop_head(&client->done);
  update_readiness(client->widget);
  return urb;
}

void widget_fail_all(Widget *w, int interface, int status) {
  for (GList *l = w->pending.head; l != NULL;) {
    GList *next = l->next;
    Urb *urb = l->data;
    if (interface < 0 || urb->endpoint->interface == interface) finish(w, urb, status);
    l = next;
  }
}

void widget_clear_halt(Widget *w, Endpoint *e) {
  e->halted = FALSE;
  w->halts_cleared++;
}

/* --- what the device does --- */

static void put_string(GByteArray *a, const char *text) {
  glong length = 0;
  gunichar2 *utf16 = g_utf8_to_utf16(text, -1, NULL, &length, NULL);
  const guint8 head[] = {2 + 2 * length, 3};
  g_byte_array_append(a, head, 2);
  g_byte_array_append(a, (const guint8 *)utf16, 2 * length);
  g_free(utf16);
}

static gboolean describe(const Widget *w, int type, int index, GByteArray *a) {
  GByteArray *all = widget_descriptors(w);
  gboolean known = TRUE;
  if (type == 1)
    g_byte_array_append(a, all->data, 18);
  else if (type == 2 && index == 0)
    g_byte_array_append(a, all->data + 18, all->len - 18);
  else if (type == 3 && index == 0)
    g_byte_array_append(a, (const guint8 *)"\x04\x03\x09\x04", 4);
  else if (type == 3 && index <= 3)
    put_string(a, index == 1 ? "Bulkhead tests" : index == 2 ? w->product : w->serial);
  else
    known = FALSE;
  g_byte_array_unref(all);
  return known;
}

/*
 * Endpoint 0. Vendor requests: 1 OUT stores the data and 1 IN returns them, 2 IN returns wValue
 * and wIndex, 3 OUT halts the endpoint in wIndex; anything else stalls.
 */
static int control(Widget *w, Urb *urb) {
  guint8 *setup = urb->buffer->data;
  guint8 *data = setup + 8;
  int value = setup[2] | setup[3] << 8, index = setup[4] | setup[5] << 8;
  int room = urb_of(urb)->buffer_length - 8;
  GByteArray *answer = g_byte_array_new();
  gboolean in = setup[0] & 0x80;
  gboolean known = TRUE;
  switch (setup[0] << 8 | setup[1]) {
    case 0x8006:
      known = describe(w, value >> 8, value & 0xff, answer);
      break;
    case 0x8008:
      g_byte_array_append(answer, (guint8[]){w->configuration}, 1);
      break;
    case 0x8000:
    case 0x8100:
      g_byte_array_append(answer, (guint8[]){0, 0}, 2);
      break;
    case 0x8200: {
      Endpoint *e = widget_endpoint(w, index);
      known = e != NULL;
      g_byte_array_append(answer, (guint8[]){known && e->halted, 0}, 2);
      break;
    }
    case 0xc001: {
      gsize size;
      const guint8 *stored = g_bytes_get_data(w->stored, &size);
      g_byte_array_append(answer, stored, size);
      break;
    }
    case 0xc002:
      g_byte_array_append(answer, setup + 2, 4);
      break;
    case 0x4001:
      g_bytes_unref(w->stored);
      w->stored = g_bytes_new(data, room);
      break;
    case 0x4003: {
      Endpoint *e = widget_endpoint(w, index);
      known = e != NULL;
      if (known) e->halted = TRUE;
      break;
    }
    default:
      known = FALSE;
  }
  if (known) {
    urb->moved = in ? MIN(room, (int)answer->len) : room;
    if (in && urb->moved > 0) memcpy(data, answer->data, urb->moved);
  }
  g_byte_array_unref(answer);
  return known ? 0 : EPIPE;
}

static void loop_back(Widget *w, Urb *urb) {
  int length = urb_of(urb)->buffer_length, packet = widget_packet_size(w, urb->endpoint);
  GQueue *out = &widget_endpoint(w, LOOP_IN)->packets;
  for (int at = 0; at < length; at += packet)
    g_queue_push_tail(out, g_bytes_new(urb->buffer->data + at, MIN(packet, length - at)));
  if (length == 0 || (length % packet == 0 && urb_of(urb)->flags & USBDEVFS_URB_ZERO_PACKET))
    g_queue_push_tail(out, g_bytes_new(NULL, 0));
  urb->moved = length;
}

/* TRUE when the transfer is over: full, or ended by a short packet. */
static gboolean fill(Widget *w, Urb *urb, int *status) {
  int length = urb_of(urb)->buffer_length, packet = widget_packet_size(w, urb->endpoint);
  Endpoint *e = urb->endpoint;
  while (urb->moved < length) {
    GBytes *next = g_queue_peek_head(&e->packets);
    if (next == NULL) return FALSE;
    gsize size = g_bytes_get_size(next);
    if ((int)size > length - urb->moved) {
      g_bytes_unref(g_queue_pop_head(&e->packets));
      *status = EOVERFLOW;
      return TRUE;
    }
    memcpy(urb->buffer->data + urb->moved, g_bytes_get_data(next, NULL), size);
    urb->moved += size;
    g_bytes_unref(g_queue_pop_head(&e->packets));
    if ((int)size < packet) return TRUE;
  }
  return TRUE;
}

static gboolean exchange(Widget *w, Urb *urb, int *status) {
  Endpoint *e = urb->endpoint;
  int length = urb_of(urb)->buffer_length;
  if (e->fail_count > 0) {
    e->fail_count--;
    urb->moved = MIN(e->fail_moved, length);
    *status = e->fail_status;
    return TRUE;
  }
  if (e->short_count > 0) {
    e->short_count--;
    urb->moved = MIN(e->short_bytes, length);
    return TRUE;
  }
  switch (e->address) {
    case CONTROL:
      *status = control(w, urb);
      return TRUE;
    case LOOP_OUT:
      loop_back(w, urb);
      return TRUE;
    case SINK:
      urb->moved = length;
      return TRUE;
    case SOURCE:
      for (; urb->moved < length; urb->moved++) urb->buffer->data[urb->moved] = w->pattern++;
      return TRUE;
    default:
      return fill(w, urb, status);
  }
}

gint64 widget_run(Widget *w) {
  gint64 now = g_get_monotonic_time(), wait = -1;
  gboolean moved = TRUE;
  /* A loop-back write may feed a read that was submitted before it: go round until all is still. */
  while (moved) {
    moved = FALSE;
    wait = -1;
    GHashTable *busy = g_hash_table_new(NULL, NULL);
    for (GList *l = w->pending.head; l != NULL;) {
      GList *next = l->next;
      Urb *urb = l->data;
      Endpoint *e = urb->endpoint;
      int status = 0;
      l = next;
      if (!g_hash_table_add(busy, e)) continue; /* transfers of an endpoint complete in order */
      if (e->held) continue;
      if (urb->due > now) {
        wait = wait < 0 ? urb->due - now : MIN(wait, urb->due - now);
        continue;
      }
      if (e->halted && e->address != CONTROL) {
        finish(w, urb, EPIPE);
        moved = TRUE;
      } else if (exchange(w, urb, &status)) {
        finish(w, urb, status);
        moved = TRUE;
      }
    }
    g_hash_table_unref(busy);
  }
  return wait;
}
