#include "pipeline/fusion/contact_book.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>
#include <utility>

namespace towfish {

namespace {

/// How a contact is put aside; its looks follow. The rest of it follows from these.
struct AsideHeader {
  std::uint64_t contact;
  std::uint32_t misses;
  float miss_llr;
  std::uint64_t looks;
};
static_assert(std::is_trivially_copyable_v<AsideHeader> && std::is_trivially_copyable_v<Look>);

void append(std::vector<std::uint8_t>& bytes, const void* from, std::size_t count) {
  const auto* first = static_cast<const std::uint8_t*>(from);
  bytes.insert(bytes.end(), first, first + count);
}

void sort_unique(std::vector<std::uint64_t>& ids) {
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

std::vector<std::uint8_t> bytes_of(std::span<const ContactTiles::Member> members) {
  std::vector<std::uint8_t> bytes;
  for (const ContactTiles::Member& member : members) {
    const BookedContact& entry = *member.contact;
    const AsideHeader header{entry.id(), entry.contact.misses, entry.contact.miss_llr, entry.looks.size()};
    append(bytes, &header, sizeof header);
    append(bytes, entry.looks.data(), entry.looks.size() * sizeof(Look));
  }
  return bytes;
}

}  // namespace

bool BookedContact::seen_in(std::uint32_t pass) const noexcept {
  return std::ranges::binary_search(passes, pass);
}

ContactBook::ContactBook(const ResightingSettings& settings, std::filesystem::path folder)
    : settings_(settings),
      file_(std::move(folder)),
      pool_(std::make_unique<std::pmr::unsynchronized_pool_resource>()),
      contacts_(pool_.get()),
      contact_of_(pool_.get()) {}

const Look& ContactBook::look(std::uint64_t id) const {
  return *std::ranges::lower_bound(contact_of_.at(id)->looks, id, {}, &Look::id);
}

/// The last of its looks.
void ContactBook::take_in(const Look& look, BookedContact& entry) const {
  entry.combination.add(look, settings_, entry.contact);
  entry.passes.insert(std::ranges::upper_bound(entry.passes, look.pass), look.pass);
}

void ContactBook::take_all_in(BookedContact& entry) const {
  entry.combination.clear(entry.contact);
  entry.passes.clear();
  for (const Look& look : entry.looks) take_in(look, entry);
}

/// Looks or misses have changed.
void ContactBook::conclude(BookedContact& entry) {
  Contact& contact = entry.contact;
  const Position before = contact.position;
  --by_class_[static_cast<std::size_t>(contact.contact_class)];
  entry.combination.conclude(settings_, contact);
  ++by_class_[static_cast<std::size_t>(contact.contact_class)];
  changed_contacts_.push_back(contact.id);
  place(entry, before);
}

/// Moves a contact to where it lies now.
void ContactBook::place(BookedContact& entry, Position before) {
  const Contact& contact = entry.contact;
  const Position now = contact.position;
  const bool stays = before.latitude_deg == now.latitude_deg && before.longitude_deg == now.longitude_deg;
  if (stays) return;
  uncounted_.push_back(contact.id);
  tiles_.leave(entry.tile, entry);
  entry.tile = tiles_.key_of(now);
  tiles_.enter(entry.tile, {&entry, now});
}

void ContactBook::erase(BookedContact& entry) {
  const Contact& contact = entry.contact;
  tiles_.leave(entry.tile, entry);
  --by_class_[static_cast<std::size_t>(contact.contact_class)];
  changed_contacts_.push_back(contact.id);
  contacts_.erase(entry.id());
}

void ContactBook::attach(const Look& look, BookedContact& entry) {
  auto& looks = entry.looks;
  const auto place = looks.insert(std::ranges::upper_bound(looks, look.id, {}, &Look::id), look);
  place->contact = entry.id();
  contact_of_[look.id] = &entry;
  changed_looks_.push_back(look.id);
  if (place + 1 == looks.end()) {
    take_in(*place, entry);
  } else {
    take_all_in(entry);
  }
  conclude(entry);
}

void ContactBook::detach(std::uint64_t look, BookedContact& entry) {
  if (entry.looks.size() == 1) {
    erase(entry);
    return;
  }
  std::erase_if(entry.looks, [&](const Look& one) { return one.id == look; });
  take_all_in(entry);
  conclude(entry);
}

void ContactBook::add(const Look& look) {
  const std::uint64_t id = look.id;
  BookedContact& entry = contacts_[id];
  Contact& contact = entry.contact;
  contact.id = id;
  entry.looks.push_back(look);
  entry.looks.back().contact = id;
  contact_of_[look.id] = &entry;
  take_all_in(entry);
  entry.combination.conclude(settings_, contact);
  ++by_class_[static_cast<std::size_t>(contact.contact_class)];
  entry.tile = tiles_.key_of(contact.position);
  tiles_.enter(entry.tile, {&entry, contact.position});
  changed_looks_.push_back(look.id);
  changed_contacts_.push_back(id);
}

void ContactBook::update(const Look& look) {
  BookedContact& entry = *contact_of_.at(look.id);
  Look& kept = *std::ranges::lower_bound(entry.looks, look.id, {}, &Look::id);
  kept = look;
  kept.contact = entry.id();
  changed_looks_.push_back(look.id);
  take_all_in(entry);
  conclude(entry);
}

void ContactBook::remove(std::uint64_t look) {
  const auto found = contact_of_.find(look);
  detach(look, *found->second);
  contact_of_.erase(found);
  changed_looks_.push_back(look);
}

void ContactBook::move(std::uint64_t id, std::uint64_t to) {
  const Look moved = look(id);
  detach(id, *contact_of_.at(id));
  attach(moved, contacts_.at(to));
}

void ContactBook::set_misses(const BookedContact& contact, Misses misses) {
  if (contact.contact.misses == misses.passes && contact.contact.miss_llr == misses.llr) return;
  BookedContact& entry = contacts_.at(contact.id());
  entry.contact.misses = misses.passes;
  entry.contact.miss_llr = misses.llr;
  conclude(entry);
}

std::uint64_t ContactBook::of_class(ContactClass c) const noexcept {
  return by_class_[static_cast<std::size_t>(c)];
}

const ContactBook::Found& ContactBook::near(Position position, double radius_m) {
  found_.clear();
  tiles_.keys_near(position, radius_m, found_tiles_);
  const DegreesAround reach = degrees_around(position, radius_m);
  for (const ContactTiles::Key key : found_tiles_) {
    ContactTiles::Tile& tile = tiles_.at(key);
    tiles_.touch(tile);
    if (!tile.aside.empty()) bring_back(key);
    for (const ContactTiles::Member& member : tile.members) {
      const double north = member.position.latitude_deg - position.latitude_deg;
      const double east = longitude_difference(position.longitude_deg, member.position.longitude_deg);
      if (std::abs(north) <= reach.latitude && std::abs(east) <= reach.longitude)
        found_.push_back(member.contact);
    }
  }
  return found_;
}

ContactBook::Found ContactBook::take_uncounted() {
  Found found;
  for (const std::uint64_t id : std::exchange(uncounted_, {})) {
    if (const auto contact = contacts_.find(id); contact != contacts_.end())
      found.push_back(&contact->second);
  }
  return found;
}

void ContactBook::write(Store::Change& change) {
  sort_unique(changed_looks_);
  sort_unique(changed_contacts_);
  for (const std::uint64_t id : changed_looks_) {
    if (has_look(id)) {
      change.put(look(id));
    } else {
      change.remove_look(id);
    }
  }
  for (const std::uint64_t id : changed_contacts_) {
    if (has_contact(id)) {
      change.put(contact(id));
    } else {
      change.remove_contact(id);
    }
  }
  forget_changes();
}

void ContactBook::forget_changes() noexcept {
  changed_looks_.clear();
  changed_contacts_.clear();
}

bool ContactBook::is_full() const noexcept {
  return contacts_.size() > most_in_memory_;
}

void ContactBook::settle(std::unordered_set<std::uint64_t> held) {
  if (!is_full() || changes() != 0) return;
  for (const std::uint64_t id : uncounted_) {
    if (has_contact(id)) held.insert(contact(id).looks.front());
  }
  for (const ContactTiles::Key key : tiles_.resident_by_age()) {
    if (contacts_.size() <= most_in_memory_ / 2) return;
    put_aside(key, held);
  }
}

void ContactBook::put_aside(ContactTiles::Key key, const std::unordered_set<std::uint64_t>& held) {
  ContactTiles::Tile& tile = tiles_.at(key);
  if (!tile.aside.empty()) bring_back(key);
  const auto leaving = std::ranges::partition(tile.members, [&](const ContactTiles::Member& member) {
    return std::ranges::any_of(member.contact->looks,
                               [&](const Look& look) { return held.contains(look.id); });
  });
  if (leaving.empty()) return;
  // Those without a place are never searched for.
  if (key != ContactTiles::kNowhere) {
    auto place = file_.put(bytes_of(leaving));
    if (!place) return;  // No room on the disk: they stay in memory.
    tile.aside = std::move(*place);
  }
  aside_ += leaving.size();
  for (const ContactTiles::Member& member : leaving) {
    for (const Look& look : member.contact->looks) contact_of_.erase(look.id);
    contacts_.erase(member.contact->id());
  }
  tile.members.erase(leaving.begin(), leaving.end());
}

void ContactBook::bring_back(ContactTiles::Key key) {
  const std::vector<std::uint8_t> bytes = file_.take(tiles_.at(key).aside);
  for (std::size_t at = 0; at < bytes.size();) {
    AsideHeader header;
    std::memcpy(&header, &bytes[at], sizeof header);
    at += sizeof header;
    BookedContact& entry = contacts_[header.contact];
    entry.looks.resize(header.looks);
    std::memcpy(static_cast<void*>(entry.looks.data()), &bytes[at], header.looks * sizeof(Look));
    at += header.looks * sizeof(Look);
    for (const Look& look : entry.looks) contact_of_[look.id] = &entry;
    entry.contact.id = header.contact;
    entry.contact.misses = header.misses;
    entry.contact.miss_llr = header.miss_llr;
    take_all_in(entry);
    entry.combination.conclude(settings_, entry.contact);
    entry.tile = key;
    tiles_.enter(key, {&entry, entry.contact.position});
    --aside_;
  }
}

}  // namespace towfish
