// SPDX-License-Identifier: MIT
#include "encoder/v4l2/m2m_codec.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mio {

namespace {

std::string size_text(uint32_t width, uint32_t height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

bool contains(const std::vector<uint32_t> &all, uint32_t one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

/** What single-planar and multi-planar formats have in common. */
uint32_t width_of(const v4l2_format &f) {
  return V4L2_TYPE_IS_MULTIPLANAR(f.type) ? f.fmt.pix_mp.width : f.fmt.pix.width;
}
uint32_t height_of(const v4l2_format &f) {
  return V4L2_TYPE_IS_MULTIPLANAR(f.type) ? f.fmt.pix_mp.height : f.fmt.pix.height;
}
uint32_t fourcc_of(const v4l2_format &f) {
  return V4L2_TYPE_IS_MULTIPLANAR(f.type) ? f.fmt.pix_mp.pixelformat : f.fmt.pix.pixelformat;
}
uint32_t stride_of(const v4l2_format &f) {
  return V4L2_TYPE_IS_MULTIPLANAR(f.type) ? f.fmt.pix_mp.plane_fmt[0].bytesperline
                                          : f.fmt.pix.bytesperline;
}
uint32_t bytes_of(const v4l2_format &f, uint32_t plane) {
  return V4L2_TYPE_IS_MULTIPLANAR(f.type) ? f.fmt.pix_mp.plane_fmt[plane].sizeimage
                                          : f.fmt.pix.sizeimage;
}

/** Colours as JPEG has them (full-range BT.601), or the same in limited range, which the device
 * must expand. */
template <typename Format>
void set_colours(Format &format, bool full_range) {
  format.colorspace = full_range ? V4L2_COLORSPACE_JPEG : V4L2_COLORSPACE_SMPTE170M;
  format.ycbcr_enc = V4L2_YCBCR_ENC_601;
  format.quantization = full_range ? V4L2_QUANTIZATION_FULL_RANGE : V4L2_QUANTIZATION_LIM_RANGE;
  format.xfer_func = full_range ? V4L2_XFER_FUNC_SRGB : V4L2_XFER_FUNC_709;
}

}  // namespace

M2mCodec::M2mCodec(const std::string &path, const EncoderInput &input)
    : path_(path), input_(input), layout_(input), device_(path), name_(path) {
  look_at_capabilities();
  choose_formats();
  check_size();
  set_formats();
  describe_inputs();
  quality_.emplace(device_, input_.width, input_.height, input_.fps);
}

void M2mCodec::look_at_capabilities() {
  v4l2_capability capability{};
  if (device_.attempt(VIDIOC_QUERYCAP, capability) != 0) throw NoMem2Mem("it is no V4L2 device");
  const uint32_t caps = (capability.capabilities & V4L2_CAP_DEVICE_CAPS) != 0
                            ? capability.device_caps
                            : capability.capabilities;
  multiplanar_ = (caps & V4L2_CAP_VIDEO_M2M_MPLANE) != 0;
  if (!multiplanar_ && (caps & V4L2_CAP_VIDEO_M2M) == 0)
    throw NoMem2Mem("it is no memory-to-memory device");
  name_ += " (" + std::string(reinterpret_cast<const char *>(capability.card)) + ")";
  if ((caps & V4L2_CAP_STREAMING) == 0) throw Refused("it has no streaming I/O");
}

void M2mCodec::choose_formats() {
  const std::vector<uint32_t> coded = device_.formats(
      multiplanar_ ? V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE : V4L2_BUF_TYPE_VIDEO_CAPTURE);
  for (const uint32_t one : {V4L2_PIX_FMT_JPEG, V4L2_PIX_FMT_MJPEG}) {
    if (contains(coded, one)) coded_fourcc_ = one;
  }
  if (coded_fourcc_ == 0) throw Refused("it makes neither MJPEG nor JPEG");

  const std::vector<uint32_t> raw = device_.formats(multiplanar_ ? V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE
                                                                 : V4L2_BUF_TYPE_VIDEO_OUTPUT);
  const bool joined = contains(raw, layout_.joined);
  const bool separate = multiplanar_ && layout_.separate != 0 && contains(raw, layout_.separate);
  if (joined && layout_.contiguous) {
    raw_fourcc_ = layout_.joined;
  } else if (separate) {
    raw_fourcc_ = layout_.separate;
  } else if (joined) {
    throw Refused("it wants all planes in one piece, which the camera's buffers are not");
  } else {
    throw Refused("it does not take the camera's format " + fourcc_text(layout_.joined));
  }
}

void M2mCodec::check_size() const {
  v4l2_frmsizeenum size{};
  size.pixel_format = coded_fourcc_;
  std::string known;
  for (; device_.attempt(VIDIOC_ENUM_FRAMESIZES, size) == 0; ++size.index) {
    if (size.type == V4L2_FRMSIZE_TYPE_DISCRETE) {
      if (size.discrete.width == input_.width && size.discrete.height == input_.height) return;
      known +=
          (known.empty() ? "of " : ", ") + size_text(size.discrete.width, size.discrete.height);
      continue;
    }
    const v4l2_frmsize_stepwise &range = size.stepwise;
    if (input_.width >= range.min_width && input_.width <= range.max_width &&
        input_.height >= range.min_height && input_.height <= range.max_height) {
      return;
    }
    known = "from " + size_text(range.min_width, range.min_height) + " to " +
            size_text(range.max_width, range.max_height);
    break;
  }
  // Many drivers list no sizes; S_FMT tells then.
  if (!known.empty())
    throw Refused("it takes pictures " + known + ", not " + size_text(input_.width, input_.height));
}

void M2mCodec::set_formats() {
  // The coded format first: it decides which raw formats there are. Again last: the raw size
  // decides its size.
  set_coded_format();
  const uint32_t buffer_height = layout_.lines != 0 ? layout_.lines : input_.height;
  if (!set_raw_format(input_.width, input_.height) &&
      !set_raw_format(layout_.width, buffer_height)) {
    const std::string why = misfit();
    const bool lines = raw_fourcc_ == layout_.joined && stride_of(raw_) == layout_.stride &&
                       layout_.lines != 0 && height_of(raw_) > layout_.lines;
    if (lines) throw WantsLines(why, height_of(raw_));
    throw Refused(why);
  }
  crop(input_.width, input_.height);
  v4l2_streamparm rate{};
  rate.type = raw_.type;
  rate.parm.output.timeperframe = {
      1000, static_cast<uint32_t>(std::lround((input_.fps > 0 ? input_.fps : 30) * 1000))};
  // Without frame rates a device has no bitrates either.
  static_cast<void>(device_.attempt(VIDIOC_S_PARM, rate));
  coded_bytes_ = bytes_of(set_coded_format(), 0);
}

v4l2_format M2mCodec::set_coded_format() {
  v4l2_format format{};
  const uint32_t wanted_bytes = std::max(input_.width * input_.height / 2, 512U << 10);
  if (multiplanar_) {
    format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
    v4l2_pix_format_mplane &pixels = format.fmt.pix_mp;
    pixels.width = input_.width;
    pixels.height = input_.height;
    pixels.pixelformat = coded_fourcc_;
    pixels.field = V4L2_FIELD_NONE;
    pixels.num_planes = 1;
    pixels.plane_fmt[0].sizeimage = wanted_bytes;
    set_colours(pixels, input_.full_range);
  } else {
    format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    v4l2_pix_format &pixels = format.fmt.pix;
    pixels.width = input_.width;
    pixels.height = input_.height;
    pixels.pixelformat = coded_fourcc_;
    pixels.field = V4L2_FIELD_NONE;
    pixels.sizeimage = wanted_bytes;
    pixels.priv = V4L2_PIX_FMT_PRIV_MAGIC;
    set_colours(pixels, input_.full_range);
  }
  device_.call(VIDIOC_S_FMT, "VIDIOC_S_FMT of the coded format", format);
  if (fourcc_of(format) != coded_fourcc_)
    throw Refused("it does not let itself be set to " + fourcc_text(coded_fourcc_));
  return format;
}

/** False when the device wants another memory layout than the camera's buffers have. */
bool M2mCodec::set_raw_format(uint32_t width, uint32_t height) {
  v4l2_format format{};
  if (multiplanar_) {
    format.type = V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE;
    v4l2_pix_format_mplane &pixels = format.fmt.pix_mp;
    pixels.width = width;
    pixels.height = height;
    pixels.pixelformat = raw_fourcc_;
    pixels.field = V4L2_FIELD_NONE;
    const mio_buffer &buffer = input_.buffers.front();
    pixels.num_planes =
        static_cast<uint8_t>(raw_fourcc_ == layout_.joined ? 1 : buffer.plane_count);
    for (uint32_t i = 0; i < pixels.num_planes; ++i)
      pixels.plane_fmt[i].bytesperline = buffer.planes[i].stride;
    set_colours(pixels, input_.full_range);
  } else {
    format.type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
    v4l2_pix_format &pixels = format.fmt.pix;
    pixels.width = width;
    pixels.height = height;
    pixels.pixelformat = raw_fourcc_;
    pixels.field = V4L2_FIELD_NONE;
    pixels.bytesperline = layout_.stride;
    // Without it the kernel clears all colours but the colour space.
    pixels.priv = V4L2_PIX_FMT_PRIV_MAGIC;
    set_colours(pixels, input_.full_range);
  }
  device_.call(VIDIOC_S_FMT, "VIDIOC_S_FMT of the raw format", format);
  if (fourcc_of(format) != raw_fourcc_)
    throw Refused("it does not let itself be set to " + fourcc_text(raw_fourcc_));
  raw_ = format;
  return misfit().empty();
}

/** How the layout that the device wants differs from what the camera's buffers have. Empty when it
 * fits. */
std::string M2mCodec::misfit() const {
  if (stride_of(raw_) != layout_.stride) {
    return "it wants lines of " + std::to_string(stride_of(raw_)) + " bytes, the camera's have " +
           std::to_string(layout_.stride);
  }
  const bool joined = raw_fourcc_ == layout_.joined;
  if (joined && layout_.lines != 0 && height_of(raw_) != layout_.lines) {
    return "it wants " + std::to_string(height_of(raw_)) +
           " lines in each picture, the camera's buffers have " + std::to_string(layout_.lines);
  }
  const uint32_t planes = joined ? 1 : input_.buffers.front().plane_count;
  for (const mio_buffer &buffer : input_.buffers) {
    for (uint32_t i = 0; i < planes; ++i) {
      const mio_plane &plane = buffer.planes[i];
      if (!joined && raw_.fmt.pix_mp.plane_fmt[i].bytesperline != plane.stride)
        return "it wants other lines of chroma";
      const uint32_t bytes = dma_buf_bytes(plane.fd);
      if (plane.offset + bytes_of(raw_, i) <= bytes) continue;
      return "it wants buffers of " + std::to_string(plane.offset + bytes_of(raw_, i)) +
             " bytes, the camera's have " + std::to_string(bytes);
    }
  }
  return {};
}

/** The picture within the padded buffer. */
void M2mCodec::crop(uint32_t width, uint32_t height) {
  if (width_of(raw_) == width && height_of(raw_) == height) return;
  v4l2_selection selection{};
  // For the selection interface the single-planar type names multi-planar queues too.
  selection.type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
  selection.target = V4L2_SEL_TGT_CROP;
  selection.r = {0, 0, width, height};
  const int error = device_.attempt(VIDIOC_S_SELECTION, selection);
  if (error == 0 && selection.r.width == width && selection.r.height == height) return;
  throw Refused("it cannot encode " + size_text(width, height) + " out of a buffer of " +
                size_text(width_of(raw_), height_of(raw_)));
}

void M2mCodec::describe_inputs() {
  const bool joined = raw_fourcc_ == layout_.joined;
  for (const mio_buffer &buffer : input_.buffers) {
    std::vector<QueuedPlane> planes;
    const uint32_t count = joined ? 1 : buffer.plane_count;
    for (uint32_t i = 0; i < count; ++i) {
      const mio_plane &plane = buffer.planes[i];
      // Only multi-planar buffers can say where their data begins.
      if (plane.offset != 0 && !multiplanar_)
        throw Refused("it takes only buffers that begin with the picture");
      planes.push_back(
          {plane.fd, dma_buf_bytes(plane.fd), plane.offset + bytes_of(raw_, i), plane.offset});
    }
    inputs_.push_back(std::move(planes));
  }
}

void M2mCodec::start(const std::shared_ptr<SlotPool> &slots, OutputMode mode) {
  const uint32_t raw_type =
      multiplanar_ ? V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE : V4L2_BUF_TYPE_VIDEO_OUTPUT;
  const uint32_t coded_type =
      multiplanar_ ? V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE : V4L2_BUF_TYPE_VIDEO_CAPTURE;
  raw_queue_.emplace(device_, raw_type);
  const auto count = static_cast<uint32_t>(inputs_.size());
  // A buffer of ours for each of the camera's: the kernel keeps each import as long as the two stay
  // together.
  if (raw_queue_->request(count, V4L2_MEMORY_DMABUF) < count) {
    throw V4l2Error("VIDIOC_REQBUFS gives too few buffers", ENOBUFS);
  }
  output_ = CodedOutput::make(mode, device_, coded_type, slots);
  output_->start();
  raw_queue_->start();
}

void M2mCodec::stop() noexcept {
  const bool reads_no_more = !raw_queue_ || raw_queue_->stop();
  const bool writes_no_more = !output_ || output_->stop();
  // The kernel refuses each call on a device that was unplugged or unbound, STREAMOFF too, while
  // the hardware may be at work yet: closing it waits for that.
  if (!reads_no_more || !writes_no_more) device_.close();
  if (output_) output_->release();
}

void M2mCodec::encode(uint32_t camera_buffer, Slot slot, int64_t timestamp) {
  output_->offer(std::move(slot));
  raw_queue_->queue(camera_buffer, inputs_[camera_buffer], timestamp);
}

void M2mCodec::encode_from(int fd, Slot slot, int64_t timestamp) {
  std::vector<QueuedPlane> planes = inputs_.front();
  for (QueuedPlane &plane : planes) {
    plane.fd = fd;
    plane.length = input_bytes();
  }
  output_->offer(std::move(slot));
  raw_queue_->queue(0, planes, timestamp);
}

uint32_t M2mCodec::input_bytes() const {
  uint32_t bytes = 0;
  for (const QueuedPlane &plane : inputs_.front()) bytes = std::max(bytes, plane.length);
  return bytes;
}

std::optional<uint32_t> M2mCodec::next_read() {
  const auto done = raw_queue_->dequeue();
  return done ? std::optional(done->index) : std::nullopt;
}

}  // namespace mio
