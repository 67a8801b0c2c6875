/* The libc calls that take a path, led into the folder $STANDIN_ROOT where it is one of sysfs or
 * usbfs that the tree has. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "standin.h"

static const char *const OURS[] = {"/sys/bus",           "/sys/class",    "/sys/subsystem", "/sys/dev/char",
                                   "/sys/devices/standin", "/dev/bus/usb", "/run/udev"};

static const char *root(void) {
  static const char *value;
  if (value == NULL) value = getenv("STANDIN_ROOT");
  return value;
}

const char *redirected(const char *path, char *space) {
  if (path == NULL || path[0] != '/' || root() == NULL) return path;
  for (size_t i = 0; i < sizeof OURS / sizeof *OURS; i++) {
    size_t length = strlen(OURS[i]);
    if (strncmp(path, OURS[i], length) == 0 && (path[length] == '/' || path[length] == 0)) {
      snprintf(space, PATH_MAX, "%s%s", root(), path);
      return space;
    }
  }
  return path;
}

/* A path below our root, as the program knows it. */
static const char *shown(const char *path) {
  size_t length = root() == NULL ? 0 : strlen(root());
  return length > 0 && strncmp(path, root(), length) == 0 && path[length] == '/' ? path + length : path;
}

int node_of(const char *path) {
  return path != NULL && root() != NULL && strcmp(path, "/dev/bus/usb/001/002") == 0;
}

#define REAL(type, name, ...)                              \
  static type (*real)(__VA_ARGS__);                        \
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, #name); \
  char space[PATH_MAX]

#define MODE(mode, flags)                            \
  mode_t mode = 0;                                   \
  if ((flags) & (O_CREAT | __O_TMPFILE)) {           \
    va_list list;                                    \
    va_start(list, flags);                           \
    mode = va_arg(list, mode_t);                     \
    va_end(list);                                    \
  }

#define OPEN(name)                                    \
  int name(const char *path, int flags, ...) {        \
    REAL(int, name, const char *, int, ...);          \
    MODE(mode, flags)                                 \
    if (node_of(path)) return node_open();            \
    return real(redirected(path, space), flags, mode); \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                       \
  int name(int at, const char *path, int flags, ...) {     \
    REAL(int, name, int, const char *, int, ...);          \
    MODE(mode, flags)                                      \
    if (node_of(path)) return node_open();                 \
    return real(at, redirected(path, space), flags, mode); \
  }
OPENAT(openat)
OPENAT(openat64)

#define ONE(type, name, more, ...)                    \
  type name(const char *path __VA_ARGS__) {           \
    REAL(type, name, const char * __VA_ARGS__);       \
    return real(redirected(path, space) more);        \
  }
#define COMMA ,
ONE(DIR *, opendir, )
ONE(FILE *, fopen, COMMA mode, COMMA const char *mode)
ONE(FILE *, fopen64, COMMA mode, COMMA const char *mode)
ONE(int, access, COMMA mode, COMMA int mode)
ONE(int, stat, COMMA to, COMMA struct stat *restrict to)
ONE(int, lstat, COMMA to, COMMA struct stat *restrict to)
ONE(int, stat64, COMMA to, COMMA struct stat64 *restrict to)
ONE(int, lstat64, COMMA to, COMMA struct stat64 *restrict to)

#define VERSIONED(name, type)                          \
  int name(int version, const char *path, type *to) {  \
    REAL(int, name, int, const char *, type *);        \
    return real(version, redirected(path, space), to); \
  }
VERSIONED(__xstat, struct stat)
VERSIONED(__lxstat, struct stat)
VERSIONED(__xstat64, struct stat64)
VERSIONED(__lxstat64, struct stat64)

#define AT(name, type)                                                \
  int name(int at, const char *restrict path, type *restrict to, int flags) { \
    REAL(int, name, int, const char *, type *, int);                  \
    return real(at, redirected(path, space), to, flags);              \
  }
AT(fstatat, struct stat)
AT(fstatat64, struct stat64)

#define VERSIONED_AT(name, type)                                          \
  int name(int version, int at, const char *path, type *to, int flags) {  \
    REAL(int, name, int, int, const char *, type *, int);                 \
    return real(version, at, redirected(path, space), to, flags);         \
  }
VERSIONED_AT(__fxstatat, struct stat)
VERSIONED_AT(__fxstatat64, struct stat64)

int statx(int at, const char *restrict path, int flags, unsigned mask, struct statx *restrict to) {
  REAL(int, statx, int, const char *, int, unsigned, struct statx *);
  return real(at, redirected(path, space), flags, mask, to);
}

ssize_t readlink(const char *restrict path, char *restrict to, size_t length) {
  REAL(ssize_t, readlink, const char *, char *, size_t);
  char target[PATH_MAX];
  ssize_t got = real(redirected(path, space), target, sizeof target - 1);
  if (got < 0) return got;
  target[got] = 0;
  const char *answer = shown(target);
  size_t bytes = strlen(answer) < length ? strlen(answer) : length;
  memcpy(to, answer, bytes);
  return (ssize_t)bytes;
}

static char *resolved(char *(*real)(const char *, char *), const char *path, char *to) {
  char space[PATH_MAX], answer[PATH_MAX];
  if (real(redirected(path, space), answer) == NULL) return NULL;
  if (to == NULL) return strdup(shown(answer));
  return strcpy(to, shown(answer));
}

char *realpath(const char *restrict path, char *restrict to) {
  static char *(*real)(const char *, char *);
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "realpath");
  return resolved(real, path, to);
}

char *__realpath_chk(const char *path, char *to, size_t length) {
  (void)length;
  return realpath(path, to);
}

char *canonicalize_file_name(const char *path) { return realpath(path, NULL); }

int close(int fd) {
  static int (*real)(int);
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "close");
  node_close(fd);
  return real(fd);
}
