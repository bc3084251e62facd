// SPDX-License-Identifier: MIT
// What the files of the webcam in user space share. See main.c for what it is.
#pragma once

#include <linux/usb/ch9.h>
#include <stdint.h>

enum { MAX_SIZES = 16, MAX_FRAME = 1 << 20, INTERVALS = 3, PROBE_BYTES = 26 };

// In the order of the format descriptors.
enum format { MJPEG, NV12, FORMATS };

// Sent in turn.
struct pictures {
  int count;
  uint8_t **data;
  int *lengths;
};

struct size {
  int width, height;
  struct pictures pictures[FORMATS];
};

// Of UVC 1.1, table 4-75, as far as it matters: which size and how fast.
struct choice {
  int format, size;   // from 0
  uint32_t interval;  // in units of 100 ns
};

extern struct size sizes[MAX_SIZES];
extern int size_count;
// /dev/raw-gadget, and the handle of the streaming endpoint; -1 when closed.
extern int gadget, endpoint;

// pictures.c: "640x480=FOLDER", whose *.jpg and *.nv12 are loaded in the order of their names.
void load_size(const char *argument);

// descriptors.c
extern const uint32_t intervals[INTERVALS];
extern const struct usb_device_descriptor device_descriptor;
extern const struct usb_endpoint_descriptor endpoint_descriptor;
extern uint8_t configuration_descriptor[2048];
extern int configuration_bytes;
void describe(void);
void put16(uint8_t *to, unsigned value);
void put32(uint8_t *to, uint32_t value);
uint32_t get32(const uint8_t *from);

// control.c
void answer(const struct usb_ctrlrequest *request);

// stream.c
void start_streaming_thread(void);
void stream(struct choice choice);
void stop_streaming(void);
void toggle_stall(void);

void die(const char *what);
