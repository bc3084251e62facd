// SPDX-License-Identifier: MIT
#include "encoder/v4l2/v4l2_queue.h"

#include <sys/mman.h>

#include <array>

namespace mio {

namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;

}  // namespace

V4l2Queue::~V4l2Queue() {
  stop();
  if (!requested_) return;
  v4l2_requestbuffers none{};
  none.type = type_;
  none.memory = memory_;
  // Closing the device would free them too; here its result could not change anything.
  static_cast<void>(device_.attempt(VIDIOC_REQBUFS, none));
}

uint32_t V4l2Queue::request(uint32_t count, v4l2_memory memory) {
  v4l2_requestbuffers wanted{};
  wanted.count = count;
  wanted.type = type_;
  wanted.memory = memory;
  device_.call(VIDIOC_REQBUFS, "VIDIOC_REQBUFS", wanted);
  memory_ = memory;
  requested_ = true;
  return wanted.count;
}

Mapping V4l2Queue::map(uint32_t index) const {
  std::array<v4l2_plane, VIDEO_MAX_PLANES> planes{};
  v4l2_buffer known = buffer(planes.data());
  known.index = index;
  device_.call(VIDIOC_QUERYBUF, "VIDIOC_QUERYBUF", known);
  const uint32_t offset = multiplanar() ? planes[0].m.mem_offset : known.m.offset;
  const uint32_t length = multiplanar() ? planes[0].length : known.length;
  return Mapping::device(device_.fd(), offset, length);
}

void V4l2Queue::start() {
  uint32_t type = type_;
  device_.call(VIDIOC_STREAMON, "VIDIOC_STREAMON", type);
}

bool V4l2Queue::stop() noexcept {
  uint32_t type = type_;
  return device_.attempt(VIDIOC_STREAMOFF, type) == 0;
}

v4l2_buffer V4l2Queue::buffer(v4l2_plane *planes) const {
  v4l2_buffer buffer{};
  buffer.type = type_;
  buffer.memory = memory_;
  if (multiplanar()) {
    buffer.m.planes = planes;
    buffer.length = VIDEO_MAX_PLANES;
  }
  return buffer;
}

void V4l2Queue::queue(uint32_t index, const std::vector<QueuedPlane> &planes, int64_t timestamp) {
  std::array<v4l2_plane, VIDEO_MAX_PLANES> described{};
  v4l2_buffer queued = buffer(described.data());
  queued.index = index;
  queued.field = V4L2_FIELD_NONE;
  queued.timestamp.tv_sec = timestamp / kMicrosPerSecond;
  queued.timestamp.tv_usec = timestamp % kMicrosPerSecond;
  const bool imported = memory_ == V4L2_MEMORY_DMABUF;
  if (multiplanar()) {
    queued.length = static_cast<uint32_t>(planes.size());
    for (size_t i = 0; i < planes.size(); ++i) {
      if (imported) described[i].m.fd = planes[i].fd;
      described[i].length = planes[i].length;
      described[i].bytesused = planes[i].bytes_used;
      described[i].data_offset = planes[i].data_offset;
    }
  } else {
    if (imported) queued.m.fd = planes[0].fd;
    queued.length = planes[0].length;
    queued.bytesused = planes[0].bytes_used;
  }
  device_.call(VIDIOC_QBUF, "VIDIOC_QBUF", queued);
}

std::optional<DoneBuffer> V4l2Queue::dequeue() {
  std::array<v4l2_plane, VIDEO_MAX_PLANES> planes{};
  v4l2_buffer done = buffer(planes.data());
  const int error = device_.attempt(VIDIOC_DQBUF, done);
  // EPIPE: the last buffer of a drained queue has been taken already.
  if (error == EAGAIN || error == EPIPE) return std::nullopt;
  if (error != 0) throw V4l2Error("VIDIOC_DQBUF", error);
  const uint32_t offset = multiplanar() ? planes[0].data_offset : 0;
  const uint32_t used = multiplanar() ? planes[0].bytesused : done.bytesused;
  return DoneBuffer{done.index,
                    offset,
                    used > offset ? used - offset : 0,
                    (done.flags & V4L2_BUF_FLAG_ERROR) != 0,
                    (done.flags & V4L2_BUF_FLAG_LAST) != 0,
                    done.timestamp.tv_sec * kMicrosPerSecond + done.timestamp.tv_usec};
}

}  // namespace mio
