// SPDX-License-Identifier: MIT
// One connection that reads JPEGs: the parts of a stream, or a snapshot asked for again and again.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum viewer_state { READING_RESPONSE, READING_PART_HEAD, READING_BODY, GONE };

enum viewer_kind {
  FAST,
  SLOW,   /**< reads at a fixed rate */
  STALLED /**< never reads */
};

struct viewer {
  int fd;
  enum viewer_kind kind;
  enum viewer_state state;
  bool multipart;
  char head[4096];
  size_t head_size;
  uint8_t start[64]; /**< the first bytes of the JPEG, for its stamp */
  size_t start_size;
  size_t size, left; /**< bytes of the JPEG, and those still to come */
  int64_t exposed;   /**< by X-Timestamp, nanoseconds of the wall clock; 0 without */
  int64_t opened;    /**< CLOCK_MONOTONIC, nanoseconds */
  int64_t last;      /**< when the last JPEG was whole; 0 before the first */
  uint64_t frames;   /**< JPEGs taken in the measured time */
  double allowance;  /**< bytes that a slow one may read now */
};

/** What is called with each whole JPEG. */
typedef void (*on_jpeg)(struct viewer *viewer);

/** Connects and sends the request. False: the server does not take it. */
bool viewer_open(struct viewer *viewer, int port, const char *request);

/** Reads what is there, at most `most` bytes. Returns how many, or -1 when the connection is gone.
 */
int64_t viewer_read(struct viewer *viewer, size_t most, on_jpeg done);

/** From the exposure of the JPEG that is whole now, nanoseconds; -1 when that is unknown. */
int64_t viewer_latency(const struct viewer *viewer);
