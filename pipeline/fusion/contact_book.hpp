#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "pipeline/contacts/store.hpp"
#include "pipeline/fusion/fusion_settings.hpp"
#include "pipeline/sonar/contact.hpp"

namespace towfish {

/// All looks and contacts of a survey in memory: who belongs to whom, who lies where, and what has changed
/// since it was last written. Every look belongs to exactly one contact; every contact has at least one look.
class ContactBook {
 public:
  explicit ContactBook(const ResightingSettings& settings) : settings_(settings) {}

  /// A new look, as a new contact.
  void add(const Look& look);
  /// A look that has grown; keeps its contact.
  void update(const Look& look);
  /// A look that is part of another one now.
  void remove(std::uint64_t look);
  /// Gives a look to another contact; the old one goes if it was its last.
  void move(std::uint64_t look, std::uint64_t contact);
  /// How many passes saw the place of a contact, but not the contact.
  void set_misses(std::uint64_t contact, std::uint32_t misses);

  [[nodiscard]] const Look& look(std::uint64_t id) const { return looks_.at(id); }
  [[nodiscard]] bool has_look(std::uint64_t id) const { return looks_.contains(id); }
  [[nodiscard]] const Contact& contact(std::uint64_t id) const { return contacts_.at(id); }
  [[nodiscard]] bool has_contact(std::uint64_t id) const { return contacts_.contains(id); }
  [[nodiscard]] std::size_t contacts() const noexcept { return contacts_.size(); }
  [[nodiscard]] std::uint64_t of_class(ContactClass c) const noexcept;
  /// Contacts in the square of `radius_m` around a place, by id, and maybe some a little farther away.
  [[nodiscard]] std::vector<std::uint64_t> near(Position position, double radius_m) const;

  /// Ids, ascending.
  [[nodiscard]] std::vector<std::uint64_t> all_contacts() const;

  /// Writes what has changed.
  void write(Store::Change& change);
  /// Writes everything, as into an empty store.
  void write_all(Store::Change& change);

 private:
  using Cell = std::uint64_t;
  [[nodiscard]] std::optional<Cell> cell_of(Position position) const;
  void detach(std::uint64_t look, std::uint64_t contact);
  void combine_again(std::uint64_t contact);
  void leave_cell(const Contact& contact);

  ResightingSettings settings_;
  std::unordered_map<std::uint64_t, Look> looks_;
  std::unordered_map<std::uint64_t, Contact> contacts_;
  std::unordered_map<Cell, std::vector<std::uint64_t>> cells_;
  std::unordered_map<std::uint64_t, Cell> cell_of_contact_;
  std::optional<Position> origin_;
  std::uint64_t next_contact_ = 1;
  std::uint64_t by_class_[3] = {};
  std::set<std::uint64_t> changed_looks_;
  std::set<std::uint64_t> changed_contacts_;
};

}  // namespace towfish
