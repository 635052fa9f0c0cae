#include "pipeline/dashboard/store_watch.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "pipeline/contacts/store.hpp"
#include "pipeline/dashboard/contact_list.hpp"

namespace towfish::dashboard {

namespace {
using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kEvery{1};
constexpr int kShare = 10;  ///< At most one part in so many of the time is spent reading.
constexpr std::size_t kMostErrands = 64;
}  // namespace

StoreWatch::StoreWatch(std::filesystem::path store) : store_(std::move(store)), thread_([this] { work(); }) {}

StoreWatch::~StoreWatch() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  news_.notify_all();
  thread_.join();
}

void StoreWatch::want() {
  const std::scoped_lock lock(mutex_);
  if (std::exchange(wanted_, true)) return;
  news_.notify_all();
}

Board StoreWatch::contacts() const {
  const std::scoped_lock lock(mutex_);
  return contacts_;
}

Board StoreWatch::survey() const {
  const std::scoped_lock lock(mutex_);
  return survey_;
}

void StoreWatch::keep(Review review, std::function<void(const std::string&)> done) {
  {
    const std::scoped_lock lock(mutex_);
    if (errands_.size() < kMostErrands) {
      errands_.emplace_back(std::move(review), std::move(done));
      news_.notify_all();
      return;
    }
  }
  done("too much is waiting to be kept: try again");
}

void StoreWatch::work() {
  auto next = Clock::now();
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto due = [this] { return ending_ || !errands_.empty(); };
    if (wanted_) {
      news_.wait_until(lock, next, due);
    } else {
      news_.wait(lock, [&] { return due() || wanted_; });
    }
    if (ending_) return;
    while (!errands_.empty()) {
      const Errand errand = std::move(errands_.front());
      errands_.pop_front();
      lock.unlock();
      run(errand);
      lock.lock();
      next = Clock::now();
    }
    if (!wanted_ || Clock::now() < next) continue;
    wanted_ = false;
    lock.unlock();
    const auto begun = Clock::now();
    read();
    next = begun + std::max<Clock::duration>(kEvery, kShare * (Clock::now() - begun));
    lock.lock();
  }
}

void StoreWatch::read() {
  try {
    if (!std::filesystem::exists(store_)) return;
    const std::vector<Review> said = reviews(store_);
    Store store(store_, Store::Mode::read);
    const nlohmann::json contacts = contact_list(store, said);
    const nlohmann::json seen = dashboard::survey(store);
    const std::scoped_lock lock(mutex_);
    contacts_.put(contacts);
    survey_.put(seen);
  } catch (const StoreError& error) {
    spdlog::debug("the contacts cannot be read now: {}", error.what());
  }
}

void StoreWatch::run(const Errand& errand) const {
  try {
    add_review(store_, errand.first);
    errand.second({});
  } catch (const StoreError& error) {
    spdlog::warn("{}", error.what());
    errand.second(error.what());
  }
}

}  // namespace towfish::dashboard
