// SPDX-License-Identifier: MIT
#include "sender/sender.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <utility>

#include "core/clock.h"
#include "core/fault.h"

namespace mio {

namespace {

constexpr size_t kEventsAtOnce = 128;

/** Up to so many viewers are few. With more, one wake-up is a small part of what they cost. */
constexpr size_t kFew = 16;
/**
 * Nanoseconds that whoever publishes may spend on sending, plus one send: no send waits for its
 * viewer. Who publishes is an encoder's thread, or the camera's where it gives JPEGs, and its frame
 * interval is many times that. Shorter ones cut frames in two. To ten viewers a frame of 125 KB
 * goes out in 0.25 to 0.35 ms on the desk, and more slowly on a Pi; with 0.3 ms the thread was
 * woken for the rest of three frames in four, for some 15 % more CPU. With 2 ms it is for one in
 * twenty.
 */
constexpr int64_t kMoment = 2'000'000;

UniqueFd checked(int fd, const char *what) {
  if (fd >= 0) return UniqueFd(fd);
  throw FaultError("ERR_INTERNAL", std::string(what) + " failed: " + errno_text(errno));
}

}  // namespace

Sender::Sender(SenderOptions options, std::function<void()> wake)
    : options_(std::move(options)),
      wake_(std::move(wake)),
      sums_(options_.latency_bounds),
      bell_(std::make_shared<const UniqueFd>(
          checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"))),
      epoll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {
  // Edge-triggered, each write rings once: nobody needs to read.
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, bell_->get(), &event) != 0)
    throw FaultError("ERR_INTERNAL", "epoll_ctl failed: " + errno_text(errno));
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "mio-sender");
}

void Sender::stop() {
  {
    std::unique_lock lock(mutex_);
    inbox_.stop = true;
    wake_thread(std::move(lock));
  }
  if (!thread_.joinable()) return;
  thread_.join();
  epoll_.reset();
  const std::lock_guard lock(mutex_);
  bell_.reset();
}

void Sender::add(uint32_t id, UniqueFd socket, const ViewerWish &wish) {
  auto counters = std::make_shared<ViewerCounters>();
  auto viewer =
      std::make_unique<Viewer>(id, std::move(socket), wish, counters, options_.format, sums_);
  std::unique_lock lock(mutex_);
  if (inbox_.stop) return;
  directory_.emplace(id, std::move(counters));
  inbox_.commands.emplace_back(Add{std::move(viewer)});
  wake_thread(std::move(lock));
}

void Sender::remove(uint32_t id) {
  std::unique_lock lock(mutex_);
  directory_.erase(id);
  inbox_.commands.emplace_back(Remove{id});
  wake_thread(std::move(lock));
}

void Sender::end(std::optional<Picture> last) {
  std::unique_lock lock(mutex_);
  inbox_.commands.emplace_back(End{last ? make_part(std::move(*last)) : nullptr});
  wake_thread(std::move(lock));
}

bool Sender::publish(Picture picture) {
  const bool is_frame = picture.exposed.has_value();
  Shared displaced;  // freed without the lock
  std::unique_lock lock(mutex_);
  if (inbox_.stop) return false;
  if (is_frame) frames_ = {frames_.count + 1, monotonic_ns()};
  displaced = std::exchange(inbox_.part, make_part(std::move(picture)));
  const bool missed = displaced && displaced->exposed();
  if (missed) inbox_.missed++;
  lock.unlock();
  if (!send_at_once()) wake_thread(std::unique_lock(mutex_));
  return missed;
}

/**
 * Sends to few viewers on whatever thread this is, while the sender's own sleeps: to wake that one,
 * and to move the picture into its processor's cache, costs more.
 * @returns false when something is left for the thread
 */
bool Sender::send_at_once() {
  const std::unique_lock turn(turn_, std::try_to_lock);
  if (!turn || viewers_.size() > kFew || unfinished_) return false;
  uint64_t missed = 0;
  {
    const std::lock_guard lock(mutex_);
    if (inbox_.stop || inbox_.rung || !inbox_.commands.empty()) return false;
    // Another one may have published and sent meanwhile.
    if (!inbox_.part) return true;
    newest_ = std::exchange(inbox_.part, nullptr);
    missed = std::exchange(inbox_.missed, 0);
  }
  const int64_t end = monotonic_ns() + kMoment;
  for (const auto &viewer : viewers_) {
    const bool was_busy = viewer->busy();
    const auto why = viewer->offer(newest_, missed);
    // Only the thread drops viewers: it may have an event of this one in its hands.
    if (why) departed_.push_back({viewer->id(), *why});
    // One that has become busy is to be waited for, by a thread that does not know it yet.
    unfinished_ |= why || viewer->busy() != was_busy || monotonic_ns() > end;
    if (unfinished_) break;
  }
  return !unfinished_;
}

void Sender::clear() {
  Shared displaced;
  std::unique_lock lock(mutex_);
  displaced = std::move(inbox_.part);
  inbox_.part.reset();
  inbox_.commands.emplace_back(Clear{});
  wake_thread(std::move(lock));
}

std::vector<Sender::Left> Sender::take_left() {
  const std::lock_guard lock(mutex_);
  return std::exchange(left_, {});
}

std::vector<Sender::ViewerReport> Sender::viewers() const {
  const std::lock_guard lock(mutex_);
  std::vector<ViewerReport> reports;
  reports.reserve(directory_.size());
  for (const auto &[id, counters] : directory_) reports.push_back({id, counters});
  return reports;
}

Sender::Frames Sender::frames() const {
  const std::lock_guard lock(mutex_);
  return frames_;
}

Sender::Shared Sender::make_part(Picture picture) {
  return std::make_shared<Part>(++serial_, std::move(picture), options_.format);
}

// Once until the thread has looked: more would cost a system call each.
void Sender::wake_thread(std::unique_lock<std::mutex> lock) {
  const auto bell = std::exchange(inbox_.rung, true) ? nullptr : bell_;
  lock.unlock();
  if (!bell) return;
  const uint64_t one = 1;
  // It can only be refused when it is rung 2^64 times unheard.
  static_cast<void>(::write(bell->get(), &one, sizeof one));
}

void Sender::run() {
  try {
    loop();
  } catch (const std::exception &) {
    // Out of memory. The viewers are told that it is over, as far as that still goes.
    const std::lock_guard turn(turn_);
    const std::lock_guard lock(mutex_);
    inbox_.stop = true;
    for (const auto &viewer : viewers_) left_.push_back({viewer->id(), Departure::kDisconnected});
    wake_();
  }
  Inbox unseen;
  const std::lock_guard turn(turn_);
  newest_.reset();
  viewers_.clear();
  const std::lock_guard lock(mutex_);
  std::swap(unseen.commands, inbox_.commands);
  std::swap(unseen.part, inbox_.part);
  directory_.clear();
}

void Sender::loop() {
  std::array<epoll_event, kEventsAtOnce> events{};
  std::unique_lock turn(turn_);
  for (;;) {
    const int milliseconds = timeout();
    turn.unlock();
    const int count =
        epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), milliseconds);
    turn.lock();
    // Each viewer has one event at most, so that dropping it makes no other one stale.
    for (int i = 0; i < count; ++i) {
      const epoll_event &event = events[static_cast<size_t>(i)];
      if (event.data.ptr != nullptr) handle(event.events, *static_cast<Viewer *>(event.data.ptr));
    }
    for (const Left &one : std::exchange(departed_, {})) drop(one.id, one.why);
    if (!empty_inbox()) return;
    drop_expired();
  }
}

/** Milliseconds for epoll: only while a part is in flight, somebody may be late. */
int Sender::timeout() const {
  const bool busy =
      std::ranges::any_of(viewers_, [](const auto &viewer) { return viewer->busy(); });
  if (!busy) return -1;
  const auto tenth = options_.send_timeout / 10;
  const auto step = std::chrono::duration_cast<std::chrono::milliseconds>(tenth).count();
  return static_cast<int>(std::clamp<int64_t>(step, 1, 1000));
}

void Sender::handle(uint32_t events, Viewer &viewer) {
  // EPOLLHUP: closed in both directions. That the client sends no more is not asked for: Node
  // decides what comes of it.
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) return drop(viewer, Departure::kDisconnected);
  if (const auto why = viewer.writable(newest_)) drop(viewer, why);
}

bool Sender::empty_inbox() {
  Inbox now;
  {
    const std::lock_guard lock(mutex_);
    inbox_.rung = false;
    if (inbox_.stop) return false;
    std::swap(now.commands, inbox_.commands);
    now.part = std::exchange(inbox_.part, nullptr);
    now.missed = std::exchange(inbox_.missed, 0);
  }
  for (Command &command : now.commands)
    std::visit([this](auto &known) { carry_out(known); }, command);
  if (now.part) {
    offer(now.part, now.missed);
  } else if (unfinished_ && newest_) {
    offer(newest_, 0);
  }
  unfinished_ = false;
  return true;
}

void Sender::carry_out(Add &add) {
  Viewer &viewer = *viewers_.emplace_back(std::move(add.viewer));
  epoll_event event{};
  event.events = EPOLLOUT | EPOLLET;
  event.data.ptr = &viewer;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, viewer.fd(), &event) != 0)
    return drop(viewer, Departure::kDisconnected);
  if (!newest_) return;
  if (const auto why = viewer.offer(newest_, 0)) drop(viewer, why);
}

void Sender::carry_out(const Remove &remove) { drop(remove.id, std::nullopt); }

void Sender::carry_out(const End &end) {
  for (size_t i = viewers_.size(); i-- > 0;) {
    Viewer &viewer = *viewers_[i];
    if (const auto why = viewer.end(end.last)) drop(viewer, why);
  }
}

void Sender::offer(const Shared &part, uint64_t missed) {
  newest_ = part;
  // From the last to the first: the one dropped is replaced by one that has been served.
  for (size_t i = viewers_.size(); i-- > 0;) {
    Viewer &viewer = *viewers_[i];
    if (const auto why = viewer.offer(part, missed)) drop(viewer, why);
  }
}

void Sender::drop_expired() {
  const int64_t oldest = monotonic_ns() - options_.send_timeout.count();
  for (size_t i = viewers_.size(); i-- > 0;) {
    Viewer &viewer = *viewers_[i];
    if (viewer.busy() && viewer.begun_at() < oldest) drop(viewer, Departure::kTimeout);
  }
}

/** The one of that id, if there still is one. */
void Sender::drop(uint32_t id, std::optional<Departure> told) {
  const auto found =
      std::ranges::find_if(viewers_, [id](const auto &viewer) { return viewer->id() == id; });
  if (found != viewers_.end()) drop(**found, told);
}

void Sender::drop(Viewer &viewer, std::optional<Departure> told) {
  const uint32_t id = viewer.id();
  // Closing would not do it: epoll knows the connection, which the other descriptor keeps open.
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, viewer.fd(), nullptr);
  const auto place =
      std::ranges::find_if(viewers_, [&viewer](const auto &each) { return each.get() == &viewer; });
  std::swap(*place, viewers_.back());
  viewers_.pop_back();
  if (!told) return;
  {
    const std::lock_guard lock(mutex_);
    directory_.erase(id);
    left_.push_back({id, *told});
  }
  wake_();
}

}  // namespace mio
