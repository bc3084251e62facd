// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace mio {

/**
 * The fixed pieces of a multipart stream. A part is
 *
 *     head, length, before_timestamp, seconds.microseconds, [before_state, state,] head_end, JPEG,
 * tail
 *
 * What stands in them is not known here: lib/stream/multipart.ts has the wire format.
 */
struct WireFormat {
  std::string head;             /**< up to the length in bytes */
  std::string before_timestamp; /**< between length and timestamp */
  std::string before_state;     /**< only where there is a state */
  std::string head_end;
  std::string between; /**< after each JPEG: the next boundary */
  std::string closing; /**< after the last */
};

}  // namespace mio
