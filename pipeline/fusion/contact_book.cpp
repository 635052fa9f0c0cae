#include "pipeline/fusion/contact_book.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "pipeline/fusion/combine.hpp"

namespace towfish {

namespace {

constexpr double kCellM = 16;
constexpr std::int64_t kCellBias = std::int64_t{1} << 31;

std::uint64_t cell_key(std::int64_t column, std::int64_t row) noexcept {
  return static_cast<std::uint64_t>(column + kCellBias) << 32 | static_cast<std::uint64_t>(row + kCellBias);
}

std::int64_t cell_index(double metres) noexcept {
  return static_cast<std::int64_t>(std::floor(metres / kCellM));
}

}  // namespace

std::optional<ContactBook::Cell> ContactBook::cell_of(Position position) const {
  if (!std::isfinite(position.latitude_deg)) return std::nullopt;
  const auto point = LocalPlane(*origin_).to_local(position);
  return cell_key(cell_index(point.east_m), cell_index(point.north_m));
}

void ContactBook::leave_cell(const Contact& contact) {
  const auto cell = cell_of_contact_.find(contact.id);
  if (cell == cell_of_contact_.end()) return;
  const auto found = cells_.find(cell->second);
  std::erase(found->second, contact.id);
  if (found->second.empty()) cells_.erase(found);
  cell_of_contact_.erase(cell);
}

void ContactBook::combine_again(std::uint64_t id) {
  Contact& contact = contacts_.at(id);
  std::vector<const Look*> looks;
  for (const std::uint64_t look : contact.looks) looks.push_back(&looks_.at(look));
  if (contact.best.id != 0) {
    leave_cell(contact);
    --by_class_[static_cast<std::size_t>(contact.contact_class)];
  }
  contact = combine(id, looks, contact.misses, settings_);
  if (!origin_ && contact.has_position()) origin_ = contact.position;
  if (const auto cell = cell_of(contact.position)) {
    cells_[*cell].push_back(id);
    cell_of_contact_[id] = *cell;
  }
  ++by_class_[static_cast<std::size_t>(contact.contact_class)];
  changed_contacts_.insert(id);
}

void ContactBook::add(const Look& look) {
  const std::uint64_t id = next_contact_++;
  Look& kept = looks_[look.id] = look;
  kept.contact = id;
  changed_looks_.insert(look.id);
  contacts_[id].looks = {look.id};
  combine_again(id);
}

void ContactBook::update(const Look& look) {
  Look& kept = looks_.at(look.id);
  const std::uint64_t contact = kept.contact;
  kept = look;
  kept.contact = contact;
  changed_looks_.insert(look.id);
  combine_again(contact);
}

void ContactBook::detach(std::uint64_t look, std::uint64_t id) {
  Contact& contact = contacts_.at(id);
  std::erase(contact.looks, look);
  if (!contact.looks.empty()) {
    combine_again(id);
    return;
  }
  leave_cell(contact);
  --by_class_[static_cast<std::size_t>(contact.contact_class)];
  contacts_.erase(id);
  changed_contacts_.insert(id);
}

void ContactBook::remove(std::uint64_t look) {
  detach(look, looks_.at(look).contact);
  looks_.erase(look);
  changed_looks_.insert(look);
}

void ContactBook::move(std::uint64_t look, std::uint64_t to) {
  const std::uint64_t from = std::exchange(looks_.at(look).contact, to);
  detach(look, from);
  auto& looks = contacts_.at(to).looks;
  looks.insert(std::ranges::upper_bound(looks, look), look);
  changed_looks_.insert(look);
  combine_again(to);
}

void ContactBook::set_misses(std::uint64_t id, std::uint32_t misses) {
  if (std::exchange(contacts_.at(id).misses, misses) != misses) combine_again(id);
}

std::vector<std::uint64_t> ContactBook::all_contacts() const {
  std::vector<std::uint64_t> ids;
  for (const auto& [id, contact] : contacts_) ids.push_back(id);
  std::ranges::sort(ids);
  return ids;
}

std::uint64_t ContactBook::of_class(ContactClass c) const noexcept {
  return by_class_[static_cast<std::size_t>(c)];
}

std::vector<std::uint64_t> ContactBook::near(Position position, double radius_m) const {
  std::vector<std::uint64_t> found;
  if (!origin_ || !std::isfinite(position.latitude_deg)) return found;
  const auto centre = LocalPlane(*origin_).to_local(position);
  for (auto row = cell_index(centre.north_m - radius_m); row <= cell_index(centre.north_m + radius_m);
       ++row) {
    for (auto column = cell_index(centre.east_m - radius_m); column <= cell_index(centre.east_m + radius_m);
         ++column) {
      const auto cell = cells_.find(cell_key(column, row));
      if (cell != cells_.end()) found.insert(found.end(), cell->second.begin(), cell->second.end());
    }
  }
  std::ranges::sort(found);
  return found;
}

void ContactBook::write(Store::Change& change) {
  for (const std::uint64_t id : changed_looks_) {
    const auto look = looks_.find(id);
    if (look != looks_.end()) {
      change.put(look->second);
    } else {
      change.remove_look(id);
    }
  }
  for (const std::uint64_t id : changed_contacts_) {
    const auto contact = contacts_.find(id);
    if (contact != contacts_.end()) {
      change.put(contact->second);
    } else {
      change.remove_contact(id);
    }
  }
  changed_looks_.clear();
  changed_contacts_.clear();
}

void ContactBook::write_all(Store::Change& change) {
  change.clear_contacts();
  for (const auto& [id, look] : looks_) changed_looks_.insert(id);
  for (const auto& [id, contact] : contacts_) changed_contacts_.insert(id);
  write(change);
}

}  // namespace towfish
