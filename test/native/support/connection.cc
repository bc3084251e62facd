// SPDX-License-Identifier: MIT
#include "support/connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <filesystem>
#include <iterator>
#include <system_error>

namespace mio::test {

namespace {

int checked(int result, const char *what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

}  // namespace

Connection::Connection() {
  const UniqueFd listener(checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto *any = reinterpret_cast<sockaddr *>(&address);
  checked(bind(listener.get(), any, size), "bind");
  checked(listen(listener.get(), 1), "listen");
  checked(getsockname(listener.get(), any, &size), "getsockname");
  client = UniqueFd(checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  const int little = 16 * 1024;
  setsockopt(client.get(), SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
  const timeval patience{20, 0};
  setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(listener.get(), SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
  checked(connect(client.get(), any, size), "connect");
  server = UniqueFd(
      checked(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK), "accept"));
}

UniqueFd Connection::duplicate() const {
  return UniqueFd(checked(fcntl(server.get(), F_DUPFD_CLOEXEC, 0), "dup"));
}

std::string Connection::read(size_t bytes) const {
  std::string all(bytes, '\0');
  size_t have = 0;
  while (have < bytes) {
    const ssize_t got = recv(client.get(), all.data() + have, bytes - have, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    have += static_cast<size_t>(got);
  }
  all.resize(have);
  return all;
}

std::string Connection::take(size_t bytes) const {
  std::string some(bytes, '\0');
  const ssize_t got = recv(client.get(), some.data(), bytes, MSG_DONTWAIT);
  some.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return some;
}

std::string Connection::read_until(const std::string &what) const {
  std::string all;
  while (!all.ends_with(what)) {
    const std::string next = read(1);
    if (next.empty()) break;
    all += next;
  }
  return all;
}

std::string Connection::read_all() const {
  std::string all;
  for (std::string next = read(65536); !next.empty(); next = read(65536)) all += next;
  return all;
}

void Connection::reset() {
  const linger now{1, 0};
  setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  client.reset();
}

size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

}  // namespace mio::test
