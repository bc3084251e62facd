// What a preloaded library needs to stand in front of the C library.
#pragma once

#include <dlfcn.h>

// Everything else is hidden: two shims in one process must not take over each other's functions.
#define EXPORT __attribute__((visibility("default")))

// The function that ours stands in front of. Looked up once per place: dlsym() takes a lock that a
// forked child may find taken for ever.
#define NEXT(name)                                                    \
  ({                                                                  \
    static __typeof__(&(name)) next_;                                 \
    if (!next_) next_ = (__typeof__(&(name)))dlsym(RTLD_NEXT, #name); \
    next_;                                                            \
  })
