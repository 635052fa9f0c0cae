#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "pipeline/contacts/csv_line.hpp"
#include "pipeline/evaluation/trial.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::evaluation {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, std::size_t line, const std::string& what) {
  throw InputError(file.string() + ":" + std::to_string(line) + ": " + what);
}

std::uint64_t whole(const std::string& text, const std::filesystem::path& file, std::size_t line,
                    const char* column) {
  constexpr std::uint64_t kMost = 2'000'000'000;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > kMost) {
    refuse(file, line, std::string(column) + ": found '" + text + "', wanted a whole number from 0");
  }
  return value;
}

/// Which field is what, by name of column.
using Columns = std::map<std::string, std::size_t>;

const Columns kMarkedByEye{{"kind", 0},   {"side", 1},      {"ping", 2},
                           {"sample", 3}, {"last_ping", 4}, {"last_sample", 5}};

class Row {
 public:
  Row(const std::string& text, const Columns& columns, const std::filesystem::path& file, std::size_t line)
      : fields_(csv_fields(text)), columns_(columns), file_(file), line_(line) {}

  [[nodiscard]] std::string text(const char* column) const {
    const auto found = columns_.find(column);
    return found == columns_.end() || found->second >= fields_.size() ? std::string()
                                                                      : fields_[found->second];
  }
  [[nodiscard]] std::uint64_t number(const char* column) const {
    return whole(text(column), file_, line_, column);
  }
  [[nodiscard]] double metres(const char* column) const {
    const std::string field = text(column);
    if (field.empty()) return 0;
    double value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc() || end != field.data() + field.size() || !(value >= 0 && value < 1e5)) {
      refuse(file_, line_, std::string(column) + ": found '" + field + "', wanted metres");
    }
    return value;
  }
  [[nodiscard]] Mark mark() const;

 private:
  std::vector<std::string> fields_;
  const Columns& columns_;
  const std::filesystem::path& file_;
  std::size_t line_;
};

Mark Row::mark() const {
  Mark mark;
  mark.kind = text(columns_.contains("kind") ? "kind" : "class");
  mark.shape = text("shape");
  mark.source_file = text("source_file");
  const std::string side = text("side");
  if (side != "port" && side != "starboard") {
    refuse(file_, line_, "side: found '" + side + "', wanted port or starboard");
  }
  mark.side = side == "port" ? Side::port : Side::starboard;
  mark.ping = mark.last_ping = number("ping");
  mark.sample = mark.last_sample = static_cast<std::uint32_t>(number("sample"));
  if (!text("last_ping").empty()) mark.last_ping = number("last_ping");
  if (!text("last_sample").empty()) mark.last_sample = static_cast<std::uint32_t>(number("last_sample"));
  if (mark.last_ping < mark.ping || mark.last_sample < mark.sample)
    refuse(file_, line_, "an extent that ends before it begins");
  mark.size_m = std::max(metres("length_m"), metres("width_m"));
  return mark;
}

/// The columns that a first line names; none if it is no such line.
Columns columns_named(const std::string& text) {
  Columns columns;
  const auto fields = csv_fields(text);
  for (std::size_t i = 0; i < fields.size(); ++i) columns.emplace(fields[i], i);
  const bool whole_header = columns.contains("side") && columns.contains("ping") &&
                            columns.contains("sample") &&
                            (columns.contains("kind") || columns.contains("class"));
  return whole_header ? columns : Columns{};
}

void strip(std::string& line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
}

}  // namespace

std::vector<Mark> read_marks(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw InputError(file.string() + ": cannot be opened");
  std::vector<Mark> marks;
  Columns columns = kMarkedByEye;
  bool first = true;
  std::string text;
  for (std::size_t line = 1; std::getline(in, text); ++line) {
    strip(text);
    if (text.empty() || text[0] == '#') continue;
    if (std::exchange(first, false)) {
      const Columns named = columns_named(text);
      if (!named.empty()) {
        columns = named;
        continue;
      }
    }
    const Row row(text, columns, file, line);
    if (row.text("ping").empty() && columns.contains("class")) continue;  // no place in the log
    marks.push_back(row.mark());
  }
  return marks;
}

namespace {
/// Programs that draw boxes round them, at the edge of a picture beyond it.
bool is_share(double value) noexcept {
  constexpr double kRounded = 0.01;
  return value >= -kRounded && value <= 1 + kRounded;
}
}  // namespace

std::vector<Box> read_boxes(const std::filesystem::path& file, double picture_width, double picture_height) {
  std::vector<Box> boxes;
  std::ifstream in(file);
  std::string text;
  for (std::size_t line = 1; in && std::getline(in, text); ++line) {
    strip(text);
    if (text.empty()) continue;
    std::istringstream fields(text);
    Box box;
    if (!(fields >> box.label >> box.x >> box.y >> box.width >> box.height) || !is_share(box.x) ||
        !is_share(box.y) || !(box.width >= 0 && is_share(box.width)) ||
        !(box.height >= 0 && is_share(box.height))) {
      refuse(file, line, "found '" + text + "', wanted: class x y width height, the last four from 0 to 1");
    }
    box.x *= picture_width;
    box.width *= picture_width;
    box.y *= picture_height;
    box.height *= picture_height;
    boxes.push_back(box);
  }
  return boxes;
}

}  // namespace towfish::evaluation
