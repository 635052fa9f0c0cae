#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "pipeline/contacts/reviews.hpp"
#include "pipeline/dashboard/board.hpp"

namespace towfish::dashboard {

/// Reads a contact store for pages, and keeps reviews in it, on a thread of its own: however long a store is
/// locked or its list is, nobody else waits. The store is opened for the moment of reading only, so that its
/// writer can seal it. It need not be there yet. Threads: any.
class StoreWatch {
 public:
  explicit StoreWatch(std::filesystem::path store);
  ~StoreWatch();
  StoreWatch(const StoreWatch&) = delete;
  StoreWatch& operator=(const StoreWatch&) = delete;

  /// Somebody is looking: the store is read again when it is time, once a second; long lists less often.
  void want();
  /// As of the last reading.
  [[nodiscard]] Board contacts() const;
  [[nodiscard]] Board survey() const;

  /// `done` is called on the watch's thread, with an empty text or why it could not be kept.
  void keep(Review review, std::function<void(const std::string& problem)> done);

 private:
  using Errand = std::pair<Review, std::function<void(const std::string&)>>;
  void work();
  void read();
  void run(const Errand& errand) const;

  std::filesystem::path store_;
  mutable std::mutex mutex_;
  std::condition_variable news_;
  Board contacts_;
  Board survey_;
  std::deque<Errand> errands_;
  bool wanted_ = false;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace towfish::dashboard
