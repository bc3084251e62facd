// SPDX-License-Identifier: MIT
#include "sender/viewer.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "core/clock.h"
#include "core/tcp.h"

namespace mio {

namespace {

/** Bytes by which the kernel's share of a connection is raised. */
constexpr size_t kBacklogStep = 64UL * 1024;

}  // namespace

Viewer::Viewer(uint32_t id, UniqueFd socket, const ViewerWish &wish,
               std::shared_ptr<ViewerCounters> counters, const WireFormat &format,
               SenderCounters &sums)
    : id_(id),
      socket_(std::move(socket)),
      frames_(wish.frames),
      paced_(wish.fps < std::numeric_limits<double>::infinity()),
      counters_(std::move(counters)),
      format_(format),
      sums_(sums),
      pacing_(wish.fps) {}

std::optional<Departure> Viewer::offer(const Shared &part, uint64_t missed) {
  if (ending_ || part->serial() <= serial_) return std::nullopt;
  serial_ = part->serial();
  if (const auto &exposed = part->exposed()) {
    if (paced_ && !pacing_.is_due(*exposed)) return std::nullopt;
    pacing_.take(*exposed);
  }
  uint64_t skipped = paced_ ? 0 : missed;
  if (busy() && behind_) skipped++;
  if (skipped > 0) {
    counters_->skipped(skipped);
    sums_.skipped(skipped);
  }
  if (!busy()) return send(part, false);
  behind_ = true;
  return std::nullopt;
}

std::optional<Departure> Viewer::writable(const Shared &newest) {
  while (busy()) {
    const auto gone = push();
    if (gone || busy()) return gone;
    if (!behind_ || !newest) return std::nullopt;
    if (const auto departed = send(newest, false)) return departed;
  }
  return std::nullopt;
}

std::optional<Departure> Viewer::end(Shared last) {
  if (ending_) return std::nullopt;
  ending_ = true;
  farewell_ = std::move(last);
  if (busy()) return std::nullopt;
  if (!farewell_) return Departure::kEnded;
  return send(std::move(farewell_), true);
}

std::optional<Departure> Viewer::send(Shared part, bool last) {
  in_flight_ = std::move(part);
  offset_ = 0;
  behind_ = false;
  serial_ = std::max(serial_, in_flight_->serial());
  begun_at_ = monotonic_ns();
  last_ = ++begun_ == frames_ || last;
  if (size() > backlog_) {
    backlog_ = (size() + kBacklogStep - 1) / kBacklogStep * kBacklogStep;
    limit_backlog(fd(), backlog_);
  }
  return push();
}

std::optional<Departure> Viewer::push() {
  for (;;) {
    const std::array<std::string_view, 3> pieces{in_flight_->head(), in_flight_->jpeg(), tail()};
    std::array<iovec, 3> vectors{};
    size_t count = 0;
    size_t skip = offset_;
    for (const std::string_view piece : pieces) {
      if (skip >= piece.size()) {
        skip -= piece.size();
        continue;
      }
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): sendmsg() only reads
      vectors[count++] = {const_cast<char *>(piece.data()) + skip, piece.size() - skip};
      skip = 0;
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    const ssize_t sent = sendmsg(fd(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      // The edge that epoll waits for comes only after a write was refused: so it is tried until
      // then.
      if (errno == EAGAIN) return std::nullopt;
      return Departure::kDisconnected;
    }
    offset_ += static_cast<size_t>(sent);
    if (offset_ == size()) return taken();
  }
}

std::optional<Departure> Viewer::taken() {
  const int64_t now = monotonic_ns();
  counters_->taken(size(), now);
  sums_.taken(size());
  if (const auto &exposed = in_flight_->exposed()) {
    counters_->exposed(*exposed);
    sums_.latency(now - *exposed);
  }
  in_flight_.reset();
  if (last_) return Departure::kEnded;
  if (!ending_) return std::nullopt;
  if (!farewell_) return Departure::kEnded;
  return send(std::move(farewell_), true);
}

}  // namespace mio
