// SPDX-License-Identifier: MIT
// The floor for the CPU encoder: the bare libjpeg-turbo call on the synthetic camera's own frames,
// at the camera's pace (a tight loop would have warmer caches than any stream). Only the call is
// timed.
//
//   turbo_floor WIDTH HEIGHT FPS QUALITY FRAMES   →
//   {"frames":…,"cpuMsPerFrame":…,"bytesPerFrame":…}
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "backend/synthetic/synthetic_camera.h"
#include "core/clock.h"
#include "encoder/turbo_coder.h"

namespace {

struct Bench {
  mio::SyntheticCamera *camera = nullptr;
  mio::TurboCoder *coder = nullptr;
  const mio::MappedBuffers *buffers = nullptr;
  std::vector<uint8_t> jpeg;
  int quality = 80;
  int64_t cpu = 0;
  size_t bytes = 0;
  int frames = 0;
  int wanted = 0;
  std::mutex mutex;
  std::condition_variable done;

  void take(const mio_picture &picture) {
    const int64_t before = mio::now_ns(CLOCK_THREAD_CPUTIME_ID);
    bytes += coder->encode(buffers->view(picture), quality, jpeg.data(), jpeg.size());
    cpu += mio::now_ns(CLOCK_THREAD_CPUTIME_ID) - before;
    camera->requeue(picture.buffer);
    const std::lock_guard lock(mutex);
    if (++frames == wanted) done.notify_all();
  }
};

}  // namespace

int main(int argc, char **argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: turbo_floor WIDTH HEIGHT FPS QUALITY FRAMES\n");
    return 2;
  }
  Bench bench;
  mio::SyntheticCamera camera(
      {&bench,
       [](void *self, const mio_picture *picture) { static_cast<Bench *>(self)->take(*picture); },
       [](void *) {}, [](void *, const mio_picture *) {}});
  mio_wanted wanted{};
  wanted.width = static_cast<uint32_t>(std::atoi(argv[1]));
  wanted.height = static_cast<uint32_t>(std::atoi(argv[2]));
  wanted.fps = std::atof(argv[3]);
  bench.quality = std::atoi(argv[4]);
  bench.wanted = std::atoi(argv[5]);
  const mio::EncoderInput input(camera.configure(wanted));
  const mio::MappedBuffers buffers(input.buffers);
  mio::TurboCoder coder(input);
  bench.camera = &camera;
  bench.coder = &coder;
  bench.buffers = &buffers;
  bench.jpeg.resize(mio::TurboCoder::max_jpeg_bytes(input.width, input.height));
  camera.start();
  {
    std::unique_lock lock(bench.mutex);
    bench.done.wait(lock, [&] { return bench.frames >= bench.wanted; });
  }
  camera.stop();
  std::printf("{\"frames\":%d,\"cpuMsPerFrame\":%.4f,\"bytesPerFrame\":%zu}\n", bench.frames,
              static_cast<double>(bench.cpu) / 1e6 / bench.frames,
              bench.bytes / static_cast<size_t>(bench.frames));
  return 0;
}
