// SPDX-License-Identifier: MIT
// A USB webcam in user space, for the kernel's uvcvideo driver.
//
//   modprobe dummy_hcd; modprobe raw_gadget; modprobe uvcvideo
//   uvc_camera 640x480=FOLDER 1280x720=FOLDER ...
//
// It is the gadget at the other end of dummy_hcd's emulated bus (/dev/raw-gadget on dummy_udc.0).
// Pictures go over a bulk endpoint: dummy_hcd has no isochronous transfers, so the kernel's own UVC
// gadget cannot work on it. 30, 15 and 5 frames a second, one control (brightness). SIGHUP unplugs
// it for two seconds; SIGUSR2 makes it send nothing until the next one.
#include <errno.h>
#include <fcntl.h>
#include <linux/usb/raw_gadget.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "uvc_camera.h"

int gadget = -1;
int endpoint = -1;

static volatile sig_atomic_t unplugged;

void die(const char *what) {
  perror(what);
  exit(1);
}

static void on_signal(int number) {
  if (number == SIGUSR2) toggle_stall();
  if (number == SIGHUP) unplugged = 1;
}

static void plug_in(void) {
  struct usb_raw_init init = {.speed = USB_SPEED_HIGH};
  strcpy((char *)init.driver_name, "dummy_udc");
  strcpy((char *)init.device_name, "dummy_udc.0");
  if ((gadget = open("/dev/raw-gadget", O_RDWR)) < 0) die("/dev/raw-gadget");
  if (ioctl(gadget, USB_RAW_IOCTL_INIT, &init) < 0) die("USB_RAW_IOCTL_INIT");
  if (ioctl(gadget, USB_RAW_IOCTL_RUN, 0) < 0) die("USB_RAW_IOCTL_RUN");
}

static void serve_until_unplugged(void) {
  while (!unplugged) {
    union {
      struct usb_raw_event event;
      uint8_t bytes[sizeof(struct usb_raw_event) + sizeof(struct usb_ctrlrequest)];
    } fetched = {.event.length = sizeof(struct usb_ctrlrequest)};
    if (ioctl(gadget, USB_RAW_IOCTL_EVENT_FETCH, &fetched) < 0) {
      if (errno != EINTR) die("USB_RAW_IOCTL_EVENT_FETCH");
      continue;
    }
    if (fetched.event.type == USB_RAW_EVENT_CONTROL) {
      struct usb_ctrlrequest request;
      memcpy(&request, fetched.event.data, sizeof request);
      answer(&request);
    }
  }
}

int main(int count, char **arguments) {
  for (int i = 1; i < count; i++) load_size(arguments[i]);
  if (size_count == 0) {
    fprintf(stderr, "usage: %s WIDTHxHEIGHT=FOLDER...\n", arguments[0]);
    return 2;
  }
  describe();
  // Without SA_RESTART: the waiting ioctls must return. SIGUSR1 is for the streaming thread.
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGUSR1, &action, NULL);
  sigaction(SIGUSR2, &action, NULL);
  sigaction(SIGHUP, &action, NULL);
  start_streaming_thread();
  for (;;) {
    plug_in();
    serve_until_unplugged();
    unplugged = 0;
    endpoint = -1;
    stop_streaming();
    close(gadget);
    sleep(2);
  }
}
