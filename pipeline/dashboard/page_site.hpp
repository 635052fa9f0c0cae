#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "pipeline/dashboard/access.hpp"
#include "pipeline/dashboard/board.hpp"
#include "pipeline/dashboard/control.hpp"
#include "pipeline/dashboard/row_feed.hpp"
#include "pipeline/dashboard/site.hpp"
#include "pipeline/dashboard/store_watch.hpp"

namespace towfish::dashboard {

/// A site whose pages show boards, the contacts of a store, and perhaps rows, and may review and steer.
class PageSite : public Site {
 public:
  PageSite(Access access, std::filesystem::path store)
      : access_(std::move(access)), store_(std::move(store)) {}

  std::unique_ptr<Viewer> open_viewer() override;

  /// Boards by number, from 0; the page gets them in this order.
  [[nodiscard]] virtual std::size_t boards() const = 0;
  [[nodiscard]] virtual Board board(std::size_t number) const = 0;
  /// The rows for one page; nullptr: there are none.
  [[nodiscard]] virtual std::unique_ptr<RowFeed> open_rows() { return nullptr; }
  /// Does what a page that may do so asks for, reviews aside. Empty, or why not.
  virtual std::string steer(const Wish& wish) = 0;

  [[nodiscard]] const Access& access() const noexcept { return access_; }
  [[nodiscard]] StoreWatch& store() noexcept { return store_; }
  [[nodiscard]] const StoreWatch& store() const noexcept { return store_; }

 private:
  Access access_;
  StoreWatch store_;
};

}  // namespace towfish::dashboard
