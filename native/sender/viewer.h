// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>

#include "core/unique_fd.h"
#include "sender/counters.h"
#include "sender/pacing.h"
#include "sender/part.h"
#include "sender/wire_format.h"

namespace mio {

/** What a viewer asked for. */
struct ViewerWish {
  double fps = std::numeric_limits<double>::infinity(); /**< at most */
  uint64_t frames = 0;                                  /**< parts until the end; 0: no end */
};

/**
 * One viewer's connection: at most one part in flight, and whatever is newest once that has been
 * taken. There is no queue, so a slow viewer sees fewer frames, never older ones. All calls come
 * from the sender's thread. Those that give a departure mean that the viewer is to be dropped.
 */
class Viewer {
 public:
  using Shared = std::shared_ptr<const Part>;

  Viewer(uint32_t id, UniqueFd socket, const ViewerWish &wish,
         std::shared_ptr<ViewerCounters> counters, const WireFormat &format, SenderCounters &sums);

  uint32_t id() const { return id_; }
  int fd() const { return socket_.get(); }
  bool busy() const { return in_flight_ != nullptr; }
  /** When the part in flight was begun, CLOCK_MONOTONIC, nanoseconds. */
  int64_t begun_at() const { return begun_at_; }

  /**
   * Sends `part` if it is due: now, or, while another is in flight, whatever is newest afterwards.
   * @param missed frames that came and went since the one offered before
   */
  std::optional<Departure> offer(const Shared &part, uint64_t missed);

  /** The socket takes bytes again. */
  std::optional<Departure> writable(const Shared &newest);

  /** Ends the stream cleanly: after the part in flight and, if given, `last`. */
  std::optional<Departure> end(Shared last);

 private:
  std::optional<Departure> send(Shared part, bool last);
  /** Writes as much as the socket takes. */
  std::optional<Departure> push();
  std::optional<Departure> taken();
  std::string_view tail() const { return last_ ? format_.closing : format_.between; }
  size_t size() const {
    return in_flight_->head().size() + in_flight_->jpeg().size() + tail().size();
  }

  const uint32_t id_;
  const UniqueFd socket_;
  const uint64_t frames_;
  const bool paced_;
  const std::shared_ptr<ViewerCounters> counters_;
  const WireFormat &format_;
  SenderCounters &sums_;
  Pacing pacing_;

  Shared in_flight_;
  size_t offset_ = 0; /**< bytes of it that have been taken */
  bool last_ = false; /**< it is the last one */
  int64_t begun_at_ = 0;
  uint64_t begun_ = 0;  /**< parts begun */
  uint64_t serial_ = 0; /**< of the newest part offered */
  size_t backlog_ = 0;  /**< bytes that the kernel may keep */
  bool behind_ = false; /**< a newer part is due as soon as the one in flight has been taken */
  bool ending_ = false;
  Shared farewell_;
};

}  // namespace mio
