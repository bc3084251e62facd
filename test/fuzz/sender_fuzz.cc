// SPDX-License-Identifier: MIT
// libFuzzer over test/native/support/sender_program.h: npm run fuzz.
#include <cstddef>
#include <cstdint>

#include "support/sender_program.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // What it throws ends the process: libFuzzer keeps the bytes that led there.
  mio::test::run_sender_program({data, size});
  return 0;
}
