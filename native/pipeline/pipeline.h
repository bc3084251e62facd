// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "backend/opened_camera.h"
#include "core/fault.h"
#include "core/slot_pool.h"
#include "encoder/make_encoder.h"
#include "pipeline/bitrate_cap.h"
#include "pipeline/rate_meter.h"
#include "pipeline/raw_tap.h"
#include "pipeline/settling.h"
#include "pipeline/shared_buffers.h"
#include "pipeline/still.h"
#include "pipeline/watchdog.h"

namespace mio {

struct PipelineOptions {
  std::string backend; /**< `libcamera` or `synthetic` */
  std::string id;      /**< as the backend names the camera */
  mio_wanted wanted{};
  std::string encoder = "auto";
  int quality = 80;
  uint32_t slots = 8;
  /** Without a good picture until the camera counts as stalled; at least some frame durations. */
  std::chrono::milliseconds frame_timeout{3000};
  double max_bytes_per_second = 0; /**< quality is lowered to stay below; 0: no limit */
  int orientation = 1; /**< told to viewers by Exif: 1 upright, 6 turned by 90 degrees, 8 by 270 */
};

/** What raw frames are made of. */
struct RawMode {
  uint32_t width, height;
  bool full_range;    /**< luma 0-255, not 16-235 */
  bool second_stream; /**< not of the pictures that are also encoded */
};

/** How the camera is really set. */
struct PipelineMode {
  uint32_t width, height;
  double fps;
  std::string format;
  uint32_t stride;
  uint32_t buffer_count;
  std::string memory;
  int orientation; /**< told to viewers by Exif, 1-8: what was wanted and the camera cannot do too
                    */
  mio_sensor_mode sensor;
  bool still_beside; /**< stills come from a second stream, and the first goes on meanwhile */
  std::optional<RawMode> raw; /**< empty: the camera gives JPEG or RGB, and no raw frames */
};

struct PipelineStatistics {
  uint64_t captured, encoded, unwatched, unsettled;
  uint64_t no_slot, encoder_busy;
  uint64_t marked, truncated, encoder_failed;
  uint64_t raw_missed;
  double fps;
  int quality; /**< that is encoded with: below the wanted one while the limit demands it */
  std::optional<int64_t>
      last_frame_age; /**< nanoseconds since the exposure of the newest good frame */
};

/** Who gets the frames and the one fault that ends them. Called on camera and encoder threads:
 * never block. */
class PipelineListener {
 public:
  virtual ~PipelineListener() = default;
  virtual void on_jpeg(Jpeg jpeg) = 0;
  virtual void on_raw(RawFrame frame) = 0;
  virtual void on_fault(Fault fault) = 0;
  /** Another encoder works from here on: the hardware failed (`ERR_ENCODER`), or works again. */
  virtual void on_encoder(const EncoderReport & /*now*/) {}
};

/**
 * Joins camera, encoder and pool. The constructor opens and configures, `start` lets frames come,
 * the destructor stops everything and gives the camera back.
 */
class Pipeline final : private EncoderSink {
 public:
  /** Throws FaultError. */
  Pipeline(const PipelineOptions &options, PipelineListener &listener);
  ~Pipeline() override;
  Pipeline(const Pipeline &) = delete;
  Pipeline &operator=(const Pipeline &) = delete;

  /**
   * Lets frames come and returns after the first good one: a camera that opens but stalls fails
   * here.
   * @throws FaultError
   */
  void start();

  /**
   * Changes all but the camera itself, which is not given up meanwhile. When that fails, everything
   * is as it was before; when not even that works, the listener hears of the fault.
   * @throws FaultError
   */
  void reconfigure(const PipelineOptions &options);

  /**
   * Without a stop. Returns what was set; 0: the camera runs at its own rate.
   * @throws FaultError
   */
  double set_frame_rate(double fps, double min_fps);

  /**
   * A settled picture in full size: from the second stream where the camera has one, else the
   * stream makes way for it and comes back.
   * @throws FaultError `ERR_SNAPSHOT_TIMEOUT` and others; the stream goes on all the same
   */
  Still still(std::chrono::milliseconds timeout);

  /** Makes whoever waits in `start`, `reconfigure` or `still` throw. Any thread. */
  void cancel();

  /**
   * Nobody watches: frames go back to the camera, nothing is encoded. The state after opening. Who
   * then comes has the newest picture at once, and not after up to a frame interval.
   */
  void watch(bool watched);
  /**
   * Somebody wants raw frames in this format, beside the JPEGs or not, or nobody does any more. Any
   * thread, at any time.
   * @throws FaultError `ERR_NO_BUFFERS`
   */
  void watch_raw(RawFormat format, bool watched);
  /** Slots of the raw frames that come now; null while nobody has wanted any. */
  std::shared_ptr<SlotPool> raw_pool(RawFormat format) const { return raw_.pool(format); }
  void set_quality(int quality) {
    options_.quality = quality;
    const int now = cap_->want(quality);
    if (encoder_) encoder_->set_quality(now);
  }

  /** As in `PipelineOptions`, from the next JPEG on. */
  void set_max_bytes_per_second(double limit) {
    options_.max_bytes_per_second = limit;
    cap_->limit(limit);
  }
  void set_orientation(int orientation);

  OpenedCamera &camera() { return *camera_; }
  const std::shared_ptr<SlotPool> &pool() const { return pool_; }
  PipelineMode mode() const;
  PipelineStatistics statistics() const;
  /** What encodes now, or did last, where nothing could be set up again. Its counters never fall.
   */
  EncoderReport encoder() const { return encoder_ ? counted(encoder_->report()) : last_encoder_; }

  const PipelineOptions &options() const { return options_; }

 private:
  void set_up(const PipelineOptions &options);
  void run();
  void halt();
  void begin();
  void finish();
  void go_on_as(const PipelineOptions &options);
  void prepare_still();
  Still take_still(std::chrono::steady_clock::time_point deadline, bool beside);
  bool offer_still(const mio_picture &picture);

  void connect_raw(const EncoderInput &input, const mio_configuration &configuration);

  void on_completed(const mio_picture &picture);
  void on_second(const mio_picture &picture);
  bool keep(const mio_picture &picture);
  bool is_fresh(const mio_picture &picture) const;
  void input_done(uint32_t buffer) override;
  void encoded(Jpeg jpeg) override;
  void failed(EncodeFailure failure, const std::string &why) override;
  void changed(const EncoderReport &now) override;
  EncoderReport counted(EncoderReport now) const;
  /** A picture of which the camera can be proud: it is not stalled. */
  void good();
  std::chrono::nanoseconds patience(bool first) const;
  void on_expired();
  /** @param for_good another configuration does not mend it */
  void fail(Fault fault, bool for_good = false);

  PipelineListener &listener_;
  PipelineOptions options_;
  PipelineMode mode_;
  std::shared_ptr<SlotPool> pool_;
  /** The encoder that the pool was made for. */
  std::string pool_encoder_;

  bool undone_hflip_ = false;
  bool undone_vflip_ = false;
  /** Of each JPEG; 1 needs no segment. */
  std::atomic<int> orientation_{1};
  std::unique_ptr<BitrateCap> cap_;

  /** Held while it changes whether somebody watches; the camera's thread does not wait for it. */
  std::mutex watch_mutex_;
  std::atomic<bool> watched_{false};
  /** The newest picture while nobody watches; its buffer goes back when the next one comes. */
  std::optional<mio_picture> kept_;

  std::mutex mutex_;
  std::condition_variable changed_;
  /** Somebody waits in `start`, `reconfigure` or `still`, and throws the fault; else it goes to the
   * listener.
   */
  bool waited_for_ = true;
  std::optional<Fault> fault_;
  bool for_good_ = false;
  std::atomic<bool> seen_good_{false};
  bool still_wanted_ = false;
  std::optional<mio_picture> still_picture_;

  Settling settling_; /**< for the camera's thread */
  std::atomic<bool> settled_{false};
  /** The camera is set up for a still, and there is no stream. */
  std::atomic<bool> instead_of_stream_{false};

  std::atomic<uint64_t> captured_{0}, encoded_{0}, unwatched_{0}, unsettled_{0}, no_slot_{0},
      encoder_busy_{0}, marked_{0}, truncated_{0}, encoder_failed_{0};
  /** Bad pictures since the last good one: the reason when the watchdog expires. */
  std::atomic<uint64_t> bad_marked_{0}, bad_truncated_{0}, bad_encoder_{0};
  std::atomic<int64_t> newest_{0};
  RateMeter rate_;

  // Destroyed from the last to the first: watchdog, encoder, camera. The encoder reads the camera's
  // buffers.
  std::unique_ptr<OpenedCamera> camera_;
  SharedBuffers buffers_{[this](uint32_t buffer) { camera_->requeue(buffer); }};
  SharedBuffers raw_buffers_{[this](uint32_t buffer) { camera_->requeue_raw(buffer); }};
  RawTap raw_{[this](RawFrame frame) { listener_.on_raw(std::move(frame)); }};
  std::unique_ptr<Encoder> encoder_;
  /** With the counters of all there were before the one of now. */
  EncoderReport last_encoder_;
  /** For the second stream, or for the still that has taken the stream's place. */
  std::unique_ptr<StillCoder> still_coder_;
  std::unique_ptr<Watchdog> watchdog_;
};

}  // namespace mio
