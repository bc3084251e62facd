/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The one interface between the pipeline and whatever gives pictures. Plain C, because an
 * implementation may be a shared object that another compiler built: libcamera's C++ ABI changes
 * with each minor release, so there is one such object per soname (`libcamera-0.7.so`), opened with
 * dlopen when a camera is asked for.
 *
 * Functions that can fail return 0, or -1 with `error` filled. Strings are UTF-8 and borrowed: copy
 * what must outlive the call. All functions may be called from any thread; for one camera, all but
 * `requeue`, `requeue_raw`, `capture_raw`, `set_controls`, `set_frame_rate`, `metadata` and
 * `capture_still` from one thread at a time.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define MIO_BACKEND_ABI 4
/** The name of the function that a shared backend exports. */
#define MIO_BACKEND_ENTRY "mio_backend_entry"
#define MIO_MAX_PLANES 3

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mio_error {
  char code[48];     /**< `ERR_…` */
  char message[512]; /**< what was found, the start of a sentence */
} mio_error;

typedef enum mio_log_level {
  MIO_LOG_DEBUG,
  MIO_LOG_INFO,
  MIO_LOG_WARN,
  MIO_LOG_ERROR,
  MIO_LOG_FATAL
} mio_log_level;

/** What a backend needs of its host. */
typedef struct mio_host {
  void *context;
  void (*log)(void *context, mio_log_level level, const char *category, const char *message);
  /** Cameras came or went: list again. */
  void (*cameras_changed)(void *context);
} mio_host;

typedef struct mio_camera_info {
  const char *id;    /**< stable, as the backend names it */
  const char *model; /**< for people; may be empty */
} mio_camera_info;

typedef enum mio_format {
  MIO_FORMAT_YUV420, /**< three planes Y, U, V; chroma halved both ways */
  MIO_FORMAT_YVU420, /**< three planes Y, V, U */
  MIO_FORMAT_NV12,   /**< two planes Y, UV interleaved */
  MIO_FORMAT_NV21,   /**< two planes Y, VU interleaved */
  MIO_FORMAT_MJPEG,  /**< one plane, a JPEG of varying length */
  MIO_FORMAT_RGB24,  /**< one plane, bytes red, green, blue */
  MIO_FORMAT_BGR24   /**< one plane, bytes blue, green, red */
} mio_format;

/** Whether pixels are three bytes in one plane, not planes of luma and chroma. */
static inline int mio_is_rgb(mio_format format) {
  return format == MIO_FORMAT_RGB24 || format == MIO_FORMAT_BGR24;
}

/** Whether pixels are planes of luma and of chroma halved both ways. */
static inline int mio_is_yuv(mio_format format) {
  return format != MIO_FORMAT_MJPEG && !mio_is_rgb(format);
}

typedef struct mio_rectangle {
  int32_t x, y;
  uint32_t width, height;
} mio_rectangle;

/** How a sensor is read out. */
typedef struct mio_sensor_mode {
  uint32_t width, height; /**< pixels; 0: the camera does not tell */
  uint32_t bit_depth;
  double max_fps;     /**< 0: unknown */
  mio_rectangle crop; /**< the part of the sensor that is read, in the sensor's own pixels */
  int32_t full_field_of_view; /**< as much of the sensor as any mode reads */
} mio_sensor_mode;

/** Pictures that a camera offers: of one size, or of any between two. */
typedef struct mio_offer {
  const char *format;             /**< as the backend calls it, e.g. "NV12", "SRGGB10_CSI2P" */
  uint32_t bit_depth;             /**< of a sensor mode; 0: pictures that can be streamed */
  uint32_t width, height;         /**< pixels */
  uint32_t max_width, max_height; /**< the same, or the other end of the range */
} mio_offer;

/** What is asked for. Zero means: the camera's own choice. */
typedef struct mio_wanted {
  uint32_t width, height; /**< pixels */
  double fps;             /**< frames per second */
  double min_fps;         /**< lowest rate that auto exposure may choose in low light; 0: `fps` */
  uint32_t buffer_count;
  int32_t rotate_180, hflip, vflip;     /**< done by the sensor */
  int32_t raw_only;                     /**< no MJPEG from the camera, even where it has it */
  uint32_t sensor_width, sensor_height; /**< of the sensor mode */
  int32_t
      full_size; /**< the largest picture that the camera gives; width and height do not count */
  int32_t still; /**< a second stream for full-size stills, if that costs the first one nothing */
  uint32_t raw_width, raw_height; /**< of a second stream for raw frames, rather than for stills; 0:
                                     none is wanted */
} mio_wanted;

typedef struct mio_plane {
  int32_t fd;      /**< a dma-buf or memfd; planes of one buffer may share it */
  uint32_t offset; /**< bytes from the start of `fd` */
  uint32_t length; /**< bytes */
  uint32_t stride; /**< bytes from line to line; 0 for MJPEG */
} mio_plane;

typedef struct mio_buffer {
  uint32_t plane_count;
  mio_plane planes[MIO_MAX_PLANES];
} mio_buffer;

/** What the camera was really set to. Pointers stay valid until the next configure or close. */
typedef struct mio_configuration {
  uint32_t width, height;
  double fps; /**< 0: the camera's own, unknown rate */
  mio_format format;
  const char *format_name; /**< as the backend calls it, e.g. "NV12" */
  int32_t full_range;      /**< luma 0-255 as JPEG has it, not 16-235 */
  const char *memory;      /**< where the buffers come from, for people */
  uint32_t buffer_count;
  const mio_buffer *buffers;
  /** Mirrors that were wanted, a turn by 180 degrees being both, and that the camera cannot do. */
  int32_t undone_hflip, undone_vflip;
  mio_sensor_mode sensor;
  const struct mio_configuration *still; /**< of the second stream, if it is for stills, or null */
  const struct mio_configuration *raw; /**< of the second stream, if it is for raw frames, or null:
                                          then those are made of the first one's pictures */
} mio_configuration;

/** Whether auto exposure has found its level. */
typedef enum mio_exposure {
  MIO_EXPOSURE_UNKNOWN, /**< the camera does not tell */
  MIO_EXPOSURE_SEARCHING,
  MIO_EXPOSURE_SETTLED /**< converged, or set by hand */
} mio_exposure;

/** A completed buffer. It belongs to the receiver until `requeue`. */
typedef struct mio_picture {
  uint32_t buffer; /**< index in mio_configuration.buffers */
  int32_t ok;      /**< 0: the camera marked the picture as broken */
  uint64_t sequence;
  int64_t timestamp; /**< of the exposure, CLOCK_MONOTONIC, nanoseconds */
  uint32_t bytes_used[MIO_MAX_PLANES];
  mio_exposure exposure;
} mio_picture;

/** Called on the backend's own thread, one for all cameras: hand over and return, never block or
 * throw. */
typedef struct mio_observer {
  void *context;
  void (*completed)(void *context, const mio_picture *picture);
  void (*disconnected)(void *context);
  /** What `capture_still` asked for. The buffer stays as it is until the next one is asked for. */
  void (*still)(void *context, const mio_picture *picture);
  /** What `capture_raw` asked for. The buffer belongs to the receiver until `requeue_raw`. */
  void (*raw)(void *context, const mio_picture *picture);
} mio_observer;

typedef enum mio_value_type {
  MIO_VALUE_NONE,
  MIO_VALUE_BOOL,
  MIO_VALUE_INTEGER,
  MIO_VALUE_FLOAT,
  MIO_VALUE_STRING,
  MIO_VALUE_RECTANGLE, /**< four numbers an element: x, y, width, height */
  MIO_VALUE_SIZE,      /**< two: width, height */
  MIO_VALUE_POINT      /**< two: x, y */
} mio_value_type;

/** A control's value. Integers are exact up to 2^53. */
typedef struct mio_value {
  mio_value_type type;
  int32_t is_array;
  size_t number_count;
  const double *numbers; /**< not for strings */
  const char *text;      /**< strings only */
} mio_value;

typedef struct mio_enumerator {
  double value;
  const char *name;
} mio_enumerator;

/** A control as the camera describes it. `minimum`, `maximum`, `initial` may have type
 * MIO_VALUE_NONE. */
typedef struct mio_control {
  uint32_t id;
  const char *name;
  const char *vendor;
  mio_value_type type;
  int32_t is_array;
  size_t size; /**< elements of an array; 0: any number */
  mio_value minimum, maximum, initial;
  size_t enumerator_count;
  const mio_enumerator *enumerators;
} mio_control;

typedef struct mio_control_setting {
  uint32_t id;
  mio_value value;
} mio_control_setting;

typedef struct mio_camera mio_camera;

typedef struct mio_backend {
  uint32_t abi;     /**< MIO_BACKEND_ABI it was built with; first, so that it can be read alone */
  const char *name; /**< `libcamera` or `synthetic` */
  const char *built_for;        /**< version of the library's headers */
  const char *(*version)(void); /**< version of the library in use */

  /** Before anything else; `host` must stay valid until `stop`. Once at a time in a process. */
  int (*start)(const mio_host *host, mio_error *error);
  /** After the last camera has been closed. */
  void (*stop)(void);

  void (*list)(void (*each)(void *context, const mio_camera_info *info), void *context);

  /** What the camera offers, whoever uses it. Nothing when there is no such camera. */
  void (*offers)(const char *id, void (*each)(void *context, const mio_offer *offer),
                 void *context);

  /** Takes the camera for this process alone. `observer` is copied. */
  int (*open)(const char *id, const mio_observer *observer, mio_camera **camera, mio_error *error);
  int (*configure)(mio_camera *camera, const mio_wanted *wanted, mio_configuration *configuration,
                   mio_error *error);
  void (*controls)(mio_camera *camera, void (*each)(void *context, const mio_control *control),
                   void *context);
  /** Values take effect with one of the next frames; before `start_capture`, with the first. */
  int (*set_controls)(mio_camera *camera, const mio_control_setting *settings, size_t count,
                      mio_error *error);
  /**
   * The values in force, by the names of controls and others: those of the newest picture's
   * metadata, else those that were set.
   */
  void (*metadata)(mio_camera *camera,
                   void (*each)(void *context, const char *name, const mio_value *value),
                   void *context);
  /** Without a stop. `fps` is the rate that was set; 0: the camera runs at its own. */
  int (*set_frame_rate)(mio_camera *camera, double wanted_fps, double min_fps, double *fps,
                        mio_error *error);
  /** Queues all buffers. */
  int (*start_capture)(mio_camera *camera, mio_error *error);
  /** Gives a completed buffer back. Does nothing when capture has stopped. Any thread, also in
   * `completed`. */
  void (*requeue)(mio_camera *camera, uint32_t buffer);
  /** A picture of the second stream, told to `still`. Only where the configuration has one. */
  void (*capture_still)(mio_camera *camera);
  /** Whether the second stream is filled from here on, and told to `raw`. Only where the
   * configuration has one for that. Lasts until it is changed. */
  void (*capture_raw)(mio_camera *camera, int32_t wanted);
  /** As `requeue`, for the second stream. */
  void (*requeue_raw)(mio_camera *camera, uint32_t buffer);
  /** When it returns, no callback runs and none will. */
  void (*stop_capture)(mio_camera *camera);
  void (*close)(mio_camera *camera);
} mio_backend;

typedef const mio_backend *(*mio_backend_entry_function)(void);

#ifdef __cplusplus
}
#endif
