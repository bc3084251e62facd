// SPDX-License-Identifier: MIT
// USB and UVC 1.0 descriptors: a camera terminal, a processing unit with brightness, an output
// terminal, and two formats in several sizes over a bulk endpoint: MJPEG, and NV12 in the colours
// and the limited range of video.
#include <linux/usb/ch9.h>
#include <string.h>

#include "uvc_camera.h"

const uint32_t intervals[INTERVALS] = {333333, 666666, 2000000};

const struct usb_device_descriptor device_descriptor = {
    .bLength = USB_DT_DEVICE_SIZE,
    .bDescriptorType = USB_DT_DEVICE,
    .bcdUSB = 0x0200,
    .bDeviceClass = USB_CLASS_MISC,
    .bDeviceSubClass = 2,
    .bDeviceProtocol = 1,
    .bMaxPacketSize0 = 64,
    .idVendor = 0x1d6b,
    .idProduct = 0x0102,
    .bcdDevice = 0x0100,
    .iManufacturer = 1,
    .iProduct = 2,
    .iSerialNumber = 3,
    .bNumConfigurations = 1,
};

const struct usb_endpoint_descriptor endpoint_descriptor = {
    .bLength = USB_DT_ENDPOINT_SIZE,
    .bDescriptorType = USB_DT_ENDPOINT,
    .bEndpointAddress = USB_DIR_IN | 1,
    .bmAttributes = USB_ENDPOINT_XFER_BULK,
    .wMaxPacketSize = 512,
};

uint8_t configuration_descriptor[2048];
int configuration_bytes;

void put16(uint8_t *to, unsigned value) {
  to[0] = (uint8_t)value;
  to[1] = (uint8_t)(value >> 8);
}

void put32(uint8_t *to, uint32_t value) {
  put16(to, value);
  put16(to + 2, value >> 16);
}

uint32_t get32(const uint8_t *from) {
  return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
         (uint32_t)from[3] << 24;
}

// A descriptor begins with its length.
static uint8_t *add(uint8_t *at, const uint8_t *descriptor) {
  memcpy(at, descriptor, descriptor[0]);
  return at + descriptor[0];
}
#define ADD(at, ...) ((at) = add(at, (const uint8_t[]){__VA_ARGS__}))

// A format's descriptor is followed by one for each size, whose subtype is one higher.
static uint8_t *add_frame(uint8_t *at, uint8_t subtype, int number, const struct size *size) {
  uint8_t frame[26 + 4 * INTERVALS] = {sizeof frame, 36, subtype, (uint8_t)number, 0};
  put16(frame + 5, (unsigned)size->width);
  put16(frame + 7, (unsigned)size->height);
  put32(frame + 9, 1000000);     // least bits a second
  put32(frame + 13, 100000000);  // most
  put32(frame + 17, MAX_FRAME);
  put32(frame + 21, intervals[0]);
  frame[25] = INTERVALS;
  for (int i = 0; i < INTERVALS; i++) put32(frame + 26 + 4 * i, intervals[i]);
  return add(at, frame);
}

void describe(void) {
  uint8_t *at = configuration_descriptor;
  ADD(at, 9, 2, 0, 0, 2, 1, 0, 0x80, 250);  // configuration
  ADD(at, 8, 11, 0, 2, 14, 3, 0, 2);        // both interfaces are one
  ADD(at, 9, 4, 0, 0, 0, 14, 1, 0, 2);      // interface 0: video control
  ADD(at, 13, 36, 1, 0, 1, 13 + 18 + 11 + 9, 0, 0, 0x6c, 0xdc, 2, 1, 1);
  ADD(at, 18, 36, 2, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0);  // 1: camera terminal
  ADD(at, 11, 36, 5, 2, 1, 0, 0x40, 2, 1, 0, 0);                    // 2: processing unit
  ADD(at, 9, 36, 3, 3, 1, 1, 0, 2, 0);                              // 3: output terminal
  ADD(at, 9, 4, 1, 0, 1, 14, 2, 0, 0);                              // interface 1: streaming
  uint8_t *streaming = at;
  ADD(at, 15, 36, 1, FORMATS, 0, 0, 0x81, 0, 3, 0, 0, 0, 1, 0, 0);
  ADD(at, 11, 36, 6, MJPEG + 1, (uint8_t)size_count, 1, 1, 0, 0, 0, 0);
  for (int i = 0; i < size_count; i++) at = add_frame(at, 7, i + 1, &sizes[i]);
  ADD(at, 6, 36, 13, 1, 1, 4);  // colours as in JPEG
  ADD(at, 27, 36, 4, NV12 + 1, (uint8_t)size_count, 'N', 'V', '1', '2', 0, 0, 0x10, 0, 0x80, 0, 0,
      0xaa, 0, 0x38, 0x9b, 0x71, 12, 1, 0, 0, 0, 0);
  for (int i = 0; i < size_count; i++) at = add_frame(at, 5, i + 1, &sizes[i]);
  ADD(at, 6, 36, 13, 4, 5, 4);  // primaries, transfer and matrix of SMPTE 170M
  put16(streaming + 4, (unsigned)(at - streaming));
  at = add(at, (const uint8_t *)&endpoint_descriptor);
  configuration_bytes = (int)(at - configuration_descriptor);
  put16(configuration_descriptor + 2, (unsigned)configuration_bytes);
}
