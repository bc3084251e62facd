// SPDX-License-Identifier: MIT
// Requests on endpoint 0: those of USB 2.0, chapter 9, and those of UVC 1.0 on streaming and
// brightness.
#include <linux/usb/raw_gadget.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "uvc_camera.h"

enum { SET_CUR = 0x01, GET_CUR = 0x81, GET_MIN, GET_MAX, GET_RES, GET_LEN, GET_INFO, GET_DEF };
enum { PROBE = 1, COMMIT = 2, PROCESSING_UNIT = 2, BRIGHTNESS = 2, ERROR_CODE = 2 };

static union {
  struct usb_raw_ep_io io;
  uint8_t bytes[sizeof(struct usb_raw_ep_io) + 4096];
} transfer;

static void reply(const void *data, int length, int wanted) {
  transfer.io = (struct usb_raw_ep_io){.length = (uint32_t)(length < wanted ? length : wanted)};
  memcpy(transfer.io.data, data, transfer.io.length);
  ioctl(gadget, USB_RAW_IOCTL_EP0_WRITE, &transfer);
}
#define REPLY(wanted, ...) \
  reply((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}), wanted)

// What the host sends along. Returns its bytes.
static int take(int length) {
  transfer.io = (struct usb_raw_ep_io){.length = (uint32_t)length};
  return ioctl(gadget, USB_RAW_IOCTL_EP0_READ, &transfer);
}

static void refuse(void) { ioctl(gadget, USB_RAW_IOCTL_EP0_STALL, 0); }

static void send_string(int index, int wanted) {
  static const char *const strings[] = {"", "MotionInOcean", "Webcam in user space", "0001"};
  uint8_t text[256] = {4, USB_DT_STRING, 9, 4};  // the language: US English
  if (index > 0) {
    int length = 2;
    for (const char *s = strings[index]; *s; s++) {
      text[length++] = (uint8_t)*s;
      text[length++] = 0;
    }
    text[0] = (uint8_t)length;
  }
  reply(text, text[0], wanted);
}

static void send_descriptor(int type, int index, int wanted) {
  if (type == USB_DT_DEVICE) {
    reply(&device_descriptor, sizeof device_descriptor, wanted);
  } else if (type == USB_DT_DEVICE_QUALIFIER) {
    REPLY(wanted, 10, USB_DT_DEVICE_QUALIFIER, 0, 2, USB_CLASS_MISC, 2, 1, 64, 1, 0);
  } else if (type == USB_DT_CONFIG || type == USB_DT_OTHER_SPEED_CONFIG) {
    reply(configuration_descriptor, configuration_bytes, wanted);
  } else if (type == USB_DT_STRING && index <= 3) {
    send_string(index, wanted);
  } else {
    refuse();
  }
}

static void configure(void) {
  if (endpoint < 0) endpoint = ioctl(gadget, USB_RAW_IOCTL_EP_ENABLE, &endpoint_descriptor);
  if (endpoint < 0) die("USB_RAW_IOCTL_EP_ENABLE");
  ioctl(gadget, USB_RAW_IOCTL_VBUS_DRAW, 250);
  ioctl(gadget, USB_RAW_IOCTL_CONFIGURE, 0);
  take(0);
}

static void answer_standard(const struct usb_ctrlrequest *request) {
  switch (request->bRequest) {
    case USB_REQ_GET_DESCRIPTOR:
      return send_descriptor(request->wValue >> 8, request->wValue & 255, request->wLength);
    case USB_REQ_SET_CONFIGURATION:
      return configure();
    case USB_REQ_GET_INTERFACE:
      return REPLY(request->wLength, 0);
    case USB_REQ_SET_INTERFACE:
      take(0);
      return;
    default:
      refuse();
  }
}

// The host proposes a size and a rate, reads what it gets, and commits to it.
static void answer_probe(const struct usb_ctrlrequest *request, int selector) {
  static struct choice agreed;
  if (request->bRequest == SET_CUR) {
    if (take(request->wLength) < PROBE_BYTES) return;
    int format = transfer.io.data[2] - 1;
    int size = transfer.io.data[3] - 1;
    uint32_t interval = get32(transfer.io.data + 4);
    agreed.format = format >= 0 && format < FORMATS ? format : MJPEG;
    agreed.size = size >= 0 && size < size_count ? size : 0;
    agreed.interval = intervals[0];
    for (int i = 1; i < INTERVALS; i++) {
      int64_t now = llabs((int64_t)agreed.interval - interval);
      if (llabs((int64_t)intervals[i] - interval) < now) agreed.interval = intervals[i];
    }
    if (selector == COMMIT) stream(agreed);
    return;
  }
  if (request->bRequest == GET_INFO) return REPLY(request->wLength, 3);
  if (request->bRequest == GET_LEN) return REPLY(request->wLength, PROBE_BYTES, 0);
  uint8_t probe[PROBE_BYTES] = {
      [2] = (uint8_t)(agreed.format + 1), [3] = (uint8_t)(agreed.size + 1)};
  put32(probe + 4, agreed.interval ? agreed.interval : intervals[0]);
  put32(probe + 18, MAX_FRAME);
  put32(probe + 22, MAX_FRAME);  // a payload is a whole frame
  reply(probe, sizeof probe, request->wLength);
}

static void answer_brightness(const struct usb_ctrlrequest *request) {
  static uint8_t brightness[2] = {128, 0};
  switch (request->bRequest) {
    case SET_CUR:
      if (take(request->wLength) >= 2) memcpy(brightness, transfer.io.data, 2);
      return;
    case GET_CUR:
      return reply(brightness, 2, request->wLength);
    case GET_MIN:
      return REPLY(request->wLength, 0, 0);
    case GET_MAX:
      return REPLY(request->wLength, 255, 0);
    case GET_RES:
      return REPLY(request->wLength, 1, 0);
    case GET_LEN:
      return REPLY(request->wLength, 2, 0);
    case GET_INFO:
      return REPLY(request->wLength, 3);
    default:
      return REPLY(request->wLength, 128, 0);
  }
}

static void answer_video(const struct usb_ctrlrequest *request) {
  int selector = request->wValue >> 8;
  int entity = request->wIndex >> 8;
  int interface = request->wIndex & 255;
  if (interface == 1 && (selector == PROBE || selector == COMMIT)) {
    answer_probe(request, selector);
  } else if (interface == 0 && entity == PROCESSING_UNIT && selector == BRIGHTNESS) {
    answer_brightness(request);
  } else if (interface == 0 && entity == 0 && selector == ERROR_CODE &&
             request->bRequestType & USB_DIR_IN) {
    REPLY(request->wLength, 6);  // invalid control
  } else {
    refuse();
  }
}

void answer(const struct usb_ctrlrequest *request) {
  if ((request->bRequestType & USB_TYPE_MASK) == USB_TYPE_CLASS) return answer_video(request);
  answer_standard(request);
}
