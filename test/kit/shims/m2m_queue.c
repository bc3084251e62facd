// The rules of videobuf2: states of buffers and queues, sizes, memory. All under the context's
// lock.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "m2m.h"
#include "next.h"

struct m2m_queue *m2m_queue_of(struct m2m_context *context, uint32_t type) {
  switch (type) {
    case V4L2_BUF_TYPE_VIDEO_OUTPUT:
    case V4L2_BUF_TYPE_VIDEO_CAPTURE:
      if (context->multiplanar) return NULL;
      break;
    case V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE:
    case V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE:
      if (!context->multiplanar) return NULL;
      break;
    default:
      return NULL;
  }
  return V4L2_TYPE_IS_OUTPUT(type) ? &context->raw : &context->coded;
}

void m2m_wake(struct m2m_context *context) {
  // Not eventfd_write(): ThreadSanitizer sees close() begin before the worker has been waited for.
  static const uint64_t one = 1;
  syscall(SYS_write, context->fd, &one, sizeof one);
  pthread_cond_broadcast(&context->changed);
}

static const char *name_of(const struct m2m_queue *queue) { return queue->coded ? "coded" : "raw"; }

// ---- memory ----

static void drop_plane(struct m2m_plane *plane) {
  if (plane->memory) munmap(plane->memory, plane->size);
  if (plane->memfd > 0) NEXT(close)(plane->memfd);
  *plane = (struct m2m_plane){0};
}

void m2m_free(struct m2m_queue *queue) {
  for (uint32_t i = 0; i < queue->count; i++) {
    for (uint32_t p = 0; p < M2M_MAX_PLANES; p++) drop_plane(&queue->buffers[i].planes[p]);
  }
  memset(queue->buffers, 0, sizeof queue->buffers);
  queue->count = queue->queued = queue->done = 0;
  queue->streaming = false;
}

static bool allocate_plane(struct m2m_plane *plane, size_t size) {
  plane->size = (size + 4095) & ~(size_t)4095;
  plane->memfd = memfd_create("m2mshim", MFD_CLOEXEC);
  if (plane->memfd < 0 || ftruncate(plane->memfd, (off_t)plane->size) != 0) return false;
  void *memory = NEXT(mmap)(NULL, plane->size, PROT_READ | PROT_WRITE, MAP_SHARED, plane->memfd, 0);
  if (memory == MAP_FAILED) return false;
  plane->memory = memory;
  return true;
}

// As the kernel keeps an import while the same dma-buf comes with the same index.
static int import_plane(struct m2m_plane *plane, int fd, bool write) {
  struct stat status;
  if (fstat(fd, &status) != 0) return EINVAL;
  if (plane->memory && plane->inode == status.st_ino && plane->device == status.st_dev) return 0;
  if (fcntl(fd, F_GET_SEALS) < 0) return EINVAL;
  drop_plane(plane);
  int protection = write ? PROT_READ | PROT_WRITE : PROT_READ;
  void *memory = NEXT(mmap)(NULL, (size_t)status.st_size, protection, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return errno;
  plane->memory = memory;
  plane->memfd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  plane->size = (size_t)status.st_size;
  plane->inode = status.st_ino;
  plane->device = status.st_dev;
  return 0;
}

// ---- the calls ----

int m2m_request(struct m2m_context *context, struct v4l2_requestbuffers *request) {
  struct m2m_queue *queue = m2m_queue_of(context, request->type);
  bool imported = request->memory == V4L2_MEMORY_DMABUF;
  if (!queue || (!imported && request->memory != V4L2_MEMORY_MMAP)) return m2m_fail(EINVAL);
  if (queue->streaming) return m2m_fail(EBUSY);
  if (imported && queue->coded && m2m_has(context->model, "no-dmabuf")) return m2m_fail(EINVAL);
  m2m_log("video%d REQBUFS %s %u %s\n", context->model->number, name_of(queue), request->count,
          imported ? "dmabuf" : "mmap");
  m2m_free(queue);
  if (request->count == 0) return 0;
  if (m2m_has(context->model, "no-memory")) return m2m_fail(ENOMEM);
  if (request->count > M2M_MAX_BUFFERS) request->count = M2M_MAX_BUFFERS;
  queue->memory = request->memory;
  queue->count = request->count;
  for (uint32_t i = 0; i < queue->count && !imported; i++) {
    for (uint32_t p = 0; p < queue->planes; p++) {
      if (allocate_plane(&queue->buffers[i].planes[p], queue->sizes[p])) continue;
      m2m_free(queue);
      return m2m_fail(ENOMEM);
    }
  }
  return 0;
}

static void describe(const struct m2m_context *context, const struct m2m_queue *queue,
                     uint32_t index, struct v4l2_buffer *to) {
  const struct m2m_buffer *buffer = &queue->buffers[index];
  bool mmapped = queue->memory == V4L2_MEMORY_MMAP;
  uint32_t offset = (uint32_t)queue->coded << 30 | index << 24;
  to->index = index;
  to->flags = buffer->flags | V4L2_BUF_FLAG_TIMESTAMP_COPY;
  to->field = V4L2_FIELD_NONE;
  to->timestamp = buffer->timestamp;
  to->sequence = buffer->sequence;
  to->memory = queue->memory;
  if (!context->multiplanar) {
    to->bytesused = buffer->planes[0].used;
    to->length = (uint32_t)buffer->planes[0].size;
    if (mmapped) to->m.offset = offset;
    return;
  }
  for (uint32_t p = 0; p < queue->planes; p++) {
    struct v4l2_plane *plane = &to->m.planes[p];
    plane->bytesused = buffer->planes[p].used;
    plane->data_offset = buffer->planes[p].offset;
    plane->length = (uint32_t)buffer->planes[p].size;
    if (mmapped) plane->m.mem_offset = offset;
  }
  to->length = queue->planes;
}

static int check_planes(const struct m2m_context *context, const struct m2m_queue *queue,
                        const struct v4l2_buffer *buffer) {
  if (!context->multiplanar) return 0;
  if (!buffer->m.planes || buffer->length < queue->planes || buffer->length > VIDEO_MAX_PLANES)
    return EINVAL;
  return 0;
}

int m2m_query(struct m2m_context *context, struct v4l2_buffer *buffer) {
  struct m2m_queue *queue = m2m_queue_of(context, buffer->type);
  if (!queue || buffer->index >= queue->count || check_planes(context, queue, buffer) != 0) {
    return m2m_fail(EINVAL);
  }
  describe(context, queue, buffer->index, buffer);
  return 0;
}

int m2m_enqueue(struct m2m_context *context, struct v4l2_buffer *asked) {
  struct m2m_queue *queue = m2m_queue_of(context, asked->type);
  if (!queue || asked->index >= queue->count || asked->memory != queue->memory ||
      check_planes(context, queue, asked) != 0) {
    return m2m_fail(EINVAL);
  }
  struct m2m_buffer *buffer = &queue->buffers[asked->index];
  if (buffer->state != M2M_DEQUEUED) return m2m_fail(EINVAL);
  if (m2m_has(context->model, "io-error")) return m2m_fail(EIO);
  bool imported = queue->memory == V4L2_MEMORY_DMABUF;
  if (imported && queue->coded && m2m_has(context->model, "no-import")) return m2m_fail(EINVAL);
  for (uint32_t p = 0; p < queue->planes; p++) {
    struct m2m_plane *plane = &buffer->planes[p];
    const struct v4l2_plane *given = context->multiplanar ? &asked->m.planes[p] : NULL;
    uint32_t length = given ? given->length : asked->length;
    uint32_t used = given ? given->bytesused : asked->bytesused;
    uint32_t offset = given ? given->data_offset : 0;
    if (imported) {
      int error = import_plane(plane, given ? given->m.fd : asked->m.fd, queue->coded);
      if (error) return m2m_fail(error);
      if (length == 0) length = (uint32_t)plane->size;
      if (length > plane->size) return m2m_fail(EINVAL);
    } else {
      length = (uint32_t)plane->size;
    }
    if (length < queue->sizes[p]) return m2m_fail(EINVAL);
    if (!queue->coded && (used > length || (offset > 0 && offset >= used))) return m2m_fail(EINVAL);
    if (!queue->coded && offset + queue->sizes[p] > length) return m2m_fail(EINVAL);
    plane->used = queue->coded ? 0 : used ? used : length;
    plane->offset = queue->coded ? 0 : offset;
  }
  buffer->state = M2M_QUEUED;
  buffer->flags = 0;
  if (!queue->coded) buffer->timestamp = asked->timestamp;
  queue->order[queue->queued++] = asked->index;
  m2m_log("video%d QBUF %s %u %ju\n", context->model->number, name_of(queue), asked->index,
          (uintmax_t)buffer->planes[0].inode);
  return 0;
}

int m2m_dequeue(struct m2m_context *context, struct v4l2_buffer *asked) {
  struct m2m_queue *queue = m2m_queue_of(context, asked->type);
  if (!queue || asked->memory != queue->memory || check_planes(context, queue, asked) != 0) {
    return m2m_fail(EINVAL);
  }
  while (queue->streaming && queue->done == 0) {
    if (queue->coded && context->drained) return m2m_fail(EPIPE);
    if (!context->blocking) return m2m_fail(EAGAIN);
    pthread_cond_wait(&context->changed, &context->lock);
  }
  if (!queue->streaming) return m2m_fail(EINVAL);
  uint32_t index = queue->finished[0];
  memmove(queue->finished, queue->finished + 1, --queue->done * sizeof *queue->finished);
  queue->buffers[index].state = M2M_DEQUEUED;
  describe(context, queue, index, asked);
  m2m_log("video%d DQBUF %s %u %ju\n", context->model->number, name_of(queue), index,
          (uintmax_t)queue->buffers[index].planes[0].inode);
  return 0;
}

int m2m_stream(struct m2m_context *context, uint32_t type, bool on) {
  struct m2m_queue *queue = m2m_queue_of(context, type);
  if (!queue) return m2m_fail(EINVAL);
  m2m_log("video%d %s %s\n", context->model->number, on ? "STREAMON" : "STREAMOFF", name_of(queue));
  if (on) {
    if (queue->count == 0) return m2m_fail(EINVAL);
    queue->streaming = true;
    queue->sequence = 0;
    m2m_start_worker(context);
    m2m_wake(context);
    return 0;
  }
  // What the device has in its hands is waited for.
  context->aborting = true;
  pthread_cond_broadcast(&context->changed);
  while (context->busy) pthread_cond_wait(&context->changed, &context->lock);
  context->aborting = false;
  queue->streaming = false;
  for (uint32_t i = 0; i < queue->count; i++) queue->buffers[i].state = M2M_DEQUEUED;
  queue->queued = queue->done = 0;
  context->draining = context->drained = false;
  m2m_wake(context);
  return 0;
}

short m2m_events(struct m2m_context *context) {
  if (m2m_has(context->model, "gone")) return POLLERR | POLLHUP;
  pthread_mutex_lock(&context->lock);
  const struct m2m_queue *raw = &context->raw;
  const struct m2m_queue *coded = &context->coded;
  short events = 0;
  // v4l2_m2m_poll(): with nothing under way on either side there is nothing to wait for.
  bool in_raw = raw->streaming && (raw->queued || raw->done || context->busy);
  bool in_coded = coded->streaming && (coded->queued || coded->done || context->busy);
  if (!in_raw && !in_coded) events |= POLLERR;
  if (raw->done) events |= POLLOUT | POLLWRNORM;
  if (coded->done) events |= POLLIN | POLLRDNORM;
  pthread_mutex_unlock(&context->lock);
  return events;
}
