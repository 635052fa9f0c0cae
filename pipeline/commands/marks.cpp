#include "pipeline/commands/marks.hpp"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <istream>
#include <map>

#include "pipeline/contacts/csv_line.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::commands {
namespace {

/// One row by column name.
class MarkRow {
 public:
  MarkRow(const std::map<std::string, std::size_t>& columns, std::vector<std::string> fields,
          std::string where)
      : columns_(&columns), fields_(std::move(fields)), where_(std::move(where)) {}

  [[nodiscard]] std::string text(const std::string& column) const {
    const auto found = columns_->find(column);
    return found == columns_->end() || found->second >= fields_.size() ? "" : fields_[found->second];
  }
  /// nullopt where the column or its value is absent.
  [[nodiscard]] std::optional<double> number(const std::string& column) const {
    const std::string field = text(column);
    if (field.empty()) return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc{} || end != field.data() + field.size() || !(value >= 0 && value < 1e15)) {
      throw InputError(fmt::format("{}: {} is '{}', wanted a number not below 0", where_, column, field));
    }
    return value;
  }
  [[nodiscard]] Side side() const {
    const std::string field = text("side");
    for (const Side side : kSides) {
      if (field == name(side)) return side;
    }
    throw InputError(fmt::format("{}: side is '{}', wanted port or starboard", where_, field));
  }

 private:
  const std::map<std::string, std::size_t>* columns_;
  std::vector<std::string> fields_;
  std::string where_;
};

std::optional<Mark> mark(const MarkRow& row) {
  const auto ping = row.number("ping");
  const auto sample = row.number("sample");
  if (!ping || !sample) return std::nullopt;
  Mark mark;
  mark.side = row.side();
  mark.first_ping = static_cast<std::uint64_t>(*ping);
  mark.first_sample = static_cast<std::uint64_t>(*sample);
  mark.last_ping = static_cast<std::uint64_t>(row.number("last_ping").value_or(*ping));
  mark.last_sample = static_cast<std::uint64_t>(row.number("last_sample").value_or(*sample));
  mark.length_m = static_cast<float>(row.number("length_m").value_or(0));
  mark.width_m = static_cast<float>(row.number("width_m").value_or(0));
  mark.label = row.text("class").empty() ? row.text("kind") : row.text("class");
  mark.source_file = row.text("source_file");
  if (const auto confidence = row.number("confidence")) mark.label += fmt::format(" {:.2f}", *confidence);
  return mark;
}

}  // namespace

std::optional<std::string> source_of_log(const std::set<std::string>& sources, const std::string& log) {
  const auto name = std::filesystem::path(log).filename();
  for (const std::string& source : sources) {
    if (std::filesystem::path(source).filename() == name) return source;
  }
  if (sources.size() < 2) return std::nullopt;
  throw InputError(
      fmt::format("source_file: found {} logs, none of them '{}'", sources.size(), name.string()));
}

Marks read_marks(std::istream& in, const std::string& file) {
  Marks marks;
  std::map<std::string, std::size_t> columns;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.empty() || line[0] == '#' || line == "\r") continue;
    auto fields = csv_fields(line);
    const std::string where = fmt::format("{}:{}", file, number);
    if (columns.empty()) {
      for (std::size_t i = 0; i < fields.size(); ++i) columns[fields[i]] = i;
      for (const char* wanted : {"side", "ping", "sample"}) {
        if (!columns.contains(wanted)) throw InputError(fmt::format("{}: no column '{}'", where, wanted));
      }
      continue;
    }
    if (const auto found = mark(MarkRow(columns, std::move(fields), where))) {
      marks.marks.push_back(*found);
    } else {
      ++marks.without_place;
    }
  }
  if (columns.empty()) throw InputError(file + ": has no header line");
  return marks;
}

Marks read_marks(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in || std::filesystem::is_directory(file)) throw InputError(file.string() + ": cannot be read");
  return read_marks(in, file.string());
}

}  // namespace towfish::commands
