// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mio {

/** Why a viewer is gone. */
enum class Departure : uint8_t {
  kEnded,        /**< the stream was over */
  kDisconnected, /**< the client closed or reset the connection */
  kTimeout       /**< a part was not taken in time */
};

/** One viewer's counters: written by the sender's thread, read by any, without a lock. */
class ViewerCounters {
 public:
  /** A part of `bytes` was taken at `now` (CLOCK_MONOTONIC, nanoseconds). */
  void taken(uint64_t bytes, int64_t now) {
    sent_.fetch_add(1, std::memory_order_relaxed);
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
    const int64_t last = last_.load(std::memory_order_relaxed);
    if (last != 0) {
      const double interval = interval_.load(std::memory_order_relaxed);
      const double step = static_cast<double>(now - last) - interval;
      interval_.store(interval + step * (interval > 0 ? kWeight : 1), std::memory_order_relaxed);
    }
    last_.store(now, std::memory_order_relaxed);
  }
  void exposed(int64_t time) { exposed_.store(time, std::memory_order_relaxed); }
  void skipped(uint64_t frames) { skipped_.fetch_add(frames, std::memory_order_relaxed); }

  uint64_t sent() const { return sent_.load(std::memory_order_relaxed); }
  uint64_t skipped() const { return skipped_.load(std::memory_order_relaxed); }
  uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  /** Exposure of the last frame taken, CLOCK_MONOTONIC, nanoseconds; 0 before the first. */
  int64_t exposed() const { return exposed_.load(std::memory_order_relaxed); }
  /** Parts taken per second, lately; falls by itself when none are. */
  double per_second(int64_t now) const {
    const double interval = interval_.load(std::memory_order_relaxed);
    if (interval <= 0) return 0;
    const auto silence = static_cast<double>(now - last_.load(std::memory_order_relaxed));
    return 1e9 / (silence > interval ? silence : interval);
  }

 private:
  /** Of the newest interval: an average over the last twenty or so. */
  static constexpr double kWeight = 0.1;

  std::atomic<uint64_t> sent_{0}, skipped_{0}, bytes_{0};
  std::atomic<int64_t> exposed_{0}, last_{0};
  std::atomic<double> interval_{0};
};

/** Sums over all viewers that a sender ever had. Written by its thread, read by any. */
class SenderCounters {
 public:
  /** @param bounds upper bounds of the classes of latency, seconds, rising */
  explicit SenderCounters(std::vector<double> bounds)
      : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

  void taken(uint64_t bytes) {
    sent_.fetch_add(1, std::memory_order_relaxed);
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
  }
  void skipped(uint64_t frames) { skipped_.fetch_add(frames, std::memory_order_relaxed); }
  /** From exposure to the last byte taken by the kernel, nanoseconds. */
  void latency(int64_t nanoseconds) {
    const double seconds = static_cast<double>(nanoseconds) / 1e9;
    size_t index = 0;
    while (index < bounds_.size() && seconds > bounds_[index]) ++index;
    counts_[index].fetch_add(1, std::memory_order_relaxed);
    latency_sum_.store(latency_sum_.load(std::memory_order_relaxed) + seconds,
                       std::memory_order_relaxed);
  }

  uint64_t sent() const { return sent_.load(std::memory_order_relaxed); }
  uint64_t skipped() const { return skipped_.load(std::memory_order_relaxed); }
  uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  /** How many fell into each class; the last one has no bound. */
  std::vector<uint64_t> latency_counts() const {
    std::vector<uint64_t> counts;
    counts.reserve(counts_.size());
    for (const auto &count : counts_) counts.push_back(count.load(std::memory_order_relaxed));
    return counts;
  }
  double latency_sum() const { return latency_sum_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> sent_{0}, skipped_{0}, bytes_{0};
  const std::vector<double> bounds_;
  std::vector<std::atomic<uint64_t>> counts_;
  std::atomic<double> latency_sum_{0};
};

}  // namespace mio
