// SPDX-License-Identifier: MIT
// How much faster two workers encode than one, as fast as they can, on the synthetic camera's own
// pictures, in turn.
//
//   turbo_workers WIDTH HEIGHT QUALITY FRAMES ROUNDS   →
//   {"one":[frames per second, …],"oneCores":[how many cores it had, …],"two":[…],"twoCores":[…],
//    "inOrder":true}
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "backend/synthetic/synthetic_camera.h"
#include "core/clock.h"
#include "encoder/threaded_encoder.h"
#include "encoder/turbo_coder.h"

namespace {

/** Some pictures of the camera, painted once: painting is not what is measured. */
class Pictures {
 public:
  Pictures(uint32_t width, uint32_t height)
      : camera_({this,
                 [](void *self, const mio_picture *picture) {
                   static_cast<Pictures *>(self)->add(*picture);
                 },
                 [](void *) {}, [](void *, const mio_picture *) {}}) {
    mio_wanted wanted{};
    wanted.width = width;
    wanted.height = height;
    wanted.fps = 240;
    configuration_ = camera_.configure(wanted);
    camera_.start();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return all_.size() == configuration_.buffer_count; });
    lock.unlock();
    camera_.stop();
  }

  mio::EncoderInput input() const { return mio::EncoderInput(configuration_); }
  mio_picture at(uint64_t sequence) const {
    mio_picture picture = all_[sequence % all_.size()];
    picture.sequence = sequence;
    return picture;
  }

 private:
  void add(const mio_picture &picture) {
    const std::lock_guard lock(mutex_);
    all_.push_back(picture);
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<mio_picture> all_;
  mio_configuration configuration_{};
  mio::SyntheticCamera camera_;
};

class Counter final : public mio::EncoderSink {
 public:
  void input_done(uint32_t /*buffer*/) override {}
  void encoded(mio::Jpeg jpeg) override {
    const std::lock_guard lock(mutex_);
    in_order_ = in_order_ && jpeg.sequence == count_;
    ++count_;
    changed_.notify_all();
  }
  void failed(mio::EncodeFailure /*failure*/, const std::string &why) override {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::abort();
  }
  void wait_until_more_than(uint64_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return count_ > count; });
  }
  uint64_t count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  bool in_order() const { return in_order_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t count_ = 0;
  bool in_order_ = true;
};

/** Frames per second, and how many cores there were for it. */
struct Speed {
  double fps;
  double cores; /**< CPU time by time */
};

Speed run(const Pictures &pictures, size_t workers, int quality, uint64_t frames, bool &in_order) {
  using Clock = std::chrono::steady_clock;
  const mio::EncoderInput input = pictures.input();
  const auto pool =
      mio::SlotPool::create(8, mio::TurboCoder::max_jpeg_bytes(input.width, input.height));
  Counter counter;
  mio::ThreadedEncoder encoder(
      "turbojpeg", input, quality, workers,
      [&] { return std::make_unique<mio::TurboCoder>(input); }, counter);
  const auto start = Clock::now();
  const int64_t cpu = mio::now_ns(CLOCK_PROCESS_CPUTIME_ID);
  for (uint64_t sequence = 0; sequence < frames; ++sequence) {
    for (;;) {
      const uint64_t done = counter.count();
      mio::Slot slot = pool->take();
      if (slot && encoder.submit(pictures.at(sequence), std::move(slot))) break;
      // Whoever is busy finishes something.
      counter.wait_until_more_than(done);
    }
  }
  encoder.stop();
  const std::chrono::duration<double> passed = Clock::now() - start;
  in_order = in_order && counter.in_order() && counter.count() == frames;
  const auto used = static_cast<double>(mio::now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu) / 1e9;
  return {static_cast<double>(frames) / passed.count(), used / passed.count()};
}

void print(const char *name, const std::vector<double> &values) {
  std::printf("\"%s\":[", name);
  for (size_t i = 0; i < values.size(); ++i) std::printf("%s%.2f", i == 0 ? "" : ",", values[i]);
  std::printf("],");
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: turbo_workers WIDTH HEIGHT QUALITY FRAMES ROUNDS\n");
    return 2;
  }
  const Pictures pictures(static_cast<uint32_t>(std::atoi(argv[1])),
                          static_cast<uint32_t>(std::atoi(argv[2])));
  const int quality = std::atoi(argv[3]);
  const auto frames = static_cast<uint64_t>(std::atoi(argv[4]));
  std::vector<double> one;
  std::vector<double> two;
  std::vector<double> one_cores;
  std::vector<double> two_cores;
  bool in_order = true;
  for (int round = 0; round < std::atoi(argv[5]); ++round) {
    const Speed alone = run(pictures, 1, quality, frames, in_order);
    one.push_back(alone.fps);
    one_cores.push_back(alone.cores);
    const Speed both = run(pictures, 2, quality, frames, in_order);
    two.push_back(both.fps);
    two_cores.push_back(both.cores);
  }
  std::printf("{");
  print("one", one);
  print("oneCores", one_cores);
  print("two", two);
  print("twoCores", two_cores);
  std::printf("\"inOrder\":%s}\n", in_order ? "true" : "false");
  return 0;
}
