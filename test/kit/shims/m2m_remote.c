// The side of the device: sends each picture to the process that makes the JPEGs.
#include "m2m_remote.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "next.h"
#include "setting.h"

bool m2m_is_remote(void) {
  char path[108];
  return setting("M2MSHIM_SOCKET", path, sizeof path);
}

static int connected(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (!setting("M2MSHIM_SOCKET", address.sun_path, sizeof address.sun_path)) return -1;
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    perror(address.sun_path);
    NEXT(close)(fd);
    return -1;
  }
  return fd;
}

static bool send_order(int to, const struct m2m_order *order, const int *fds, size_t count) {
  union {
    char bytes[CMSG_SPACE(sizeof(int) * (M2M_MAX_PLANES + 1))];
    struct cmsghdr align;
  } control = {0};
  struct iovec data = {(void *)order, sizeof *order};
  struct msghdr message = {.msg_iov = &data,
                           .msg_iovlen = 1,
                           .msg_control = control.bytes,
                           .msg_controllen = CMSG_SPACE(sizeof(int) * count)};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int) * count);
  memcpy(CMSG_DATA(header), fds, sizeof(int) * count);
  return sendmsg(to, &message, MSG_NOSIGNAL) == (ssize_t)sizeof *order;
}

size_t m2m_remote_jpeg(struct m2m_context *context, const struct m2m_buffer *raw,
                       const struct m2m_buffer *coded, int quality) {
  if (context->remote <= 0) context->remote = connected();
  if (context->remote < 0) return 0;
  struct m2m_order order = {
      .number = context->model->number,
      .raw_fourcc = context->raw_fourcc,
      .stride = context->stride,
      .height = context->height,
      .crop_width = context->crop_width,
      .crop_height = context->crop_height,
      .quantization = context->quantization,
      .quality = quality,
      .planes = context->raw.planes,
      .room = coded->planes[0].size,
      .timestamp = (uint64_t)raw->timestamp.tv_sec * 1000000 + (uint64_t)raw->timestamp.tv_usec};
  int fds[M2M_MAX_PLANES + 1];
  for (uint32_t p = 0; p < order.planes; p++) {
    order.offsets[p] = raw->planes[p].offset;
    fds[p] = raw->planes[p].memfd;
  }
  fds[order.planes] = coded->planes[0].memfd;
  uint32_t bytes = 0;
  if (!send_order(context->remote, &order, fds, order.planes + 1)) return 0;
  return recv(context->remote, &bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes ? bytes : 0;
}
