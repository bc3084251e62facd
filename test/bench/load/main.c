// SPDX-License-Identifier: MIT
// Viewers of an MJPEG stream on this machine, and what they see of it.
//
//   mjpeg_load --port P --path /stream.mjpg [--viewers N] [--slow BYTES_PER_SECOND] [--stalled N]
//              [--warm-up S] [--seconds S] [--fps F] [--pid SERVER]
//   mjpeg_load --port P --path /snapshot.jpg --snapshots     each viewer asks again and again
//
// All connect at once. After the warm-up, for the given seconds, it notes of the fast viewers:
// rate, latency (exposure to last byte), jitter (|interval - 1/fps|), bytes; of one slow viewer:
// the age of its frames in either half; and what the server's process cost. Prints one line of
// JSON.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../clock.h"
#include "histogram.h"
#include "server_cost.h"
#include "viewer.h"

static struct {
  int port, viewers, stalled, pid;
  double slow, warm_up, seconds, fps;
  const char *path;
  bool snapshots;
} options = {.viewers = 1, .seconds = 3, .warm_up = 1, .fps = 30, .path = "/"};

static char request[1024];
static bool measuring;
static bool second_half;
static int gone;
static uint64_t bytes, frames;
static struct histogram latency, jitter, first, age[2];

static void whole(struct viewer *viewer) {
  const int64_t now = now_ns(CLOCK_MONOTONIC);
  if (viewer->last == 0) histogram_add(&first, now - viewer->opened);
  if (options.snapshots && send(viewer->fd, request, strlen(request), MSG_NOSIGNAL) < 0) return;
  if (!measuring) return;
  const int64_t since = viewer_latency(viewer);
  if (viewer->kind == SLOW) {
    if (since >= 0) histogram_add(&age[second_half], since);
    return;
  }
  viewer->frames++;
  frames++;
  bytes += viewer->size;
  if (since >= 0) histogram_add(&latency, since);
  if (viewer->last > 0)
    histogram_add(&jitter, llabs(now - viewer->last - (int64_t)(1e9 / options.fps)));
}

static void leave(struct viewer *viewer) {
  close(viewer->fd);
  viewer->state = GONE;
  gone++;
}

static void parse(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    const char *name = argv[i];
    if (strcmp(name, "--snapshots") == 0) {
      options.snapshots = true;
      continue;
    }
    const char *value = i + 1 < argc ? argv[++i] : "";
    if (strcmp(name, "--port") == 0)
      options.port = atoi(value);
    else if (strcmp(name, "--path") == 0)
      options.path = value;
    else if (strcmp(name, "--viewers") == 0)
      options.viewers = atoi(value);
    else if (strcmp(name, "--slow") == 0)
      options.slow = atof(value);
    else if (strcmp(name, "--stalled") == 0)
      options.stalled = atoi(value);
    else if (strcmp(name, "--warm-up") == 0)
      options.warm_up = atof(value);
    else if (strcmp(name, "--seconds") == 0)
      options.seconds = atof(value);
    else if (strcmp(name, "--fps") == 0)
      options.fps = atof(value);
    else if (strcmp(name, "--pid") == 0)
      options.pid = atoi(value);
    else {
      fprintf(stderr, "mjpeg_load: unknown option %s\n", name);
      exit(2);
    }
  }
  snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: */*\r\n\r\n",
           options.path, options.port);
}

static int compare(const void *left, const void *right) {
  const double difference = *(const double *)left - *(const double *)right;
  return (difference > 0) - (difference < 0);
}

static void report(const struct viewer *all, double seconds, struct server_cost before,
                   struct server_cost after) {
  double *fps = calloc((size_t)options.viewers, sizeof *fps);
  if (!fps) abort();
  for (int i = 0; i < options.viewers; i++) fps[i] = (double)all[i].frames / seconds;
  qsort(fps, (size_t)options.viewers, sizeof *fps, compare);
  const double mib = (double)bytes / 1048576;
  const double cpu = (double)(after.cpu - before.cpu) / 1e6;
  printf("{\"viewers\":%d,\"gone\":%d,\"seconds\":%.3f,\"frames\":%llu,\"mib\":%.2f,",
         options.viewers, gone, seconds, (unsigned long long)frames, mib);
  printf("\"fpsMin\":%.2f,\"fpsMedian\":%.2f,", fps[0], fps[options.viewers / 2]);
  printf("\"latencyP50\":%.3f,\"latencyP99\":%.3f,\"jitterP95\":%.3f,",
         histogram_percentile(&latency, 0.5), histogram_percentile(&latency, 0.99),
         histogram_percentile(&jitter, 0.95));
  printf("\"firstP50\":%.2f,\"firstMax\":%.2f,", histogram_percentile(&first, 0.5),
         histogram_percentile(&first, 1));
  printf("\"slowAge\":[%.1f,%.1f],", histogram_percentile(&age[0], 0.5),
         histogram_percentile(&age[1], 0.5));
  printf("\"cpuMs\":%.3f,\"cpuMsPerMib\":%.5f,\"rss\":[%.2f,%.2f]}\n", cpu,
         mib > 0 ? cpu / mib : -1, before.rss, after.rss);
  free(fps);
}

int main(int argc, char **argv) {
  parse(argc, argv);
  signal(SIGPIPE, SIG_IGN);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  const int count = options.viewers + (options.slow > 0) + options.stalled;
  struct viewer *all = calloc((size_t)count, sizeof *all);
  if (!all) abort();
  struct viewer *slow = options.slow > 0 ? &all[options.viewers] : NULL;
  for (int i = 0; i < count; i++) {
    all[i].kind = i < options.viewers ? FAST : &all[i] == slow ? SLOW : STALLED;
    if (!viewer_open(&all[i], options.port, request)) leave(&all[i]);
    struct epoll_event event = {EPOLLIN, {.ptr = &all[i]}};
    if (all[i].kind == FAST && all[i].state != GONE)
      epoll_ctl(epoll, EPOLL_CTL_ADD, all[i].fd, &event);
  }

  const int64_t start = now_ns(CLOCK_MONOTONIC) + (int64_t)(options.warm_up * 1e9);
  const int64_t end = start + (int64_t)(options.seconds * 1e9);
  int64_t begun = 0, fed = now_ns(CLOCK_MONOTONIC);
  struct server_cost before = {0};
  for (;;) {
    const int64_t now = now_ns(CLOCK_MONOTONIC);
    if (now >= end || gone == count) break;
    if (!measuring && now >= start) {
      measuring = true;
      begun = now;
      before = server_cost(options.pid);
      for (int i = 0; i < count; i++) all[i].frames = 0;
    }
    second_half = now >= (start + end) / 2;
    const int64_t wait = ((measuring ? end : start) - now) / 1000000 + 1;
    struct epoll_event events[256];
    const int ready = epoll_wait(epoll, events, 256, slow && wait > 10 ? 10 : (int)wait);
    for (int i = 0; i < ready; i++) {
      struct viewer *viewer = events[i].data.ptr;
      if (viewer_read(viewer, 1 << 20, whole) < 0) leave(viewer);
    }
    if (!slow || slow->state == GONE) continue;
    const int64_t later = now_ns(CLOCK_MONOTONIC);
    if (later < fed + 10 * SECOND / 1000) continue;
    slow->allowance += options.slow * (double)(later - fed) / 1e9;
    if (slow->allowance > options.slow) slow->allowance = options.slow;
    fed = later;
    const int64_t got = viewer_read(slow, (size_t)slow->allowance, whole);
    if (got < 0) leave(slow);
    slow->allowance -= (double)got;
  }
  const double seconds = (double)(now_ns(CLOCK_MONOTONIC) - begun) / 1e9;
  report(all, seconds, before, server_cost(options.pid));
  free(all);
  return frames == 0;
}
