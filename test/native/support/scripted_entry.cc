// SPDX-License-Identifier: MIT
// A shared object that is opened as a libcamera's backend is; all it has lies in the tests'
// program.
#include "backend/backend.h"

extern "C" const mio_backend *mio_scripted_backend();

extern "C" __attribute__((visibility("default"))) const mio_backend *mio_backend_entry() {
  return mio_scripted_backend();
}
