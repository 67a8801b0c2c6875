/* Answers the ioctls of /dev/bus/usb/BBB/DDD for a widget, as Linux' usbfs (devio.c) would. */
#ifndef USBFS_H
#define USBFS_H

#include "widget.h"

/* Guards every widget. */
extern GMutex usbfs_lock;

UMockdevIoctlBase *usbfs_handler(Widget *w);

/* Runs the widget, now and again whenever a delay ends. Call it with the lock held. */
void usbfs_run(Widget *w);

int errno_named(const char *name);

#endif
