// SPDX-License-Identifier: MIT
#include "support/sender_program.h"

#include <sys/mman.h>
#include <sys/socket.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/sender_world.h"

namespace mio::test {

namespace {

void require(bool holds, const std::string &what) {
  if (!holds) throw std::logic_error(what);
}

/** What a client has read, checked as it comes. */
class WireReader {
 public:
  void take(const std::string &bytes) {
    text_ += bytes;
    while (step()) {
    }
  }

 private:
  /** Takes one part off the front. False: it is not whole yet. */
  bool step() {
    if (ended_) {
      require(text_.empty(), "bytes after the closing delimiter");
      return false;
    }
    const size_t head_end = text_.find("\r\n\r\n");
    if (head_end == std::string::npos) {
      require(text_.size() < 64, "no end of a head");
      return false;
    }
    require(text_.starts_with("L:"), "a part that does not begin with its head: " + text_);
    const size_t length = std::strtoul(text_.c_str() + 2, nullptr, 10);
    const size_t time_at = text_.find(" T:") + 3;
    const double time = std::strtod(text_.c_str() + time_at, nullptr);
    const size_t body = head_end + 4;
    if (text_.size() < body + length + kClosing.size()) {
      // Short of what could follow: only a stream's last bytes may still be the shorter tail.
      const std::string rest = text_.substr(std::min(text_.size(), body + length));
      if (rest != kBetween) return false;
    }
    const std::string tail = text_.substr(body + length);
    const bool closes = tail.starts_with(kClosing);
    require(closes || tail.starts_with(kBetween), "a part without its tail");
    require(time > newest_, "an older picture after a newer one");
    newest_ = time;
    for (size_t i = 1; i < length; ++i)
      require(text_[body + i] == text_[body], "bytes of two pictures in one part");
    ended_ = closes;
    text_.erase(0, body + length + (closes ? kClosing : kBetween).size());
    return true;
  }

  std::string text_;
  double newest_ = 0;
  bool ended_ = false;
};

struct Client {
  Connection connection;
  WireReader read;
};

/** Bytes as choices; zeros once they are used up. */
class Choices {
 public:
  explicit Choices(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  bool left() const { return !bytes_.empty(); }
  uint8_t next() {
    if (bytes_.empty()) return 0;
    const uint8_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte;
  }

 private:
  std::span<const uint8_t> bytes_;
};

class Program {
 public:
  explicit Program(std::span<const uint8_t> bytes) : choices_(bytes) {}

  void run() {
    while (choices_.left()) step();
    for (const auto &[id, client] : clients_) {
      read(*client, 256 * size_t{1024});
      // Else the kernel would keep each port for a minute.
      client->connection.reset();
    }
    world_.sender.stop();
    hear();
    require(world_.sender.viewers().empty(), "a stopped sender has viewers");
    require(world_.pool->lent() == 0, "a slot is still lent");
  }

 private:
  void step() {
    switch (choices_.next() % 16) {
      case 0:
      case 1:
        return join();
      case 2:
      case 3:
      case 4:
        return publish();
      case 5:
        return static_cast<void>(world_.sender.publish(placeholder("gone")));
      case 6:
        return world_.sender.clear();
      case 7:
        return world_.sender.remove(chosen_id());
      case 8:
        return with_client([](Client &client) { client.connection.client.reset(); });
      case 9:
        return with_client([](Client &client) { client.connection.reset(); });
      case 10:
        return with_client(
            [](Client &client) { shutdown(client.connection.client.get(), SHUT_WR); });
      case 11:
        return with_client([this](Client &client) {
          shutdown(client.connection.server.get(), choices_.next() % 2 != 0 ? SHUT_WR : SHUT_RDWR);
        });
      case 12:
        return with_client([](Client &client) { client.connection.server.reset(); });
      case 13:
        return with_client([this](Client &client) { read(client, choices_.next() * size_t{256}); });
      case 14:
        return join_oddly();
      default:
        return end_or_look();
    }
  }

  void join() {
    const uint32_t id = ++last_id_;
    const uint8_t wishes = choices_.next();
    ViewerWish wish;
    if ((wishes & 3) == 3) wish.fps = 1 + wishes;
    if ((wishes & 12) == 12) wish.frames = 1 + (wishes >> 6);
    auto client = std::make_unique<Client>();
    UniqueFd own = client->connection.duplicate();
    // Closed by its owner before the sender has it.
    if ((wishes & 32) != 0) client->connection.server.reset();
    world_.sender.add(id, std::move(own), wish);
    clients_.emplace(id, std::move(client));
  }

  /** What is no connection, or none any more. */
  void join_oddly() {
    const uint32_t id = ++last_id_;
    switch (choices_.next() % 3) {
      case 0:
        return world_.sender.add(id, UniqueFd(), {});
      case 1:
        return world_.sender.add(id, UniqueFd(memfd_create("file", MFD_CLOEXEC)), {});
      default: {
        Connection gone;
        UniqueFd own = gone.duplicate();
        gone.reset();
        return world_.sender.add(id, std::move(own), {});
      }
    }
  }

  void publish() {
    const size_t length = 1 + choices_.next() * size_t{1500};
    Picture picture = world_.frame(static_cast<char>('a' + count_ % 26), length);
    picture.wall = next_time();
    static_cast<void>(world_.sender.publish(std::move(picture)));
  }

  Picture placeholder(const std::string &state) {
    Picture picture = SenderWorld::placeholder("pppp", state);
    picture.wall = next_time();
    return picture;
  }

  int64_t next_time() { return ++count_ * int64_t{1'000'000}; }

  void end_or_look() {
    switch (choices_.next() % 4) {
      case 0:
        return world_.sender.end(std::nullopt);
      case 1:
        return world_.sender.end(placeholder("ended"));
      case 2:
        static_cast<void>(world_.sender.viewers());
        return hear();
      default:
        std::this_thread::yield();
    }
  }

  void hear() {
    for (const Sender::Left &left : world_.sender.take_left())
      require(left_.insert(left.id).second, "told twice to have left");
  }

  uint32_t chosen_id() { return last_id_ == 0 ? 0 : 1 + choices_.next() % last_id_; }

  template <typename Use>
  void with_client(Use use) {
    const auto found = clients_.find(chosen_id());
    if (found != clients_.end()) use(*found->second);
  }

  static void read(Client &client, size_t most) {
    if (client.connection.client.valid()) client.read.take(client.connection.take(most));
  }

  Choices choices_;
  SenderWorld world_{std::chrono::milliseconds(20)};
  std::map<uint32_t, std::unique_ptr<Client>> clients_;
  std::set<uint32_t> left_;
  uint32_t last_id_ = 0;
  int64_t count_ = 0;
};

}  // namespace

void run_sender_program(std::span<const uint8_t> bytes) {
  const size_t before = open_descriptors();
  Program(bytes).run();
  require(open_descriptors() == before, "a descriptor is still open");
}

}  // namespace mio::test
