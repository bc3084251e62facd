// SPDX-License-Identifier: MIT
// The thread that sends pictures, from a COMMIT until the next one, or until the camera is
// unplugged.
#include <errno.h>
#include <linux/usb/raw_gadget.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "uvc_camera.h"

enum { PIECE = 4096, PACKET = 512, HEADER = 2 };
// Bits of a payload's header.
enum { FRAME_ID = 0x01, END_OF_FRAME = 0x02, END_OF_HEADER = 0x80 };

static pthread_t thread;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct choice current;
static bool wanted;
static volatile int sending;  // the generation of what is being sent; 0: nothing
// Counts commits and unplugs: whoever sends for an older one stops.
static volatile int generation;
static volatile sig_atomic_t stalled;

void toggle_stall(void) { stalled = !stalled; }

static void change(bool on, struct choice choice) {
  pthread_mutex_lock(&mutex);
  wanted = on;
  current = choice;
  generation++;
  pthread_cond_signal(&changed);
  pthread_mutex_unlock(&mutex);
  // It may wait for the bus, or be about to: until it has seen that things have changed.
  static const struct timespec pause = {.tv_nsec = 10 * 1000000L};
  while (sending != 0 && sending != generation) {
    pthread_kill(thread, SIGUSR1);
    nanosleep(&pause, NULL);
  }
}

void stream(struct choice choice) { change(true, choice); }
void stop_streaming(void) { change(false, current); }

// One payload is one frame: a header of two bytes and the picture, in pieces, ended by a short
// packet.
static bool send_frame(const uint8_t *picture, int length, int frame_id) {
  static union {
    struct usb_raw_ep_io io;
    uint8_t bytes[sizeof(struct usb_raw_ep_io) + PIECE];
  } piece;
  int total = HEADER + length;
  bool ended = false;
  for (int sent = 0; !ended; sent += PIECE) {
    int count = total - sent < PIECE ? total - sent : PIECE;
    int header = sent == 0 ? HEADER : 0;
    piece.io = (struct usb_raw_ep_io){.ep = (uint16_t)endpoint, .length = (uint32_t)count};
    piece.io.data[0] = HEADER;
    piece.io.data[1] = (uint8_t)(END_OF_HEADER | END_OF_FRAME | frame_id);
    memcpy(piece.io.data + header, picture + sent + header - HEADER, (size_t)(count - header));
    if (ioctl(gadget, USB_RAW_IOCTL_EP_WRITE, &piece) < 0) return false;
    // A piece that is no multiple of a packet ends with a short one.
    ended = count % PACKET != 0 || count == 0;
  }
  return true;
}

static void wait_until(struct timespec *next, uint32_t interval) {
  struct timespec now;
  next->tv_nsec += interval * 100L;
  next->tv_sec += next->tv_nsec / 1000000000L;
  next->tv_nsec %= 1000000000L;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (now.tv_sec > next->tv_sec + 1) *next = now;  // the host was away
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL);
}

static void send_frames(struct choice choice, int mine) {
  const struct pictures *all = &sizes[choice.size].pictures[choice.format];
  struct timespec next;
  clock_gettime(CLOCK_MONOTONIC, &next);
  for (int i = 0; generation == mine; i++) {
    int picture = i % all->count;
    if (!stalled && !send_frame(all->data[picture], all->lengths[picture], i & FRAME_ID)) {
      if (errno != EINTR && errno != ESHUTDOWN) perror("USB_RAW_IOCTL_EP_WRITE");
      return;
    }
    wait_until(&next, choice.interval);
  }
}

static void *work(void *unused) {
  (void)unused;
  int seen = 0;
  for (;;) {
    pthread_mutex_lock(&mutex);
    while (generation == seen || !wanted) {
      seen = generation;
      pthread_cond_wait(&changed, &mutex);
    }
    seen = generation;
    sending = seen;
    struct choice choice = current;
    pthread_mutex_unlock(&mutex);
    send_frames(choice, seen);
    sending = 0;
  }
  return NULL;
}

void start_streaming_thread(void) {
  if (pthread_create(&thread, NULL, work, NULL) != 0) die("pthread_create");
}
