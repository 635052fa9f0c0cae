#pragma once

#include <algorithm>
#include <concepts>
#include <filesystem>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/sonar/configured_path.hpp"
#include "pipeline/sonar/error.hpp"

namespace YAML {
class Node;
}

/// Configuration as documented structs.
///
/// A settings struct holds its defaults as member initialisers and describes itself once, to any visitor:
///
///   struct RingSettings {
///     int slots = 8;
///     template <class Visitor> void describe(Visitor& v) {
///       v.number("slots", slots, "frames", 2, 1024, "Frames that may wait for the detector.");
///     }
///   };
///
/// Visitors offer number, flag, text, path, choice, group and list. The reader here takes YAML and refuses
/// unknown keys, wrong types and values out of range, naming file, line and key; the writer prints what is in
/// force, each key with its unit, range, default and meaning. A describing struct needs no include of this
/// file.
namespace towfish::settings {

/// One named value of an enumeration.
template <class Enum>
using Choice = std::pair<std::string_view, Enum>;

/// The name of a value; empty when it has none.
template <class Enum>
std::string_view label(Enum value, std::span<const Choice<Enum>> choices) {
  const auto found =
      std::find_if(choices.begin(), choices.end(), [&](const auto& c) { return c.second == value; });
  return found == choices.end() ? std::string_view() : found->first;
}

/// Reads one YAML map into a settings struct. Used through read().
class Reader {
 public:
  Reader(const YAML::Node& node, std::string file, std::string path);
  ~Reader();

  template <class T>
  requires std::integral<T> || std::floating_point<T>
  void number(std::string_view key, T& value, std::string_view unit, double min, double max,
              std::string_view) {
    if (const auto found = number_at(key, unit, min, max, std::integral<T>)) value = static_cast<T>(*found);
  }
  void flag(std::string_view key, bool& value, std::string_view doc);
  void text(std::string_view key, std::string& value, std::string_view doc);
  /// A file, relative to the one that is being read.
  void path(std::string_view key, ConfiguredPath& value, std::string_view doc);

  template <class Enum>
  void choice(std::string_view key, Enum& value, std::span<const Choice<Enum>> choices, std::string_view) {
    const auto found = scalar_at(key);
    if (!found) return;
    std::string wanted;
    for (const auto& [label, chosen] : choices) {
      if (*found == label) {
        value = chosen;
        return;
      }
      wanted += (wanted.empty() ? "" : ", ") + std::string(label);
    }
    fail_at(key, "'" + *found + "'", "one of " + wanted);
  }

  template <class T>
  void group(std::string_view key, T& value, std::string_view) {
    if (auto inner = map_at(key)) {
      value.describe(*inner);
      inner->refuse_unknown();
    }
  }

  /// A sequence of maps; replaces the default items.
  template <class T>
  void list(std::string_view key, std::vector<T>& values, std::string_view) {
    auto items = items_at(key);
    if (!items) return;
    values.clear();
    for (auto& item : *items) {
      item->refuse_unless_map();
      values.emplace_back().describe(*item);
      item->refuse_unknown();
    }
  }

  /// Throws UsageError if the map has a key that nobody asked for.
  void refuse_unknown() const;
  void refuse_unless_map() const;

 private:
  [[nodiscard]] std::optional<std::string> scalar_at(std::string_view key);
  [[nodiscard]] std::optional<double> number_at(std::string_view key, std::string_view unit, double min,
                                                double max, bool whole);
  [[nodiscard]] std::unique_ptr<Reader> map_at(std::string_view key);
  [[nodiscard]] std::optional<std::vector<std::unique_ptr<Reader>>> items_at(std::string_view key);
  [[noreturn]] void fail_at(std::string_view key, const std::string& found, const std::string& wanted) const;

  std::unique_ptr<YAML::Node> node_;
  std::string file_;
  std::string path_;  ///< "ring." inside group ring; empty at the top.
  std::vector<std::string> known_;
};

/// A reader of the whole text; throws UsageError with file and line where it is malformed. An empty text is
/// an empty map. `file` is for messages.
std::unique_ptr<Reader> parse(std::istream& in, const std::string& file);

/// Opens `file` and parses it; UsageError where it cannot be read.
std::unique_ptr<Reader> parse(const std::filesystem::path& file);

template <class T>
void read(const std::unique_ptr<Reader>& reader, T& value) {
  reader->refuse_unless_map();
  value.describe(*reader);
  reader->refuse_unknown();
}

/// Fills `value` from YAML; keys not given keep their defaults.
template <class T>
void read(std::istream& in, const std::string& file, T& value) {
  read(parse(in, file), value);
}

template <class T>
void read(const std::filesystem::path& file, T& value) {
  read(parse(file), value);
}

/// Prints a settings struct as commented YAML that read() takes back. Used through print().
class Writer {
 public:
  explicit Writer(std::ostream& out, int depth = 0) : out_(out), depth_(depth) {}

  template <class T>
  requires std::integral<T> || std::floating_point<T>
  void number(std::string_view key, T& value, std::string_view unit, double min, double max,
              std::string_view doc) {
    write_number(key, static_cast<double>(value), std::floating_point<T> && sizeof(T) == sizeof(float), unit,
                 min, max, doc);
  }
  void flag(std::string_view key, bool& value, std::string_view doc);
  void text(std::string_view key, std::string& value, std::string_view doc);
  void path(std::string_view key, ConfiguredPath& value, std::string_view doc) { text(key, value.path, doc); }

  template <class Enum>
  void choice(std::string_view key, Enum& value, std::span<const Choice<Enum>> choices,
              std::string_view doc) {
    std::string labels;
    for (const auto& choice : choices) labels += (labels.empty() ? "" : " | ") + std::string(choice.first);
    write_choice(key, label(value, choices), labels, doc);
  }

  template <class T>
  void group(std::string_view key, T& value, std::string_view doc) {
    open_group(key, doc);
    Writer inner(out_, depth_ + 1);
    value.describe(inner);
  }

  template <class T>
  void list(std::string_view key, std::vector<T>& values, std::string_view doc) {
    open_list(key, doc, values.empty());
    for (auto& value : values) {
      open_item();
      Writer inner(out_, depth_ + 2);
      value.describe(inner);
    }
  }

 private:
  void write_number(std::string_view key, double value, bool single, std::string_view unit, double min,
                    double max, std::string_view doc);
  void write_choice(std::string_view key, std::string_view value, std::string_view labels,
                    std::string_view doc);
  void open_group(std::string_view key, std::string_view doc);
  void open_list(std::string_view key, std::string_view doc, bool empty);
  void open_item();
  void comment(std::string_view text);
  [[nodiscard]] std::string indent() const;

  std::ostream& out_;
  int depth_;
};

template <class T>
void print(std::ostream& out, T value) {
  Writer writer(out);
  value.describe(writer);
}

}  // namespace towfish::settings
