// SPDX-License-Identifier: MIT
#pragma once

#include <stdint.h>
#include <time.h>

#define SECOND 1000000000LL

static inline int64_t now_ns(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * SECOND + now.tv_nsec;
}
