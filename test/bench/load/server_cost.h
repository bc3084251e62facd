// SPDX-License-Identifier: MIT
#pragma once

#include <stdint.h>

/** What a process has cost so far. */
struct server_cost {
  int64_t cpu; /**< nanoseconds that its threads ran, without those of stand-in devices */
  double rss;  /**< resident memory, MiB */
};

/** @param pid 0: all zero */
struct server_cost server_cost(int pid);
