// SPDX-License-Identifier: MIT
#include "encoder/v4l2/coded_output.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <deque>
#include <utility>
#include <vector>

namespace mio {

namespace {

/** The slots themselves are the device's buffers: the index of one is the index of the other. */
class SlotOutput final : public CodedOutput {
 public:
  SlotOutput(const V4l2Device &device, uint32_t type, const std::shared_ptr<SlotPool> &slots)
      : queue_(device, type),
        lent_(slots->count()),
        memory_(slots->kind()),
        bytes_(static_cast<uint32_t>(slots->bytes())) {}

  std::string describe() const override { return "into slots in " + memory_; }
  uint64_t bytes_copied() const override { return 0; }

  void start() override {
    const auto count = static_cast<uint32_t>(lent_.size());
    // VIDEO_MAX_FRAME is 32: with more slots than that the device has no index for some.
    if (queue_.request(count, V4L2_MEMORY_DMABUF) < count)
      throw V4l2Error("VIDIOC_REQBUFS gives too few buffers", ENOBUFS);
    queue_.start();
  }

  bool stop() noexcept override { return queue_.stop(); }

  void release() noexcept override {
    for (Slot &slot : lent_) {
      if (slot) slot.to_cpu();
      slot = {};
    }
  }

  void offer(Slot slot) override {
    const uint32_t index = slot.index();
    slot.to_device();
    // Kept first: should queueing fail, release() gives it back to the CPU.
    lent_[index] = std::move(slot);
    queue_.queue(index, {{lent_[index].fd(), bytes_, 0, 0}});
  }

  std::optional<CodedPicture> take() override {
    const auto done = queue_.dequeue();
    if (!done) return std::nullopt;
    Slot slot = std::exchange(lent_.at(done->index), {});
    slot.to_cpu();
    // A device that leaves room in front gives nothing that could be handed on as it is.
    const bool odd = done->data_offset != 0 || done->bytes_used > slot.bytes();
    return CodedPicture{std::move(slot), odd ? 0 : done->bytes_used, done->error, done->last,
                        done->timestamp};
  }

  void put_back(CodedPicture nothing) override { offer(std::move(nothing.slot)); }

 private:
  V4l2Queue queue_;
  std::vector<Slot> lent_;
  const std::string memory_;
  const uint32_t bytes_;
};

/** The device's own buffers, each copied into the slot of its picture. */
class CopyOutput final : public CodedOutput {
 public:
  CopyOutput(const V4l2Device &device, uint32_t type) : queue_(device, type) {}

  std::string describe() const override {
    return "into its own buffers, and from there by one copy into slots";
  }
  uint64_t bytes_copied() const override { return bytes_copied_; }

  void start() override {
    const uint32_t count = queue_.request(kBuffers, V4L2_MEMORY_MMAP);
    for (uint32_t i = 0; i < count; ++i) buffers_.push_back(queue_.map(i));
    for (uint32_t i = 0; i < count; ++i) give(i);
    queue_.start();
  }

  bool stop() noexcept override {
    const bool stopped = queue_.stop();
    // A mapping keeps a device open, and some drivers refuse to free what is mapped.
    buffers_.clear();
    return stopped;
  }

  void release() noexcept override { waiting_.clear(); }

  void offer(Slot slot) override { waiting_.push_back(std::move(slot)); }

  std::optional<CodedPicture> take() override {
    const auto done = queue_.dequeue();
    if (!done) return std::nullopt;
    const size_t end = static_cast<size_t>(done->data_offset) + done->bytes_used;
    CodedPicture picture{{}, 0, done->error, done->last, done->timestamp};
    if (!waiting_.empty()) {
      picture.slot = std::move(waiting_.front());
      waiting_.pop_front();
      if (!done->error && done->bytes_used <= picture.slot.bytes() &&
          end <= buffers_.at(done->index).size()) {
        std::memcpy(picture.slot.data(), buffers_[done->index].data() + done->data_offset,
                    done->bytes_used);
        picture.length = done->bytes_used;
        bytes_copied_ += done->bytes_used;
      }
    }
    give(done->index);
    return picture;
  }

  void put_back(CodedPicture nothing) override {
    if (nothing.slot) waiting_.push_front(std::move(nothing.slot));
  }

 private:
  static constexpr uint32_t kBuffers = 3;

  void give(uint32_t index) {
    queue_.queue(index, {{-1, static_cast<uint32_t>(buffers_[index].size()), 0, 0}});
  }

  V4l2Queue queue_;
  std::vector<Mapping> buffers_;
  std::deque<Slot> waiting_;
  std::atomic<uint64_t> bytes_copied_{0};
};

}  // namespace

std::unique_ptr<CodedOutput> CodedOutput::make(OutputMode mode, const V4l2Device &device,
                                               uint32_t type,
                                               const std::shared_ptr<SlotPool> &slots) {
  if (mode == OutputMode::kSlots) return std::make_unique<SlotOutput>(device, type, slots);
  return std::make_unique<CopyOutput>(device, type);
}

}  // namespace mio
