// What the device does: takes a raw and a coded buffer, makes a JPEG, gives both back.
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "m2m_remote.h"

static uint32_t take(struct m2m_queue *queue) {
  uint32_t index = queue->order[0];
  memmove(queue->order, queue->order + 1, --queue->queued * sizeof *queue->order);
  return index;
}

static void give(struct m2m_queue *queue, uint32_t index, uint32_t flags) {
  struct m2m_buffer *buffer = &queue->buffers[index];
  buffer->state = M2M_DONE;
  buffer->flags = flags;
  buffer->sequence = queue->sequence++;
  queue->finished[queue->done++] = index;
}

// Whether a fault that is switched on hits this picture.
static bool hits(const struct m2m_context *context, const char *fault) {
  if (!m2m_has(context->model, fault)) return false;
  int each = m2m_number(context->model, fault, 1);
  return each <= 1 || context->pictures % (unsigned)each == 0;
}

// Whatever happens meanwhile: hardware does not mind that it is to stop.
static void wait_ms(struct m2m_context *context, int milliseconds) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += milliseconds % 1000 * 1000000L;
  until.tv_sec += milliseconds / 1000 + until.tv_nsec / 1000000000L;
  until.tv_nsec %= 1000000000L;
  while (pthread_cond_timedwait(&context->changed, &context->lock, &until) == 0) {
  }
}

// While a switch is there. As the kernel's STREAMOFF and close() wait for what the device has in
// its hands, hung or not.
static void hang(struct m2m_context *context, const char *fault) {
  enum { STEP_MS = 5, PATIENCE_MS = 100 };
  int waited = 0;
  while (m2m_has(context->model, fault)) {
    bool to_end = context->aborting || context->closing;
    if (to_end && waited >= m2m_number(context->model, fault, PATIENCE_MS)) return;
    waited += to_end ? STEP_MS : 0;
    wait_ms(context, STEP_MS);
  }
}

// Towards the bitrate, as a rate control would: a little with each picture.
static void steer(struct m2m_context *context, size_t bytes) {
  double want =
      (double)context->bitrate / 8 * context->interval.numerator / context->interval.denominator;
  if ((double)bytes > want) context->steered -= context->steered > 6 ? 2 : 0;
  if ((double)bytes < want * 0.9) context->steered += context->steered < 98 ? 1 : 0;
}

static void encode(struct m2m_context *context, uint32_t raw_index, uint32_t coded_index) {
  struct m2m_buffer *raw = &context->raw.buffers[raw_index];
  struct m2m_buffer *coded = &context->coded.buffers[coded_index];
  struct m2m_plane *out = &coded->planes[0];
  int quality = context->model->by_quality ? context->quality : context->steered;
  pthread_mutex_unlock(&context->lock);
  size_t bytes = m2m_is_remote() ? m2m_remote_jpeg(context, raw, coded, quality)
                                 : m2m_jpeg(context, raw, quality, out->memory, out->size);
  pthread_mutex_lock(&context->lock);
  if (!context->model->by_quality) steer(context, bytes);

  uint32_t flags = V4L2_BUF_FLAG_KEYFRAME;
  if (bytes == 0 || hits(context, "error")) flags |= V4L2_BUF_FLAG_ERROR;
  if (hits(context, "truncate")) bytes /= 2;
  if (hits(context, "empty")) bytes = 0;
  out->used = (uint32_t)bytes;
  coded->timestamp = raw->timestamp;
  give(&context->raw, raw_index, 0);
  if (m2m_has(context->model, "late")) {
    m2m_wake(context);
    hang(context, "late");
  }
  if (hits(context, "skip")) {
    // To the front of the line again, as if nothing had come.
    memmove(context->coded.order + 1, context->coded.order,
            context->coded.queued++ * sizeof(uint32_t));
    context->coded.order[0] = coded_index;
    return;
  }
  give(&context->coded, coded_index, flags);
}

static void put_out_header(struct m2m_context *context) {
  uint32_t index = take(&context->coded);
  struct m2m_buffer *buffer = &context->coded.buffers[index];
  memset(buffer->planes[0].memory, 0x55, 64);
  buffer->planes[0].used = 64;
  buffer->timestamp = (struct timeval){0, 0};
  give(&context->coded, index, 0);
}

static void put_out_last(struct m2m_context *context) {
  uint32_t index = take(&context->coded);
  context->coded.buffers[index].planes[0].used = 0;
  give(&context->coded, index, V4L2_BUF_FLAG_LAST);
  context->drained = true;
}

bool m2m_has_work(const struct m2m_context *context) {
  const struct m2m_queue *raw = &context->raw;
  const struct m2m_queue *coded = &context->coded;
  bool last = context->draining && !context->drained;
  return raw->streaming && coded->streaming && coded->queued > 0 && (raw->queued > 0 || last) &&
         !context->aborting && !context->busy;
}

static void *work(void *argument) {
  struct m2m_context *context = argument;
  // For those who measure: this is the device's work, not the process's.
  pthread_setname_np(pthread_self(), M2M_DEVICE_THREAD);
  pthread_mutex_lock(&context->lock);
  while (!context->closing) {
    if (!m2m_has_work(context)) {
      pthread_cond_wait(&context->changed, &context->lock);
      continue;
    }
    if (context->raw.queued == 0) {
      put_out_last(context);
      m2m_wake(context);
      continue;
    }
    if (context->pictures == 0 && m2m_has(context->model, "header") &&
        context->coded.sequence == 0) {
      put_out_header(context);
      m2m_wake(context);
      continue;
    }
    context->pictures++;
    uint32_t raw_index = take(&context->raw);
    uint32_t coded_index = take(&context->coded);
    context->busy = true;
    if (m2m_has(context->model, "delay")) wait_ms(context, m2m_number(context->model, "delay", 0));
    hang(context, "stall");
    encode(context, raw_index, coded_index);
    context->busy = false;
    // Not under the lock: who wakes up would only wait for it.
    pthread_mutex_unlock(&context->lock);
    m2m_wake(context);
    pthread_mutex_lock(&context->lock);
  }
  pthread_mutex_unlock(&context->lock);
  return NULL;
}

void m2m_start_worker(struct m2m_context *context) {
  if (context->working) return;
  context->working = pthread_create(&context->worker, NULL, work, context) == 0;
}

void m2m_stop_worker(struct m2m_context *context) {
  if (!context->working) return;
  pthread_mutex_lock(&context->lock);
  context->closing = true;
  pthread_cond_broadcast(&context->changed);
  pthread_mutex_unlock(&context->lock);
  pthread_join(context->worker, NULL);
}
