#include "pipeline/settings/settings.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace towfish::settings {
namespace {

using testing::HasSubstr;

enum class Order { rising, falling };
constexpr Choice<Order> kOrders[] = {{"rising", Order::rising}, {"falling", Order::falling}};

struct Inner {
  int slots = 8;
  template <class Visitor>
  void describe(Visitor& v) {
    v.number("slots", slots, "frames", 2, 1024, "Frames that may wait.");
  }
};

struct Example {
  double range_m = 75;
  bool loop = false;
  std::string scenario = "flat \"sand\"";
  Order order = Order::rising;
  Inner ring;
  std::vector<Inner> rings;
  template <class Visitor>
  void describe(Visitor& v) {
    v.number("range_m", range_m, "m", 5, 500, "Slant range.");
    v.flag("loop", loop, "Begin again at the end.");
    v.text("scenario", scenario, "What is simulated.");
    v.choice("order", order, std::span<const Choice<Order>>(kOrders), "Which way.");
    v.group("ring", ring, "The ring.");
    v.list("rings", rings, "More rings.");
  }
};

Example read_text(const std::string& text) {
  std::istringstream in(text);
  Example example;
  read(in, "x.yaml", example);
  return example;
}

std::string refusal(const std::string& text) {
  try {
    read_text(text);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "not refused";
}

TEST(Settings, KeysNotGivenKeepTheirDefaults) {
  const Example example = read_text("loop: true\nring: {slots: 16}\n");
  EXPECT_TRUE(example.loop);
  EXPECT_EQ(example.ring.slots, 16);
  EXPECT_EQ(example.range_m, 75);
}

TEST(Settings, AnEmptyFileIsAllDefaults) {
  EXPECT_EQ(read_text("").scenario, "flat \"sand\"");
}

TEST(Settings, WhatIsPrintedIsReadBackTheSame) {
  Example example;
  example.range_m = 33.25;
  example.order = Order::falling;
  example.scenario = "a: \"b\" # c";
  example.rings = {Inner{4}, Inner{5}};
  std::ostringstream out;
  print(out, example);
  const Example back = read_text(out.str());
  EXPECT_EQ(back.range_m, 33.25);
  EXPECT_EQ(back.order, Order::falling);
  EXPECT_EQ(back.scenario, example.scenario);
  ASSERT_EQ(back.rings.size(), 2U);
  EXPECT_EQ(back.rings[1].slots, 5);
  EXPECT_THAT(out.str(), HasSubstr("# Slant range. [m, 5 to 500]"));
}

struct Refused {
  const char* what;
  const char* text;
  const char* place;
  const char* key;
};

class SettingsRefuses : public testing::TestWithParam<Refused> {};

TEST_P(SettingsRefuses, AndNamesFileLineAndKey) {
  const std::string message = refusal(GetParam().text);
  EXPECT_THAT(message, HasSubstr(GetParam().place)) << message;
  EXPECT_THAT(message, HasSubstr(GetParam().key)) << message;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, SettingsRefuses,
    testing::Values(Refused{"UnknownKey", "loop: true\nlop: 1\n", "x.yaml:2", "'lop'"},
                    Refused{"UnknownInner", "ring:\n  slots: 4\n  slot: 4\n", "x.yaml:3", "'ring.slot'"},
                    Refused{"OutOfRange", "\n\nrange_m: 5000\n", "x.yaml:3",
                            "'range_m': found '5000', wanted"},
                    Refused{"NotANumber", "range_m: far\n", "x.yaml:1", "'range_m'"},
                    Refused{"Nan", "range_m: .nan\n", "x.yaml:1", "'range_m'"},
                    Refused{"Fraction", "ring: {slots: 2.5}\n", "x.yaml:1", "'ring.slots'"},
                    Refused{"NotAFlag", "loop: maybe\n", "x.yaml:1", "'loop'"},
                    Refused{"NotAChoice", "order: sideways\n", "x.yaml:1", "rising, falling"},
                    Refused{"ListForScalar", "scenario: [a]\n", "x.yaml:1", "'scenario'"},
                    Refused{"ScalarForMap", "ring: 4\n", "x.yaml:1", "'ring'"},
                    Refused{"ScalarForList", "rings: 4\n", "x.yaml:1", "'rings'"},
                    Refused{"ScalarItem", "rings:\n- 4\n", "x.yaml:2", "rings[0]"},
                    Refused{"Twice", "loop: true\nloop: false\n", "x.yaml:2", "'loop'"},
                    Refused{"ListOnTop", "- 1\n", "x.yaml:1", "top level"},
                    Refused{"NotYaml", "a: [1\n", "x.yaml:", "not valid YAML"}),
    [](const auto& refused) { return refused.param.what; });

TEST(Settings, AMissingFileIsNamed) {
  Example example;
  try {
    read(std::filesystem::path("/proc/nowhere/live.yaml"), example);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("/proc/nowhere/live.yaml: cannot be opened: No such file"));
  }
}

struct WithFile {
  ConfiguredPath model;
  template <class Visitor>
  void describe(Visitor& v) {
    v.path("model", model, "A file.");
  }
};

ConfiguredPath path_in(const std::string& file, const std::string& text) {
  std::istringstream in(text);
  WithFile with;
  read(in, file, with);
  return with.model;
}

TEST(Settings, AFileIsRelativeToTheOneThatNamesItAndKnowsWhereItWasNamed) {
  const ConfiguredPath path = path_in("/etc/towfish/mine.yaml", "# comment\nmodel: ../models/a.onnx\n");
  EXPECT_EQ(path.path, "/etc/models/a.onnx");
  EXPECT_EQ(path.where, "/etc/towfish/mine.yaml:2: key 'model'");
  EXPECT_EQ(path_in("/etc/mine.yaml", "model: /opt/a.onnx\n").path, "/opt/a.onnx");
  EXPECT_EQ(path_in("/etc/mine.yaml", "model: ''\n").path, "");
  EXPECT_EQ(path_in("/etc/mine.yaml", "").path, "");
}

TEST(Settings, AFileThatWasPrintedIsReadBackTheSame) {
  WithFile with;
  with.model.path = "/opt/a b.onnx";
  std::ostringstream out;
  print(out, with);
  EXPECT_EQ(path_in("session x", out.str()).path, "/opt/a b.onnx");
}

}  // namespace
}  // namespace towfish::settings
