// SPDX-License-Identifier: MIT
#pragma once

#include <stdint.h>

/** Times, exact to one per cent, without an allocation per value. */
struct histogram {
  uint64_t count;
  uint64_t classes[64 << 7];
};

/** @param nanoseconds less than zero counts as zero: clocks that were read in turn */
void histogram_add(struct histogram *histogram, int64_t nanoseconds);

/** Milliseconds below which a share of the values lies; -1 when there is none. */
double histogram_percentile(const struct histogram *histogram, double share);
