// What the files of the mem2mem encoder shim share. See m2m_switchboard.c for what it does.
#pragma once

#include <linux/videodev2.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/time.h>

#define M2M_MAX_BUFFERS 32
#define M2M_MAX_PLANES 3
#define M2M_DEVICE_THREAD "m2m-device"

// A device there is. An open file of it has a context of its own, as with every mem2mem device.
struct m2m_model {
  int number;  // /dev/video<number>
  const char *card;
  uint32_t coded;             // fourcc
  bool by_quality;            // else by bitrate
  uint32_t planar_alignment;  // of a line of planar formats, bytes
};

enum m2m_state { M2M_DEQUEUED, M2M_QUEUED, M2M_DONE };

struct m2m_plane {
  int memfd;  // the device's own, or its descriptor of what was imported
  uint8_t *memory;
  size_t size;
  ino_t inode;  // DMABUF: whose memory that is
  dev_t device;
  uint32_t used, offset;
};

struct m2m_buffer {
  enum m2m_state state;
  struct m2m_plane planes[M2M_MAX_PLANES];
  struct timeval timestamp;
  uint32_t flags, sequence;
};

struct m2m_queue {
  bool coded;
  bool streaming;
  uint32_t memory;
  uint32_t count;
  uint32_t planes;                 // memory planes of a buffer
  uint32_t sizes[M2M_MAX_PLANES];  // bytes that each must have
  struct m2m_buffer buffers[M2M_MAX_BUFFERS];
  uint32_t order[M2M_MAX_BUFFERS], queued;  // by index, in order
  uint32_t finished[M2M_MAX_BUFFERS], done;
  uint32_t sequence;
};

struct m2m_context {
  const struct m2m_model *model;
  bool multiplanar;
  bool blocking;
  int fd;  // an eventfd that counts changes, which poll() wakes up for
  pthread_mutex_t lock;
  pthread_cond_t changed;
  pthread_t worker;
  bool working;  // the worker thread is there
  bool busy;     // it has a buffer of each queue
  bool closing, aborting, draining, drained;
  struct m2m_queue raw, coded;
  // Formats.
  uint32_t raw_fourcc, width, height, stride, crop_width, crop_height, coded_bytes;
  uint32_t colorspace, quantization, ycbcr, transfer;
  // Controls and rate.
  int32_t quality, bitrate;
  struct v4l2_fract interval;
  int steered;  // quality that the bitrate leads to
  unsigned pictures;
  int remote;  // the process that makes the JPEGs; 0: not asked yet
};

// m2m_switchboard.c
bool m2m_on(void);
bool m2m_logs(void);  // somebody may read what m2m_log() writes
const struct m2m_model *m2m_find(int number);
bool m2m_has(const struct m2m_model *model, const char *name);
// The number that the switch's file holds; `otherwise` when it is empty or not there.
int m2m_number(const struct m2m_model *model, const char *name, int otherwise);
__attribute__((format(printf, 1, 2))) void m2m_log(const char *format, ...);

// m2m_fourcc.c
uint32_t m2m_raw_format(uint32_t index, bool separate);
bool m2m_known_format(uint32_t fourcc, bool separate);
bool m2m_semi_planar(uint32_t fourcc);
bool m2m_swapped(uint32_t fourcc);
bool m2m_separate(uint32_t fourcc);

// m2m_formats.c
int m2m_format(struct m2m_context *context, uint32_t request, struct v4l2_format *format);
int m2m_selection(struct m2m_context *context, uint32_t request, struct v4l2_selection *selection);
void m2m_initial_formats(struct m2m_context *context);

// m2m_queue.c: the rules of videobuf2.
int m2m_request(struct m2m_context *context, struct v4l2_requestbuffers *request);
int m2m_query(struct m2m_context *context, struct v4l2_buffer *buffer);
int m2m_enqueue(struct m2m_context *context, struct v4l2_buffer *buffer);
int m2m_dequeue(struct m2m_context *context, struct v4l2_buffer *buffer);
int m2m_stream(struct m2m_context *context, uint32_t type, bool on);
void m2m_free(struct m2m_queue *queue);
short m2m_events(struct m2m_context *context);
struct m2m_queue *m2m_queue_of(struct m2m_context *context, uint32_t type);
void m2m_wake(struct m2m_context *context);

// m2m_worker.c
// Whether there is something to do that is not being done.
bool m2m_has_work(const struct m2m_context *context);
void m2m_start_worker(struct m2m_context *context);
void m2m_stop_worker(struct m2m_context *context);

// m2m_jpeg.c: a JPEG of a raw buffer in a coded one. Returns its bytes, 0 when it does not fit.
size_t m2m_jpeg(const struct m2m_context *context, const struct m2m_buffer *raw, int quality,
                uint8_t *out, size_t room);

// m2m_ioctl.c
int m2m_ioctl(struct m2m_context *context, uint32_t request, void *argument);

int m2m_fail(int error);
