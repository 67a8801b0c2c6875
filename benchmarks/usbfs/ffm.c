/* For programs that look libc's functions up by dlsym, such as Java's foreign-function API: they get
 * the stand-in's, which is loaded before libc. */
#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

static const char *const NAMES[] = {"open", "open64", "close", "ioctl", "poll", "epoll_ctl", "epoll_wait"};

static void *(*find(void))(void *, const char *) {
  static void *(*real)(void *, const char *);
  static const char *const versions[] = {"GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5"};
  for (size_t i = 0; real == NULL && i < sizeof versions / sizeof *versions; i++)
    *(void **)&real = dlvsym(RTLD_NEXT, "dlsym", versions[i]);
  return real;
}

void *dlsym(void *restrict library, const char *restrict name) {
  void *(*real)(void *, const char *) = find();
  for (size_t i = 0; library != RTLD_NEXT && i < sizeof NAMES / sizeof *NAMES; i++)
    if (strcmp(name, NAMES[i]) == 0) return real(RTLD_DEFAULT, name);
  return real(library, name);
}
