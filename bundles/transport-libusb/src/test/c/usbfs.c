#include "usbfs.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

GMutex usbfs_lock;

static const struct {
  const char *name;
  int value;
} ERRNOS[] = {{"ENOENT", ENOENT},     {"EIO", EIO},           {"EACCES", EACCES},
              {"EBUSY", EBUSY},       {"ENODEV", ENODEV},     {"EINVAL", EINVAL},
              {"EPIPE", EPIPE},       {"EPROTO", EPROTO},     {"EOVERFLOW", EOVERFLOW},
              {"EILSEQ", EILSEQ},     {"ETIME", ETIME},       {"ECOMM", ECOMM},
              {"ESHUTDOWN", ESHUTDOWN}, {"ETIMEDOUT", ETIMEDOUT}, {"ENOMEM", ENOMEM},
              {"EREMOTEIO", EREMOTEIO}, {"EPERM", EPERM},     {"ENOTTY", ENOTTY}};

int errno_named(const char *name) {
  for (guint i = 0; i < G_N_ELEMENTS(ERRNOS); i++)
    if (g_str_equal(ERRNOS[i].name, name)) return ERRNOS[i].value;
  return 0;
}

static const char *request_name(gulong request) {
  switch (request) {
    case USBDEVFS_CLAIMINTERFACE:
    case USBDEVFS_DISCONNECT_CLAIM:
      return "claim";
    case USBDEVFS_RELEASEINTERFACE:
      return "release";
    case USBDEVFS_SETCONFIGURATION:
      return "setconfiguration";
    case USBDEVFS_SETINTERFACE:
      return "setinterface";
    case USBDEVFS_CLEAR_HALT:
      return "clearhalt";
    case USBDEVFS_RESET:
      return "reset";
    case USBDEVFS_SUBMITURB:
      return "submit";
    case USBDEVFS_DISCARDURB:
      return "discard";
    case USBDEVFS_IOCTL:
      return "driver";
    default:
      return "";
  }
}

static gboolean on_timer(gpointer widget) {
  g_mutex_lock(&usbfs_lock);
  usbfs_run(widget);
  g_mutex_unlock(&usbfs_lock);
  return G_SOURCE_REMOVE;
}

void usbfs_run(Widget *w) {
  gint64 wait = widget_run(w);
  if (wait >= 0) g_timeout_add(wait / 1000 + 1, on_timer, w);
}

static gboolean claimed_by_other(const Client *client, int interface) {
  for (GList *l = client->widget->clients; l != NULL; l = l->next)
    if (l->data != client && ((Client *)l->data)->claims & 1u << interface) return TRUE;
  return FALSE;
}

static int claim(Client *client, unsigned interface) {
  Widget *w = client->widget;
  if (interface >= INTERFACES) return ENOENT;
  if (w->bound[interface] || claimed_by_other(client, interface)) return EBUSY;
  client->claims |= 1u << interface;
  return 0;
}

static int disconnect_claim(Client *client, struct usbdevfs_disconnect_claim *request) {
  Widget *w = client->widget;
  unsigned i = request->interface;
  if (i >= INTERFACES) return EINVAL;
  if (w->bound[i]) {
    gboolean same = g_str_equal(w->driver[i], request->driver);
    if ((request->flags & USBDEVFS_DISCONNECT_CLAIM_IF_DRIVER) && !same) return EBUSY;
    if ((request->flags & USBDEVFS_DISCONNECT_CLAIM_EXCEPT_DRIVER) && same) return EBUSY;
  }
  /* To the kernel, another open file's claim is a driver too: "usbfs". */
  if (claimed_by_other(client, i)) return EBUSY;
  w->bound[i] = FALSE;
  return claim(client, i);
}

static int release(Client *client, unsigned interface) {
  if (interface >= INTERFACES || !(client->claims & 1u << interface)) return EINVAL;
  widget_fail_all(client->widget, interface, ENOENT);
  client->claims &= ~(1u << interface);
  return 0;
}

static int driver_ioctl(Client *client, const struct usbdevfs_ioctl *request) {
  Widget *w = client->widget;
  if (request->ifno < 0 || request->ifno >= INTERFACES) return EINVAL;
  gboolean *bound = &w->bound[request->ifno];
  switch ((unsigned)request->ioctl_code) {
    case USBDEVFS_DISCONNECT:
      if (!*bound) return ENODATA;
      *bound = FALSE;
      return 0;
    case USBDEVFS_CONNECT:
      if (*bound || client->claims & 1u << request->ifno) return EBUSY;
      *bound = w->driver[request->ifno] != NULL;
      return 0;
    default:
      return ENOTTY;
  }
}

static int get_driver(Client *client, struct usbdevfs_getdriver *request) {
  Widget *w = client->widget;
  if (request->interface >= INTERFACES) return EINVAL;
  const char *name = w->bound[request->interface] ? w->driver[request->interface] : NULL;
  for (GList *l = w->clients; l != NULL && name == NULL; l = l->next)
    if (((Client *)l->data)->claims & 1u << request->interface) name = "usbfs";
  if (name == NULL) return ENODATA;
  g_strlcpy(request->driver, name, sizeof request->driver);
  return 0;
}

static int set_configuration(Client *client, int value) {
  Widget *w = client->widget;
  for (GList *l = w->clients; l != NULL; l = l->next)
    if (((Client *)l->data)->claims != 0) return EBUSY;
  for (int i = 0; i < INTERFACES; i++)
    if (w->bound[i]) return EBUSY;
  if (value > 1) return EINVAL;
  w->configuration = MAX(value, 0);
  memset(w->alternate, 0, sizeof w->alternate);
  return 0;
}

static int set_interface(Client *client, const struct usbdevfs_setinterface *request) {
  Widget *w = client->widget;
  if (request->interface >= INTERFACES || request->altsetting > (request->interface == 0 ? 1u : 0u))
    return EINVAL;
  if (!(client->claims & 1u << request->interface)) return EBUSY;
  widget_fail_all(w, request->interface, ENOENT);
  w->alternate[request->interface] = request->altsetting;
  for (int i = 0; i < ENDPOINTS; i++)
    if (w->endpoints[i].interface == request->interface) w->endpoints[i].halted = FALSE;
  return 0;
}

static int reset(Widget *w) {
  w->resets++;
  widget_fail_all(w, -1, EPROTO);
  memset(w->alternate, 0, sizeof w->alternate);
  for (int i = 0; i < ENDPOINTS; i++) w->endpoints[i].halted = FALSE;
  return 0;
}

static int clear_halt(Widget *w, unsigned address) {
  Endpoint *e = widget_endpoint(w, address);
  if (e == NULL) return ENOENT;
  widget_clear_halt(w, e);
  return 0;
}

/* With a request that took effect, the caller sees the answer first and the completion later. */
static int submit(Client *client, UMockdevIoctlData *data) {
  Urb *urb = g_new0(Urb, 1);
  urb->client = client;
  urb->data = g_object_ref(data);
  struct usbdevfs_urb *u = urb_of(urb);
  if (u->buffer_length > 0) {
    UMockdevIoctlData *buffer = umockdev_ioctl_data_resolve(
        data, G_STRUCT_OFFSET(struct usbdevfs_urb, buffer), u->buffer_length, NULL);
    if (buffer == NULL) {
      urb_free(urb);
      return EFAULT;
    }
    urb->buffer = buffer;
  }
  int error = widget_submit(urb);
  if (error != 0) urb_free(urb);
  return error;
}

static int reap(Client *client, UMockdevIoctlData *slot) {
  Urb *urb = widget_reap(client);
  if (urb == NULL) return client->widget->gone ? ENODEV : EAGAIN;
  umockdev_ioctl_data_set_ptr(slot, 0, urb->data);
  urb_free(urb);
  return 0;
}

static gboolean fails_by_order(Widget *w, gulong request) {
  if (w->fail_request_count == 0 || !g_str_equal(w->fail_request, request_name(request)))
    return FALSE;
  w->fail_request_count--;
  return TRUE;
}

static int answer(Client *client, gulong request, gulong argument, UMockdevIoctlData *data) {
  Widget *w = client->widget;
  void *p = data != NULL ? data->data : NULL;
  if (request == USBDEVFS_REAPURBNDELAY) return reap(client, data);
  if (request == USBDEVFS_DISCARDURB && !fails_by_order(w, request))
    return widget_cancel(client, argument) ? 0 : EINVAL;
  if (w->gone) return ENODEV;
  if (fails_by_order(w, request)) return w->fail_request_errno;
  switch (request) {
    case USBDEVFS_GET_CAPABILITIES:
      *(guint32 *)p = USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_NO_PACKET_SIZE_LIM |
                      USBDEVFS_CAP_BULK_SCATTER_GATHER | USBDEVFS_CAP_REAP_AFTER_DISCONNECT;
      return 0;
    case USBDEVFS_SUBMITURB:
      return submit(client, data);
    case USBDEVFS_CLAIMINTERFACE:
      return claim(client, *(unsigned *)p);
    case USBDEVFS_DISCONNECT_CLAIM:
      return disconnect_claim(client, p);
    case USBDEVFS_RELEASEINTERFACE:
      return release(client, *(unsigned *)p);
    case USBDEVFS_GETDRIVER:
      return get_driver(client, p);
    case USBDEVFS_IOCTL:
      return driver_ioctl(client, p);
    case USBDEVFS_SETCONFIGURATION:
      return set_configuration(client, *(int *)p);
    case USBDEVFS_SETINTERFACE:
      return set_interface(client, p);
    case USBDEVFS_CLEAR_HALT:
    case USBDEVFS_RESETEP:
      return clear_halt(w, *(unsigned *)p);
    case USBDEVFS_RESET:
      return reset(w);
    default:
      return ENOTTY;
  }
}

static gboolean on_ioctl(UMockdevIoctlBase *base, UMockdevIoctlClient *file, gpointer widget) {
  (void)base;
  Widget *w = widget;
  gulong request = umockdev_ioctl_client_get_request(file);
  UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg(file);
  gulong argument = *(gulong *)arg->data;
  UMockdevIoctlData *data = NULL;
  if (_IOC_SIZE(request) > 0)
    data = umockdev_ioctl_data_resolve(arg, 0, _IOC_SIZE(request), NULL);
  g_mutex_lock(&usbfs_lock);
  Client *client = g_object_get_data(G_OBJECT(file), "client");
  int error = client == NULL ? ENODEV : answer(client, request, argument, data);
  umockdev_ioctl_client_complete(file, error == 0 ? 0 : -1, error);
  usbfs_run(w);
  g_mutex_unlock(&usbfs_lock);
  g_clear_object(&data);
  return TRUE;
}

/* umockdev tells of a closed file only by letting go of its object. */
static void on_closed(gpointer client) {
  g_mutex_lock(&usbfs_lock);
  widget_close(client);
  g_mutex_unlock(&usbfs_lock);
}

static void on_opened(UMockdevIoctlBase *base, UMockdevIoctlClient *file, gpointer widget) {
  (void)base;
  g_mutex_lock(&usbfs_lock);
  g_object_set_data_full(G_OBJECT(file), "client", widget_open(widget), on_closed);
  g_mutex_unlock(&usbfs_lock);
}

UMockdevIoctlBase *usbfs_handler(Widget *w) {
  UMockdevIoctlBase *handler = umockdev_ioctl_base_new();
  g_signal_connect(handler, "handle-ioctl", G_CALLBACK(on_ioctl), w);
  g_signal_connect(handler, "client-connected", G_CALLBACK(on_opened), w);
  return handler;
}
