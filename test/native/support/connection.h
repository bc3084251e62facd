// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

#include "core/unique_fd.h"

namespace mio::test {

/** Both ends of a TCP connection over loopback. The kernel keeps little of what is not read. */
struct Connection {
  UniqueFd server;
  UniqueFd client;

  Connection();

  /** A duplicate of the server's end, as a sender is given it. */
  UniqueFd duplicate() const;
  /** Until `bytes` have come, the stream has ended, or nothing came for 20 s. */
  std::string read(size_t bytes) const;
  /** What has come already, `bytes` at most. */
  std::string take(size_t bytes) const;
  /** Until `what` has come. */
  std::string read_until(const std::string &what) const;
  /** Until the end of the stream. */
  std::string read_all() const;
  /** The client closes with a TCP reset. */
  void reset();
};

/** Descriptors that this process has open. */
size_t open_descriptors();

}  // namespace mio::test
