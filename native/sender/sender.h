// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>
#include <vector>

#include "core/unique_fd.h"
#include "sender/counters.h"
#include "sender/part.h"
#include "sender/viewer.h"
#include "sender/wire_format.h"

namespace mio {

struct SenderOptions {
  WireFormat format;
  /** In which a part must be taken; after that the viewer is dropped. */
  std::chrono::nanoseconds send_timeout{std::chrono::seconds(10)};
  /** Upper bounds of the classes of latency, seconds, rising. */
  std::vector<double> latency_bounds;
};

/**
 * Gives parts to many sockets from a thread of its own: to each viewer the newest one when its
 * socket has drained. One epoll, edge-triggered, and no system call a frame and viewer but the one
 * that sends: a quarter of what it costs to wake an event loop of JavaScript for it. While viewers
 * are few and their sockets take all of it, whoever publishes sends, and the thread sleeps.
 *
 * A viewer's descriptor is a duplicate of one that belongs to somebody else, who goes on reading
 * from it and hears when the client closes: this side only writes.
 */
class Sender {
 public:
  struct Left {
    uint32_t id;
    Departure why;
  };
  struct ViewerReport {
    uint32_t id;
    std::shared_ptr<const ViewerCounters> counters;
  };
  /** Frames that came to the sender; placeholders are none. */
  struct Frames {
    uint64_t count;
    int64_t last; /**< when the last one came, CLOCK_MONOTONIC, nanoseconds; 0: none yet */
  };

  /**
   * Starts the thread.
   * @param wake called from it when `take_left` has something
   * @throws FaultError, std::system_error
   */
  Sender(SenderOptions options, std::function<void()> wake);
  ~Sender() { stop(); }
  Sender(const Sender &) = delete;
  Sender &operator=(const Sender &) = delete;

  /** Drops all viewers without telling, ends the thread and closes all descriptors. */
  void stop();

  /** Sends to `socket` from now on, beginning with the newest part. */
  void add(uint32_t id, UniqueFd socket, const ViewerWish &wish);
  /** Drops a viewer without telling. An unknown one is gone already. */
  void remove(uint32_t id);
  /** Ends all streams cleanly: after the part in flight and, if given, `last`. */
  void end(std::optional<Picture> last);

  /**
   * A new frame or placeholder for all. Any thread; never waits for a viewer, and sends for two
   * milliseconds at most.
   * @returns true when it replaced a frame that the thread had not even looked at: the machine is
   * busy
   */
  bool publish(Picture picture);
  /** Forgets the newest part: nobody who joins now is sent it. */
  void clear();

  /** Who has left by itself since the last call. */
  std::vector<Left> take_left();
  std::vector<ViewerReport> viewers() const;
  const SenderCounters &sums() const { return sums_; }
  Frames frames() const;

 private:
  using Shared = std::shared_ptr<const Part>;
  struct Add {
    std::unique_ptr<Viewer> viewer;
  };
  struct Remove {
    uint32_t id;
  };
  struct End {
    Shared last;
  };
  struct Clear {};
  using Command = std::variant<Add, Remove, End, Clear>;
  /** What waits for the thread. */
  struct Inbox {
    std::vector<Command> commands;
    Shared part;
    uint64_t missed = 0; /**< frames that `part` replaced before anybody saw them */
    bool rung = false;   /**< the thread has been woken for it */
    bool stop = false;
  };

  void run();
  void loop();
  int timeout() const;
  void handle(uint32_t events, Viewer &viewer);
  /** False when it is time to stop. */
  bool empty_inbox();
  void carry_out(Add &add);
  void carry_out(const Remove &remove);
  void carry_out(const End &end);
  void carry_out(const Clear & /*clear*/) { newest_.reset(); }
  void offer(const Shared &part, uint64_t missed);
  bool send_at_once();
  void drop_expired();
  void drop(uint32_t id, std::optional<Departure> told);
  void drop(Viewer &viewer, std::optional<Departure> told);
  void wake_thread(std::unique_lock<std::mutex> lock);
  Shared make_part(Picture picture);

  const SenderOptions options_;
  const std::function<void()> wake_;
  SenderCounters sums_;

  mutable std::mutex mutex_; /**< for what follows, up to the empty line */
  Inbox inbox_;
  uint64_t serial_ = 0;
  Frames frames_{0, 0};
  std::vector<Left> left_;
  std::map<uint32_t, std::shared_ptr<ViewerCounters>> directory_;
  /** An eventfd, shared with whoever rings it just now; none once stopped. */
  std::shared_ptr<const UniqueFd> bell_;

  UniqueFd epoll_; /**< the thread's own */

  /** Held by who sends, mostly the thread while it does not sleep; taken before `mutex_`. */
  std::mutex turn_;
  std::vector<std::unique_ptr<Viewer>> viewers_;
  Shared newest_;
  std::vector<Left> departed_; /**< whom the thread is to drop */
  bool unfinished_ = false;    /**< not all of those who are due have been offered `newest_` */

  std::thread thread_; /**< last: it uses all the others */
};

}  // namespace mio
