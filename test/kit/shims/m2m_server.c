// Makes the JPEGs of the mem2mem encoder shim in a process of its own, for measurements.
//
//   m2m_server SOCKET
//
// Prints `ready`, then for each picture a line with its timestamp (microseconds) and when its JPEG
// was done (CLOCK_MONOTONIC, microseconds). It ends when its standard input does.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "m2m_remote.h"

static size_t receive_order(int from, struct m2m_order *order, int *fds) {
  union {
    char bytes[CMSG_SPACE(sizeof(int) * (M2M_MAX_PLANES + 1))];
    struct cmsghdr align;
  } control;
  struct iovec data = {order, sizeof *order};
  struct msghdr message = {.msg_iov = &data,
                           .msg_iovlen = 1,
                           .msg_control = control.bytes,
                           .msg_controllen = sizeof control.bytes};
  if (recvmsg(from, &message, MSG_CMSG_CLOEXEC) != (ssize_t)sizeof *order) return 0;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (!header) return 0;
  size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
  memcpy(fds, CMSG_DATA(header), count * sizeof(int));
  return count;
}

static void map(struct m2m_plane *plane, int fd, int protection) {
  struct stat status;
  if (fstat(fd, &status) != 0) return;
  void *memory = mmap(NULL, (size_t)status.st_size, protection, MAP_SHARED, fd, 0);
  close(fd);
  if (memory == MAP_FAILED) return;
  plane->memory = memory;
  plane->size = (size_t)status.st_size;
}

static uint32_t fulfil(const struct m2m_order *order, const int *fds) {
  struct m2m_context context = {.model = m2m_find(order->number),
                                .raw_fourcc = order->raw_fourcc,
                                .stride = order->stride,
                                .height = order->height,
                                .crop_width = order->crop_width,
                                .crop_height = order->crop_height,
                                .quantization = order->quantization};
  struct m2m_buffer raw = {0};
  struct m2m_buffer coded = {0};
  bool mapped = context.model != NULL;
  for (uint32_t p = 0; p < order->planes; p++) {
    raw.planes[p].offset = order->offsets[p];
    map(&raw.planes[p], fds[p], PROT_READ);
    mapped = mapped && raw.planes[p].memory;
  }
  map(&coded.planes[0], fds[order->planes], PROT_READ | PROT_WRITE);
  mapped = mapped && coded.planes[0].memory;
  size_t bytes =
      mapped ? m2m_jpeg(&context, &raw, order->quality, coded.planes[0].memory, order->room) : 0;
  for (uint32_t p = 0; p < order->planes; p++) {
    if (raw.planes[p].memory) munmap(raw.planes[p].memory, raw.planes[p].size);
  }
  if (coded.planes[0].memory) munmap(coded.planes[0].memory, coded.planes[0].size);
  return (uint32_t)bytes;
}

static void *serve(void *argument) {
  int client = (int)(intptr_t)argument;
  struct m2m_order order;
  int fds[M2M_MAX_PLANES + 1];
  while (receive_order(client, &order, fds) == order.planes + 1) {
    uint32_t bytes = fulfil(&order, fds);
    struct timespec done;
    clock_gettime(CLOCK_MONOTONIC, &done);
    if (send(client, &bytes, sizeof bytes, MSG_NOSIGNAL) < 0) break;
    printf("%ju %jd\n", (uintmax_t)order.timestamp,
           (intmax_t)done.tv_sec * 1000000 + done.tv_nsec / 1000);
    fflush(stdout);
  }
  close(client);
  return NULL;
}

static void *end_with_input(void *unused) {
  char byte;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
  exit(0);
  return unused;
}

int main(int argc, char **argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) {
    fprintf(stderr, "usage: m2m_server SOCKET\n");
    return 2;
  }
  strcpy(address.sun_path, argv[1]);
  int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
      listen(listener, 8) != 0) {
    perror(argv[1]);
    return 1;
  }
  pthread_t thread;
  if (pthread_create(&thread, NULL, end_with_input, NULL) != 0) return 1;
  printf("ready\n");
  fflush(stdout);
  for (;;) {
    int client = accept(listener, NULL, NULL);
    if (client < 0) return 1;
    if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)client) == 0) pthread_detach(thread);
  }
}
