// SPDX-License-Identifier: MIT
#include "addon/frame_feed.h"

#include <utility>

namespace mio {

void FrameFeed::attach(std::shared_ptr<Sender> sender, size_t reserved) {
  const std::lock_guard lock(mutex_);
  senders_.push_back(std::move(sender));
  reserved_ = reserved;
}

void FrameFeed::detach(const std::shared_ptr<Sender> &sender) {
  const std::lock_guard lock(mutex_);
  std::erase(senders_, sender);
}

bool FrameFeed::empty() const {
  const std::lock_guard lock(mutex_);
  return senders_.empty();
}

void FrameFeed::offer(const Jpeg &jpeg) {
  const std::lock_guard lock(mutex_);
  if (!senders_.empty()) fed_++;
  for (const auto &sender : senders_) {
    Picture picture;
    if (jpeg.slot.free_beside() < reserved_) {
      picture = copy_of(jpeg.data(), jpeg.length);
      copied_frames_++;
      copied_bytes_ += jpeg.length;
    } else {
      picture.slot = jpeg.slot;
      picture.data = jpeg.data();
      picture.length = jpeg.length;
    }
    picture.wall = jpeg.wall;
    picture.exposed = jpeg.timestamp;
    if (sender->publish(std::move(picture))) superseded_++;
  }
}

}  // namespace mio
