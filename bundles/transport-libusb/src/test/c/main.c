/*
 * widgets SOCKET COMMAND [ARGUMENT ...]
 *
 * Runs COMMAND in a umockdev test bed with one USB bus, and plugs simulated devices in and out as
 * the lines say that arrive at the Unix-domain socket SOCKET. Each line is answered by one line:
 * "ok ..." or "error ...". README.md beside this file lists the commands. The exit status is
 * COMMAND's; when it is killed by a signal, 128 and the signal's number.
 */
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "usbfs.h"

#define PRELOAD "libumockdev-preload.so.0"
#define BUS 1
#define BUS_PATH "/sys/devices/pci0000:00/0000:00:14.0/usb1"
/* linux/capability.h: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH */
#define DAC_OVERRIDE 1
#define DAC_READ_SEARCH 2

static UMockdevTestbed *bed;
static GHashTable *widgets; /* port to Widget */
static GMutex plugging;     /* one change of the bus at a time */
static int last_number = 1;
static GMainLoop *loop;
static int exit_status;
static gboolean udevd_runs = TRUE;

static char *real_path(const char *path) {
  g_autofree char *root = umockdev_testbed_get_root_dir(bed);
  return g_build_filename(root, path, NULL);
}

/* Without a udevd no listener hears of anything. umockdev has no such switch: cut its lines. */
static void silence(void) {
  g_autofree char *root = umockdev_testbed_get_root_dir(bed);
  GDir *folder = g_dir_open(root, 0, NULL);
  const char *name;
  while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
    if (g_str_has_prefix(name, "event")) {
      g_autofree char *line = g_build_filename(root, name, NULL);
      unlink(line);
    }
  }
  if (folder != NULL) g_dir_close(folder);
}

static void add_to_bus(const char *syspath, int number, int speed, const GByteArray *descriptors,
                       const char *vendor, const char *product, const char *serial) {
  /* The folder and what sysfs must already say when the uevent arrives come first. */
  g_autofree char *folder = real_path(syspath);
  g_mkdir_with_parents(folder, 0755);
  umockdev_testbed_set_attribute_binary(bed, syspath, "descriptors", descriptors->data,
                                        descriptors->len);
  g_autofree char *name = g_strdup(syspath + strlen("/sys/devices/"));
  g_autofree char *number_text = g_strdup_printf("%d", number);
  g_autofree char *speed_text = g_strdup_printf("%d", speed);
  g_autofree char *major_minor = g_strdup_printf("189:%d", number - 1);
  g_autofree char *minor = g_strdup_printf("%d", number - 1);
  g_autofree char *node = g_strdup_printf("/dev/bus/usb/%03d/%03d", BUS, number);
  const guint8 *d = descriptors->data;
  g_autofree char *vid = g_strdup_printf("%02x%02x", d[9], d[8]);
  g_autofree char *pid = g_strdup_printf("%02x%02x", d[11], d[10]);
  g_autofree char *class = g_strdup_printf("%02x", d[4]);
  g_autofree char *triple =
      g_strdup_printf("%x/%x/100", d[9] << 8 | d[8], d[11] << 8 | d[10]);
  g_autofree char *busnum = g_strdup_printf("%03d", BUS);
  g_autofree char *devnum = g_strdup_printf("%03d", number);
  g_autofree char *added = umockdev_testbed_add_device(
      bed, "usb", name, NULL,
      /* attributes */
      "busnum", "1", "devnum", number_text, "speed", speed_text, "bConfigurationValue", "1",
      "dev", major_minor, "idVendor", vid, "idProduct", pid, "bDeviceClass", class,
      "manufacturer", vendor, "product", product, "serial", serial, NULL,
      /* properties */
      "DEVTYPE", "usb_device", "DRIVER", "usb", "DEVNAME", node, "PRODUCT", triple, "BUSNUM",
      busnum, "DEVNUM", devnum, "MAJOR", "189", "MINOR", minor, NULL);
}

static void add_root_hub(void) {
  static const guint8 bytes[] = {18, 1, 0, 2, 9, 0, 1, 64, 0x6b, 0x1d, 2, 0, 1, 6, 3, 2, 1, 1,
                                 9, 2, 25, 0, 1, 1, 0, 0xe0, 0, 9, 4, 0, 0, 1, 9, 0, 0, 0,
                                 7, 5, 0x81, 3, 4, 0, 12};
  GByteArray *descriptors = g_byte_array_new();
  g_byte_array_append(descriptors, bytes, sizeof bytes);
  g_autofree char *node = real_path("/dev/bus/usb/001/001");
  g_autofree char *folder = g_path_get_dirname(node);
  g_mkdir_with_parents(folder, 0755);
  g_file_set_contents(node, (const char *)bytes, sizeof bytes, NULL);
  add_to_bus(BUS_PATH, 1, 480, descriptors, "Linux", "Simulated root hub", "0000:00:14.0");
  g_byte_array_unref(descriptors);
}

/* --- commands --- */

static char *ok(void) { return g_strdup("ok"); }

static char *wrong(const char *what, const char *word) {
  return g_strdup_printf("error %s: %s", what, word != NULL ? word : "(nothing)");
}

static int number(const char *text, int otherwise) {
  return text != NULL ? (int)strtol(text, NULL, 0) : otherwise;
}

static char *plug(char **words) {
  const char *port = words[1];
  if (port == NULL || !g_str_has_prefix(port, "1-")) return wrong("no port of bus 1", port);
  g_mutex_lock(&usbfs_lock);
  gboolean used = g_hash_table_contains(widgets, port);
  g_mutex_unlock(&usbfs_lock);
  if (used) return wrong("port is in use", port);
  Widget *w = widget_new(port, BUS, ++last_number);
  gboolean denied = FALSE;
  for (char **word = words + 2; *word != NULL; word++) {
    char *value = strchr(*word, '=');
    if (value != NULL) *value++ = 0;
    if (g_str_equal(*word, "vid"))
      w->vendor_id = number(value, 0);
    else if (g_str_equal(*word, "pid"))
      w->product_id = number(value, 0);
    else if (g_str_equal(*word, "serial"))
      w->serial = g_strdup(value);
    else if (g_str_equal(*word, "product"))
      w->product = g_strdup(value);
    else if (g_str_equal(*word, "speed"))
      w->speed = number(value, 480);
    else if (g_str_equal(*word, "driver")) {
      w->driver[0] = g_strdup(value);
      w->bound[0] = TRUE;
    } else if (g_str_equal(*word, "denied"))
      denied = TRUE;
    else
      return wrong("unknown attribute", *word);
  }
  /* 1-2.3 hangs below 1-2. */
  GString *path = g_string_new(BUS_PATH);
  for (const char *dot = strchr(port, '.'); dot != NULL; dot = strchr(dot + 1, '.'))
    g_string_append_printf(path, "/%.*s", (int)(dot - port), port);
  g_string_append_printf(path, "/%s", port);
  w->syspath = g_string_free(path, FALSE);
  w->node = g_strdup_printf("/dev/bus/usb/%03d/%03d", w->bus, w->number);

  g_autofree char *real_node = real_path(w->node);
  if (mkfifo(real_node, 0666) != 0) return wrong("mkfifo", g_strerror(errno));
  w->node_fd = open(real_node, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (w->node_fd < 0) return wrong("open", g_strerror(errno));
  fcntl(w->node_fd, F_SETPIPE_SZ, 4096);
  char page[4096] = {0};
  while (write(w->node_fd, page, sizeof page) > 0) continue;
  chmod(real_node, denied ? 0 : 0666);

  g_mutex_lock(&usbfs_lock);
  g_hash_table_insert(widgets, w->port, w);
  g_mutex_unlock(&usbfs_lock);
  umockdev_testbed_attach_ioctl(bed, w->node, usbfs_handler(w), NULL);
  GByteArray *descriptors = widget_descriptors(w);
  if (!udevd_runs) silence();
  add_to_bus(w->syspath, w->number, w->speed, descriptors, "Bulkhead tests", w->product,
             w->serial);
  g_byte_array_unref(descriptors);
  return g_strdup_printf("ok %d %d", w->bus, w->number);
}

/* umockdev knows no interfaces; what is read of them are files. */
static char *interface_path(const Widget *w, int interface, const char *attribute) {
  g_autofree char *path =
      g_strdup_printf("/sys/bus/usb/devices/%s:1.%d/%s", w->port, interface, attribute);
  return real_path(path);
}

static char *set_alternate(Widget *w, char **words) {
  int interface = number(words[2], -1);
  if (interface < 0 || interface >= INTERFACES) return wrong("no such interface", words[2]);
  g_autofree char *alternate = interface_path(w, interface, "bAlternateSetting");
  g_autofree char *name = interface_path(w, interface, "interface");
  g_autofree char *folder = g_path_get_dirname(name);
  g_autofree char *padded = g_strdup_printf("%2d\n", number(words[3], 0));
  g_mkdir_with_parents(folder, 0755);
  g_file_set_contents(alternate, padded, -1, NULL);
  g_file_set_contents(name, words[4] != NULL ? words[4] : "", -1, NULL);
  return ok();
}

static void remove_interfaces(const Widget *w) {
  for (int i = 0; i < INTERFACES; i++) {
    g_autofree char *alternate = interface_path(w, i, "bAlternateSetting");
    g_autofree char *name = interface_path(w, i, "interface");
    g_autofree char *folder = g_path_get_dirname(name);
    unlink(alternate);
    unlink(name);
    rmdir(folder);
  }
}

static void unplug(Widget *w) {
  g_mutex_lock(&usbfs_lock);
  w->gone = TRUE;
  widget_fail_all(w, -1, ESHUTDOWN);
  g_hash_table_remove(widgets, w->port);
  g_mutex_unlock(&usbfs_lock);
  /* The widget itself stays: a client may still hold its node open. */
  if (!udevd_runs) silence();
  umockdev_testbed_uevent(bed, w->syspath, "remove");
  umockdev_testbed_detach_ioctl(bed, w->node, NULL);
  umockdev_testbed_remove_device(bed, w->syspath);
  remove_interfaces(w);
  g_autofree char *real_node = real_path(w->node);
  unlink(real_node);
}

/* The one that is deepest in the tree: umockdev removes no device whose parent is gone. */
static Widget *leaf(void) {
  GHashTableIter i;
  gpointer widget;
  Widget *found = NULL;
  g_hash_table_iter_init(&i, widgets);
  while (g_hash_table_iter_next(&i, NULL, &widget))
    if (found == NULL || strlen(((Widget *)widget)->port) > strlen(found->port)) found = widget;
  return found;
}

static char *clear(void) {
  for (;;) {
    g_mutex_lock(&usbfs_lock);
    Widget *w = leaf();
    g_mutex_unlock(&usbfs_lock);
    if (w == NULL) {
      udevd_runs = TRUE;
      return ok();
    }
    unplug(w);
  }
}

static char *show(Widget *w) {
  guint32 claims = 0;
  for (GList *l = w->clients; l != NULL; l = l->next) claims |= ((Client *)l->data)->claims;
  GString *s = g_string_new("ok");
  g_string_append_printf(
      s, " opens=%u claims=%u pending=%u configuration=%d alternate=%d resets=%d clearhalts=%d"
         " cancels=%d bound=%s",
      g_list_length(w->clients), claims, w->pending.length, w->configuration, w->alternate[0],
      w->resets, w->halts_cleared, w->cancels, w->bound[0] ? w->driver[0] : "none");
  for (int i = 0; i < ENDPOINTS; i++)
    g_string_append_printf(s, " submitted.%02x=%" G_GUINT64_FORMAT " bytes.%02x=%" G_GUINT64_FORMAT,
                           w->endpoints[i].address, w->endpoints[i].submitted,
                           w->endpoints[i].address, w->endpoints[i].bytes);
  return g_string_free(s, FALSE);
}

static char *set_driver(Widget *w, char **words) {
  int interface = number(words[2], -1);
  if (interface < 0 || interface >= INTERFACES) return wrong("no such interface", words[2]);
  w->bound[interface] = words[3] != NULL && !g_str_equal(words[3], "none");
  w->driver[interface] = w->bound[interface] ? g_strdup(words[3]) : NULL;
  return ok();
}

static char *fail_request(Widget *w, char **words) {
  w->fail_request_errno = words[2] != NULL && words[3] != NULL ? errno_named(words[3]) : 0;
  if (w->fail_request_errno == 0) return wrong("unknown errno", words[3]);
  w->fail_request = g_strdup(words[2]);
  w->fail_request_count = number(words[4], 1);
  return ok();
}

static char *feed(Endpoint *e, const char *hex) {
  GByteArray *bytes = g_byte_array_new();
  for (; hex != NULL && hex[0] != 0 && hex[1] != 0; hex += 2) {
    guint8 byte = g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]);
    g_byte_array_append(bytes, &byte, 1);
  }
  g_queue_push_tail(&e->packets, g_byte_array_free_to_bytes(bytes));
  return ok();
}

static char *on_endpoint(Endpoint *e, char **words) {
  const char *verb = words[0];
  if (g_str_equal(verb, "stall"))
    e->halted = TRUE;
  else if (g_str_equal(verb, "hold"))
    e->held = TRUE;
  else if (g_str_equal(verb, "resume"))
    e->held = FALSE;
  else if (g_str_equal(verb, "delay"))
    e->delay_ms = number(words[3], 0);
  else if (g_str_equal(verb, "short")) {
    e->short_bytes = number(words[3], 0);
    e->short_count = words[3] != NULL ? number(words[4], 1) : 1;
  } else if (g_str_equal(verb, "fail")) {
    e->fail_status = words[3] != NULL ? errno_named(words[3]) : 0;
    if (e->fail_status == 0) return wrong("unknown errno", words[3]);
    e->fail_count = number(words[4], 1);
    e->fail_moved = words[4] != NULL ? number(words[5], 0) : 0;
  } else if (g_str_equal(verb, "feed"))
    return feed(e, words[3]);
  else
    return wrong("unknown command", verb);
  return ok();
}

static char *on_widget(Widget *w, char **words) {
  const char *verb = words[0];
  if (g_str_equal(verb, "show")) return show(w);
  if (g_str_equal(verb, "driver")) return set_driver(w, words);
  if (g_str_equal(verb, "alternate")) return set_alternate(w, words);
  if (g_str_equal(verb, "failrequest")) return fail_request(w, words);
  if (g_str_equal(verb, "deny") || g_str_equal(verb, "allow")) {
    g_autofree char *real_node = real_path(w->node);
    return chmod(real_node, g_str_equal(verb, "deny") ? 0 : 0666) == 0
               ? ok()
               : wrong("chmod", g_strerror(errno));
  }
  Endpoint *e = words[2] != NULL ? widget_endpoint(w, number(words[2], 0)) : NULL;
  return e != NULL ? on_endpoint(e, words) : wrong("no such endpoint", words[2]);
}

static char *obey(char **words) {
  if (words[0] == NULL) return wrong("empty line", NULL);
  if (g_str_equal(words[0], "plug")) return plug(words);
  if (g_str_equal(words[0], "clear")) return clear();
  if (g_str_equal(words[0], "udevd")) {
    udevd_runs = g_strcmp0(words[1], "on") == 0;
    return ok();
  }
  g_mutex_lock(&usbfs_lock);
  Widget *w = words[1] != NULL ? g_hash_table_lookup(widgets, words[1]) : NULL;
  g_mutex_unlock(&usbfs_lock);
  if (w == NULL) return wrong("nothing at port", words[1]);
  if (g_str_equal(words[0], "unplug")) {
    unplug(w);
    return ok();
  }
  g_mutex_lock(&usbfs_lock);
  char *answer = on_widget(w, words);
  usbfs_run(w);
  g_mutex_unlock(&usbfs_lock);
  return answer;
}

static gboolean on_connection(GThreadedSocketService *service, GSocketConnection *connection,
                              GObject *source, gpointer data) {
  (void)service, (void)source, (void)data;
  GDataInputStream *in =
      g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
  GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
  char *line;
  while ((line = g_data_input_stream_read_line(in, NULL, NULL, NULL)) != NULL) {
    g_auto(GStrv) words = g_strsplit(g_strstrip(line), " ", -1);
    g_mutex_lock(&plugging);
    g_autofree char *answer = obey(words);
    g_mutex_unlock(&plugging);
    g_autofree char *with_end = g_strconcat(answer, "\n", NULL);
    g_output_stream_write_all(out, with_end, strlen(with_end), NULL, NULL, NULL);
    g_free(line);
  }
  g_object_unref(in);
  return TRUE;
}

static void listen_at(const char *path) {
  GSocketService *service = g_threaded_socket_service_new(8);
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
  GError *error = NULL;
  unlink(path);
  if (!g_socket_listener_add_address(G_SOCKET_LISTENER(service), address, G_SOCKET_TYPE_STREAM,
                                     G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &error))
    g_error("cannot listen at %s: %s", path, error->message);
  g_signal_connect(service, "run", G_CALLBACK(on_connection), NULL);
  g_socket_service_start(service);
}

static void on_exit_of_child(GPid pid, gint status, gpointer data) {
  (void)pid, (void)data;
  exit_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  g_main_loop_quit(loop);
}

/* Ends the child; its end then ends the simulator, which takes the test bed away. */
static gboolean on_terminate(gpointer pid) {
  kill(GPOINTER_TO_INT(pid), SIGKILL);
  return G_SOURCE_REMOVE;
}

static void in_child(gpointer data) {
  (void)data;
  /* Nothing may outlive the simulator, and root must be refused like anybody else. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_CAPBSET_DROP, DAC_OVERRIDE);
  prctl(PR_CAPBSET_DROP, DAC_READ_SEARCH);
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: %s SOCKET COMMAND [ARGUMENT ...]\n", argv[0]);
    return 2;
  }
  const char *preload = getenv("LD_PRELOAD");
  if (preload == NULL || strstr(preload, PRELOAD) == NULL) {
    /* The preload serves this process too: uevents are made from the mocked /sys. */
    setenv("LD_PRELOAD", PRELOAD, 1);
    execv("/proc/self/exe", argv);
    g_error("cannot start again under umockdev: %s", g_strerror(errno));
  }
  widgets = g_hash_table_new(g_str_hash, g_str_equal);
  bed = umockdev_testbed_new();
  add_root_hub();
  listen_at(argv[1]);
  loop = g_main_loop_new(NULL, FALSE);

  GPid pid;
  GError *error = NULL;
  if (!g_spawn_async(NULL, argv + 2, NULL,
                     G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                         G_SPAWN_CHILD_INHERITS_STDIN,
                     in_child, NULL, &pid, &error))
    g_error("cannot start %s: %s", argv[2], error->message);
  g_child_watch_add(pid, on_exit_of_child, NULL);
  g_unix_signal_add(SIGTERM, on_terminate, GINT_TO_POINTER(pid));
  g_main_loop_run(loop);
  unlink(argv[1]);
  g_object_unref(bed);
  return exit_status;
}
