#include "pipeline/contacts/yolo.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <cmath>

#include "pipeline/contacts/chip_picture.hpp"
#include "pipeline/contacts/output_file.hpp"

namespace towfish {

namespace {

/// From the chip's centre, the far edge of the highlight: highlight towards nadir, shadow away from it.
std::string label_of(const Contact& contact, const Look& look, const Detection& detection, const Chip& chip) {
  if (contact.contact_class == ContactClass::milec || !(chip.metres_per_pixel > 0)) return {};
  const double size_m = chip.metres_per_pixel * Chip::kSize;
  const auto share = [&](double metres, double otherwise) {
    return (std::isfinite(metres) && metres > 0 ? metres : otherwise) / size_m;
  };
  const double near = std::max(0.5 - share(detection.width_m, 0.5), 0.0);
  const double far = std::min(0.5 + share(detection.shadow_length_m, 0), 1.0);
  const double length = std::min(share(look.length_m, 1), 1.0);
  const int label = contact.contact_class == ContactClass::milco ? 0 : 1;
  return fmt::format("{} {:.5f} 0.50000 {:.5f} {:.5f}\n", label, (near + far) / 2, far - near, length);
}

void write_text(const std::filesystem::path& file, std::string_view text) {
  OutputFile output(file);
  output.stream() << text;
  output.commit();
}

void prepare(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::exists(folder, error) && !std::filesystem::is_empty(folder, error)) {
    throw StoreError(
        StoreError::Kind::failed,
        fmt::format("{} is there already and not empty; give the name of a new folder", folder.string()));
  }
  for (const char* part : {"images", "labels"}) {
    std::filesystem::create_directories(folder / part, error);
    if (error) {
      throw StoreError(StoreError::Kind::failed,
                       fmt::format("cannot make {}: {}", (folder / part).string(), error.message()));
    }
  }
}

}  // namespace

std::size_t write_yolo(Store& store, const std::filesystem::path& folder) {
  prepare(folder);
  write_text(folder / "classes.txt", "MILCO\nNOMBO\n");
  std::size_t pictures = 0;
  store.for_each_contact([&](const Contact& contact) {
    store.for_each_look(contact.id, [&](const Look& look) {
      const auto chip = store.chip(look.detection);
      const auto detection = store.detection(look.detection);
      if (!chip || !detection) return;
      const std::string name = fmt::format("contact{}-look{}", contact.id, look.id);
      const auto png = chip_png(*chip);
      write_text(folder / "images" / (name + ".png"),
                 {reinterpret_cast<const char*>(png.data()), png.size()});
      write_text(folder / "labels" / (name + ".txt"), label_of(contact, look, *detection, *chip));
      ++pictures;
    });
  });
  return pictures;
}

}  // namespace towfish
