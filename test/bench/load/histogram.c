// SPDX-License-Identifier: MIT
#include "histogram.h"

#include <stddef.h>

/** Bits of a value that are kept below its highest one. */
enum { BITS = 7 };

static size_t class_of(uint64_t value) {
  if (value < 1U << BITS) return (size_t)value;
  const int shift = 63 - __builtin_clzll(value) - BITS;
  return ((size_t)(shift + 1) << BITS) + (size_t)((value >> shift) & ((1U << BITS) - 1));
}

static double middle_of(size_t class) {
  if (class < 1U << BITS) return (double)class;
  const size_t shift = (class >> BITS) - 1;
  const uint64_t mantissa = (1U << BITS) | (class & ((1U << BITS) - 1));
  return ((double)mantissa + 0.5) * (double)(1ULL << shift);
}

void histogram_add(struct histogram *histogram, int64_t nanoseconds) {
  histogram->count++;
  histogram->classes[class_of(nanoseconds > 0 ? (uint64_t)nanoseconds : 0)]++;
}

double histogram_percentile(const struct histogram *histogram, double share) {
  const double wanted = (double)histogram->count * share;
  uint64_t seen = 0;
  for (size_t i = 0; i < sizeof histogram->classes / sizeof *histogram->classes; i++) {
    seen += histogram->classes[i];
    if (seen > 0 && (double)seen >= wanted) return middle_of(i) / 1e6;
  }
  return -1;
}
