// SPDX-License-Identifier: MIT
// Ready JPEGs from a folder, each with a stamp: number and capture time, in a comment segment right
// after SOI, so that a reader knows a frame's age whatever the server's own headers say.
//
//   SOI | FF FE | length | "MIOSTAMP" number (12 digits) " " microseconds (16 digits) | the rest
//
// The time is CLOCK_MONOTONIC of the same machine. Fixed places: renewing it is one small write.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bytes of a JPEG in which its stamp lies. */
#define STAMP_END 43

struct jpeg {
  uint8_t *data;
  size_t size;
};

struct jpegs {
  struct jpeg *all;
  size_t count;
  size_t largest; /**< bytes */
};

/** Loads all *.jpg of a folder in the order of their names; says why and exits when there is none.
 */
struct jpegs jpegs_load(const char *folder);

/** Renews the stamp of a loaded JPEG or of a copy of one. */
void stamp_put(uint8_t *jpeg, uint64_t number, uint64_t microseconds);

/** Whether a JPEG of which `size` bytes are here is stamped; gives the time in microseconds. */
bool stamp_get(const uint8_t *jpeg, size_t size, uint64_t *microseconds);
