// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

namespace mio::test {

/**
 * Runs what `bytes` say over a real sender and real connections: frames and placeholders come,
 * viewers join, read, leave, close half or all of it or reset, their descriptors go at any point,
 * all streams end, the thread stops. Whatever the order,
 *
 * - what a client reads is a stream in the wire format, cut off anywhere, and never an older
 * picture after a newer one,
 * - nobody is told twice to have left,
 * - afterwards no slot is lent and no descriptor is open.
 *
 * @throws std::logic_error with what does not hold
 */
void run_sender_program(std::span<const uint8_t> bytes);

}  // namespace mio::test
