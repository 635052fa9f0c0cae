#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

#include "pipeline/evaluation/trial.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::evaluation {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, std::size_t line, const std::string& what) {
  throw InputError(file.string() + ":" + std::to_string(line) + ": " + what);
}

std::uint64_t whole(const std::string& text, const std::filesystem::path& file, std::size_t line,
                    const char* column) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    refuse(file, line, std::string(column) + ": found '" + text + "', wanted a whole number from 0");
  }
  return value;
}

Mark parse_mark(const std::string& text, const std::filesystem::path& file, std::size_t line) {
  std::vector<std::string> fields;
  std::istringstream in(text);
  for (std::string field; std::getline(in, field, ',');) fields.push_back(field);
  fields.resize(std::max<std::size_t>(fields.size(), 4));
  fields.resize(6);
  Mark mark;
  mark.kind = fields[0];
  if (fields[1] != "port" && fields[1] != "starboard") {
    refuse(file, line, "side: found '" + fields[1] + "', wanted port or starboard");
  }
  mark.side = fields[1] == "port" ? Side::port : Side::starboard;
  mark.ping = mark.last_ping = whole(fields[2], file, line, "ping");
  mark.sample = mark.last_sample = static_cast<std::uint32_t>(whole(fields[3], file, line, "sample"));
  if (!fields[4].empty()) mark.last_ping = whole(fields[4], file, line, "last_ping");
  if (!fields[5].empty()) {
    mark.last_sample = static_cast<std::uint32_t>(whole(fields[5], file, line, "last_sample"));
  }
  return mark;
}

void strip(std::string& line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
}

}  // namespace

std::vector<Mark> read_marks(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw InputError(file.string() + ": cannot be opened");
  std::vector<Mark> marks;
  std::string text;
  for (std::size_t line = 1; std::getline(in, text); ++line) {
    strip(text);
    if (text.empty() || text[0] == '#' || text.starts_with("kind,")) continue;
    marks.push_back(parse_mark(text, file, line));
  }
  return marks;
}

std::vector<Box> read_boxes(const std::filesystem::path& file, double picture_width, double picture_height) {
  std::vector<Box> boxes;
  std::ifstream in(file);
  std::string text;
  for (std::size_t line = 1; in && std::getline(in, text); ++line) {
    strip(text);
    if (text.empty()) continue;
    std::istringstream fields(text);
    Box box;
    if (!(fields >> box.label >> box.x >> box.y >> box.width >> box.height) ||
        !std::isfinite(box.x + box.y) || !(box.width >= 0) || !(box.height >= 0)) {
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
