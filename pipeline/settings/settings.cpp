#include "pipeline/settings/settings.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <ostream>

namespace towfish::settings {

namespace {

constexpr std::size_t kLargestFile = 1 << 20;

std::string place(const std::string& file, const YAML::Mark& mark) {
  return mark.is_null() ? file : fmt::format("{}:{}", file, mark.line + 1);
}

std::string what_it_is(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Scalar:
      return "'" + node.Scalar() + "'";
    case YAML::NodeType::Sequence:
      return "a list";
    case YAML::NodeType::Map:
      return "a map";
    default:
      return "nothing";
  }
}

}  // namespace

std::unique_ptr<Reader> parse(std::istream& in, const std::string& file) {
  std::string text(kLargestFile + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kLargestFile)
    throw UsageError(fmt::format("{}: larger than 1 MiB; not a configuration", file));
  try {
    YAML::Node node = YAML::Load(text);
    if (node.IsNull()) node = YAML::Node(YAML::NodeType::Map);
    return std::make_unique<Reader>(node, file, "");
  } catch (const YAML::Exception& error) {
    throw UsageError(fmt::format("{}: not valid YAML: {}", place(file, error.mark), error.msg));
  }
}

std::unique_ptr<Reader> parse(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored))
    throw UsageError(fmt::format("{}: is a folder, wanted a YAML file", file.string()));
  std::ifstream in(file);
  if (!in) throw UsageError(fmt::format("{}: cannot be opened: {}", file.string(), std::strerror(errno)));
  return parse(in, file.string());
}

Reader::Reader(const YAML::Node& node, std::string file, std::string path)
    : node_(std::make_unique<YAML::Node>(node)), file_(std::move(file)), path_(std::move(path)) {}

Reader::~Reader() = default;

void Reader::fail_at(std::string_view key, const std::string& found, const std::string& wanted) const {
  const YAML::Node value = (*node_)[std::string(key)];
  throw UsageError(fmt::format("{}: key '{}{}': found {}, wanted {}", place(file_, value.Mark()), path_, key,
                               found, wanted));
}

std::optional<std::string> Reader::scalar_at(std::string_view key) {
  known_.emplace_back(key);
  const YAML::Node value = std::as_const(*node_)[std::string(key)];
  if (!value.IsDefined()) return std::nullopt;
  if (!value.IsScalar()) fail_at(key, what_it_is(value), "a single value");
  return value.Scalar();
}

std::optional<double> Reader::number_at(std::string_view key, std::string_view unit, double min, double max,
                                        bool whole) {
  const auto text = scalar_at(key);
  if (!text) return std::nullopt;
  const std::string wanted = fmt::format("{} from {} to {}{}{}", whole ? "a whole number" : "a number", min,
                                         max, unit.empty() ? "" : " ", unit);
  double value = 0;
  if (!YAML::convert<double>::decode(YAML::Node(*text), value) || !std::isfinite(value) ||
      (whole && value != std::floor(value)) || value < min || value > max) {
    fail_at(key, "'" + *text + "'", wanted);
  }
  return value;
}

void Reader::flag(std::string_view key, bool& value, std::string_view) {
  const auto text = scalar_at(key);
  if (text && !YAML::convert<bool>::decode(YAML::Node(*text), value))
    fail_at(key, "'" + *text + "'", "true or false");
}

void Reader::text(std::string_view key, std::string& value, std::string_view) {
  if (auto found = scalar_at(key)) value = std::move(*found);
}

void Reader::path(std::string_view key, ConfiguredPath& value, std::string_view) {
  const auto found = scalar_at(key);
  if (!found) return;
  const YAML::Mark mark = std::as_const(*node_)[std::string(key)].Mark();
  value.where = fmt::format("{}: key '{}{}'", place(file_, mark), path_, key);
  value.path = *found;
  if (found->empty()) return;
  if (found->find('\0') != std::string::npos) fail_at(key, "a name with a zero byte", "a file");
  const std::filesystem::path folder = std::filesystem::path(file_).parent_path();
  value.path = std::filesystem::absolute(folder / *found).lexically_normal().string();
}

std::unique_ptr<Reader> Reader::map_at(std::string_view key) {
  known_.emplace_back(key);
  const YAML::Node value = std::as_const(*node_)[std::string(key)];
  if (!value.IsDefined()) return nullptr;
  if (!value.IsMap()) fail_at(key, what_it_is(value), "a map of keys");
  return std::make_unique<Reader>(value, file_, fmt::format("{}{}.", path_, key));
}

std::optional<std::vector<std::unique_ptr<Reader>>> Reader::items_at(std::string_view key) {
  known_.emplace_back(key);
  const YAML::Node value = std::as_const(*node_)[std::string(key)];
  if (!value.IsDefined()) return std::nullopt;
  if (!value.IsSequence()) fail_at(key, what_it_is(value), "a list");
  std::vector<std::unique_ptr<Reader>> items;
  for (const auto& item : value) {
    items.push_back(
        std::make_unique<Reader>(item, file_, fmt::format("{}{}[{}].", path_, key, items.size())));
  }
  return items;
}

void Reader::refuse_unless_map() const {
  if (!node_->IsMap()) {
    throw UsageError(fmt::format("{}: {}: found {}, wanted a map of keys", place(file_, node_->Mark()),
                                 path_.empty() ? "top level" : path_, what_it_is(*node_)));
  }
}

void Reader::refuse_unknown() const {
  std::vector<std::string> seen;
  for (const auto& entry : *node_) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
    if (std::find(known_.begin(), known_.end(), key) == known_.end()) {
      throw UsageError(fmt::format("{}: unknown key '{}{}'; known here: {}", place(file_, entry.first.Mark()),
                                   path_, key, fmt::join(known_, ", ")));
    }
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
      throw UsageError(
          fmt::format("{}: key '{}{}' stands twice", place(file_, entry.first.Mark()), path_, key));
    }
    seen.push_back(key);
  }
}

std::string Writer::indent() const {
  return std::string(static_cast<std::size_t>(depth_) * 2, ' ');
}

void Writer::comment(std::string_view text) {
  out_ << indent() << "# " << text << '\n';
}

void Writer::write_number(std::string_view key, double value, bool single, std::string_view unit, double min,
                          double max, std::string_view doc) {
  comment(fmt::format("{} [{}{}{} to {}]", doc, unit, unit.empty() ? "" : ", ", min, max));
  out_ << indent() << key << ": "
       << (single ? fmt::format("{}", static_cast<float>(value)) : fmt::format("{}", value)) << '\n';
}

void Writer::flag(std::string_view key, bool& value, std::string_view doc) {
  comment(fmt::format("{} [true | false]", doc));
  out_ << indent() << key << ": " << (value ? "true" : "false") << '\n';
}

void Writer::text(std::string_view key, std::string& value, std::string_view doc) {
  comment(doc);
  YAML::Emitter quoted;
  quoted << YAML::DoubleQuoted << value;
  out_ << indent() << key << ": " << quoted.c_str() << '\n';
}

void Writer::write_choice(std::string_view key, std::string_view value, std::string_view labels,
                          std::string_view doc) {
  comment(fmt::format("{} [{}]", doc, labels));
  out_ << indent() << key << ": " << value << '\n';
}

void Writer::open_group(std::string_view key, std::string_view doc) {
  comment(doc);
  out_ << indent() << key << ":\n";
}

void Writer::open_list(std::string_view key, std::string_view doc, bool empty) {
  comment(doc);
  out_ << indent() << key << (empty ? ": []\n" : ":\n");
}

void Writer::open_item() {
  out_ << indent() << "  -\n";
}

}  // namespace towfish::settings
