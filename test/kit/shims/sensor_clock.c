// libcamera's virtual camera has no clock: it fills a buffer the moment it is queued, hundreds of
// times a second. Here each fill (libyuv's ARGBToNV12 or NV12Copy, called through the PLT) waits
// for the sensor's next tick, and can be made to fail.
//
//   LCSHIM_FPS=N          frames per second; without it no waiting
//   LCSHIM_FAIL_EVERY=N   each Nth fill fails, which libcamera reports as FrameMetadata::FrameError
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#include "next.h"
#include "setting.h"

#define SECOND 1000000000LL

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * SECOND + now.tv_nsec;
}

static void wait_for_tick(void) {
  // One thread paints one camera, so each thread has its own sensor.
  static _Thread_local int64_t tick;
  double fps = number_setting("LCSHIM_FPS");
  if (fps <= 0) return;
  int64_t period = (int64_t)((double)SECOND / fps);
  int64_t now = now_ns();
  // Ticks lie on a fixed grid. Who comes too late loses a tick, as with a sensor.
  if (tick + period > now && tick < now + period) {
    tick += period;
  } else {
    tick = now - now % period + period;
  }
  struct timespec until = {tick / SECOND, tick % SECOND};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
  }
}

static int tick(void) {
  static atomic_uint frames;
  wait_for_tick();
  unsigned every = (unsigned)number_setting("LCSHIM_FAIL_EVERY");
  return every && ++frames % every == 0 ? -1 : 0;
}

// libyuv's own function. Not by RTLD_NEXT: the addon loads libcamera with RTLD_LOCAL, and what came
// along with it is in no global list.
#define LIBYUV(name)                                                                         \
  ({                                                                                         \
    static __typeof__(&(name)) next_;                                                        \
    if (!next_) next_ = (__typeof__(&(name)))dlsym(dlopen("libyuv.so.0", RTLD_LAZY), #name); \
    next_;                                                                                   \
  })

int ARGBToNV12(const uint8_t *argb, int argb_stride, uint8_t *y, int y_stride, uint8_t *uv,
               int uv_stride, int width, int height);
int NV12Copy(const uint8_t *y, int y_stride, const uint8_t *uv, int uv_stride, uint8_t *to_y,
             int to_y_stride, uint8_t *to_uv, int to_uv_stride, int width, int height);

EXPORT int ARGBToNV12(const uint8_t *argb, int argb_stride, uint8_t *y, int y_stride, uint8_t *uv,
                      int uv_stride, int width, int height) {
  if (tick() != 0) return -1;
  return LIBYUV(ARGBToNV12)(argb, argb_stride, y, y_stride, uv, uv_stride, width, height);
}

EXPORT int NV12Copy(const uint8_t *y, int y_stride, const uint8_t *uv, int uv_stride, uint8_t *to_y,
                    int to_y_stride, uint8_t *to_uv, int to_uv_stride, int width, int height) {
  // libcamera ignores this failure: the frame keeps the pixels of an older one.
  if (tick() != 0) return -1;
  return LIBYUV(NV12Copy)(y, y_stride, uv, uv_stride, to_y, to_y_stride, to_uv, to_uv_stride, width,
                          height);
}
