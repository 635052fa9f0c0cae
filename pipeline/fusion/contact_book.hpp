#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <memory_resource>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "pipeline/contacts/store.hpp"
#include "pipeline/fusion/combine.hpp"
#include "pipeline/fusion/contact_tiles.hpp"
#include "pipeline/fusion/fusion_settings.hpp"
#include "pipeline/fusion/page_file.hpp"
#include "pipeline/sonar/contact.hpp"

namespace towfish {

/// A contact with all that it was made of.
struct BookedContact {
  Contact contact;
  std::vector<Look> looks;                                  ///< By id.
  boost::container::small_vector<std::uint32_t, 4> passes;  ///< Of these, ascending.
  Combination combination;                                  ///< Of these.
  ContactTiles::Key tile = ContactTiles::kNowhere;

  [[nodiscard]] std::uint64_t id() const noexcept { return contact.id; }
  /// Whether it has a look of this pass.
  [[nodiscard]] bool seen_in(std::uint32_t pass) const noexcept;
};

/// All looks and contacts of a survey: who belongs to whom, who lies where, and what has changed since it was
/// last written. Every look belongs to exactly one contact; every contact has at least one look.
///
/// Contacts that nobody has asked about for long are put aside into a file, tile by tile, and come back when
/// a search touches their tile; of those without a place, which no search finds, only the number is kept.
/// Memory does not grow with the number of contacts, and nothing else depends on it.
/// Threads: one thread.
class ContactBook {
 public:
  /// What is put aside goes into a nameless file in `folder`.
  ContactBook(const ResightingSettings& settings, std::filesystem::path folder);

  /// A new look, as a new contact.
  void add(const Look& look);
  /// A look that has grown; keeps its contact.
  void update(const Look& look);
  /// A look that is part of another one now.
  void remove(std::uint64_t look);
  /// Gives a look to another contact; the old one goes if it was its last.
  void move(std::uint64_t look, std::uint64_t contact);
  /// Passes that saw the place of a contact, but not the contact, and what they add to its score.
  struct Misses {
    std::uint32_t passes = 0;
    float llr = 0;
  };
  void set_misses(const BookedContact& contact, Misses misses);

  // By id: of looks that are held and contacts that a search has found, since settle() was last called.
  [[nodiscard]] const Look& look(std::uint64_t id) const;
  [[nodiscard]] bool has_look(std::uint64_t id) const { return contact_of_.contains(id); }
  [[nodiscard]] const Contact& contact(std::uint64_t id) const { return contacts_.at(id).contact; }
  [[nodiscard]] bool has_contact(std::uint64_t id) const { return contacts_.contains(id); }

  [[nodiscard]] std::size_t contacts() const noexcept { return contacts_.size() + aside_; }
  [[nodiscard]] std::uint64_t of_class(ContactClass c) const noexcept;
  /// Each stays where it is until it loses its last look or is put aside.
  using Found = std::vector<const BookedContact*>;
  /// Contacts in the square of `radius_m` around a place, in no order, and maybe some a little farther away.
  /// The result is valid until the next call.
  [[nodiscard]] const Found& near(Position position, double radius_m);

  /// Says that the misses of the contact of a look have to be counted.
  void count_again(std::uint64_t look) { uncounted_.push_back(contact_of_.at(look)->id()); }
  /// Contacts of which that was said, or that have lain somewhere else since, in no order and some more than
  /// once; forgets them.
  [[nodiscard]] Found take_uncounted();

  /// Writes what has changed.
  void write(Store::Change& change);
  void forget_changes() noexcept;
  [[nodiscard]] std::size_t changes() const noexcept {
    return changed_looks_.size() + changed_contacts_.size();
  }

  /// Whether so many contacts are in memory that settle() would do something.
  [[nodiscard]] bool is_full() const noexcept;
  /// Puts contacts aside, except those with looks that are `held` because they may still change. There must
  /// be no changes to write.
  void settle(std::unordered_set<std::uint64_t> held);
  /// For tests: by default 8192.
  void set_most_in_memory(std::size_t contacts) noexcept { most_in_memory_ = contacts; }
  [[nodiscard]] std::size_t in_memory() const noexcept { return contacts_.size(); }

 private:
  void attach(const Look& look, BookedContact& entry);
  void detach(std::uint64_t look, BookedContact& entry);
  void take_in(const Look& look, BookedContact& entry) const;
  void take_all_in(BookedContact& entry) const;
  void conclude(BookedContact& entry);
  void place(BookedContact& entry, Position before);
  void erase(BookedContact& entry);
  void bring_back(ContactTiles::Key key);
  void put_aside(ContactTiles::Key key, const std::unordered_set<std::uint64_t>& held);

  ResightingSettings settings_;
  PageFile file_;
  ContactTiles tiles_;
  std::unique_ptr<std::pmr::unsynchronized_pool_resource> pool_;  ///< Of the nodes of what follows.
  std::pmr::unordered_map<std::uint64_t, BookedContact> contacts_;
  std::pmr::unordered_map<std::uint64_t, BookedContact*> contact_of_;  ///< By look.
  std::size_t most_in_memory_ = 8192;
  std::size_t aside_ = 0;
  std::uint64_t by_class_[3] = {};
  std::vector<std::uint64_t> changed_looks_;  ///< With repetitions.
  std::vector<std::uint64_t> changed_contacts_;
  std::vector<std::uint64_t> uncounted_;
  Found found_;
  std::vector<ContactTiles::Key> found_tiles_;
};

}  // namespace towfish
