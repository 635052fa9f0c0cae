#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "pipeline/logs/xtf_writer.hpp"
#include "pipeline/picture/picture.hpp"
#include "tests/logs/jsf_bytes.hpp"
#include "tests/logs/recorder_bytes.hpp"
#include "tests/logs/xtf_bytes.hpp"

/// Writes the files that fuzzing starts from: one folder a target, from our own writers and test builders.
namespace {

using namespace towfish;
namespace fs = std::filesystem;
using Samples16 = std::vector<std::uint16_t>;
using Samples8 = std::vector<std::uint8_t>;

void save(const fs::path& file, std::span<const std::byte> bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

void write_xtf(const fs::path& folder) {
  using xtf_bytes::file_header;
  using xtf_bytes::trace;
  const auto ping = xtf_bytes::ping({trace(0, Samples16{4, 3, 2, 1}), trace(1, Samples16{1, 2, 3, 4})});
  save(folder / "pair",
       ByteBuilder(file_header({{.type = 1}, {.type = 2}})).append(ping).append(ping).append(ping).bytes());
  save(folder / "float",
       ByteBuilder(file_header({{.type = 1, .bytes_per_sample = 4, .sample_format = 5},
                                {.type = 2, .bytes_per_sample = 4, .sample_format = 5}}))
           .append(xtf_bytes::ping({trace(0, std::vector<float>{1, 2}), trace(1, std::vector<float>{3, 4})}))
           .bytes());
  save(folder / "ground",
       ByteBuilder(file_header({{.type = 1, .correction = 2}, {.type = 2, .correction = 2}}))
           .append(ping)
           .append(xtf_bytes::small_packet(42))
           .append(xtf_bytes::small_packet(107))
           .append(xtf_bytes::small_packet(3))
           .append(ping)
           .bytes());
  save(folder / "long",
       ByteBuilder(file_header({{.type = 1}, {.type = 2}}))
           .append(xtf_bytes::ping({trace(0, Samples16(2100, 3)), trace(1, Samples16(2100, 4))}))
           .append(ping)
           .bytes());
  XtfWriter writer(folder / "writer", "corpus");
  PingPair pair;
  pair.geometry = {{{3, 0, 0.1F, 400, 1}, {2, 0, 0.1F, 400, 1}}};
  for (int i = 0; i < 4; ++i) writer.write(pair, Samples16{1, 2, 3}, Samples16{4, 5});
}

void write_others(const fs::path& root) {
  using namespace recorder_bytes;
  ByteBuilder jsf;
  ByteBuilder sdf;
  ByteBuilder humminbird;
  ByteBuilder svlog;
  auto sl2 = lowrance_header(2);
  auto sl3 = lowrance_header(3);
  for (std::uint32_t i = 0; i < 3; ++i) {
    jsf.append(jsf_sonar({.channel = 0, .number = i}, Samples16{1, 2}))
        .append(jsf_sonar({.channel = 1, .number = i}, Samples16{3, 4}));
    jsf.append(jsf_situation(i, 41, 10))
        .append(jsf_nmea(i, "$GPGGA,120000,4130.0,N,07045.0,W,1,08,0.9,5,M,,,,*1A"));
    const auto between = [&](std::uint16_t type, std::size_t validity_at) {
      jsf.append(jsf_message(type, 101, 0, jsf_stamped(76, i).little(validity_at, std::uint32_t{0x1FFF})));
    };
    between(2020, 36);
    between(2060, 24);
    between(2080, 12);
    sdf.append(sdf_page({1, 2}, {3, 4})).append(sdf_page({1, 2}, {3, 4}, 3501, 100000));
    humminbird.append(humminbird_ping(2, i, Samples8{1, 2, 3}));
    svlog.append(svlog_ping(0, i, Samples16{1, 2})).append(svlog_ping(1, i, Samples16{3, 4}));
    append_sl2(sl2, 5, Samples8{1, 2, 3, 4});
    append_sl2(sl2, 3, Samples8{1, 2});
    append_sl3(sl3, 5, Samples8{1, 2, 3, 4});
  }
  save(root / "jsf" / "pair", jsf.bytes());
  save(root / "sdf" / "pages", sdf.bytes());
  save(root / "lowrance" / "sl2", sl2.bytes());
  save(root / "lowrance" / "sl3", sl3.bytes());
  ByteBuilder pair(2);  // where port ends, as humminbird_fuzz.cpp wants it
  pair.little(0, static_cast<std::uint16_t>(humminbird.size()));
  save(root / "humminbird" / "pair", pair.append(humminbird).append(humminbird).bytes());
  save(root / "svlog" / "pair", svlog.bytes());
  save(root / "svlog" / "rsd",
       ByteBuilder(20480).append(ByteBuilder(64).little(2, std::uint32_t{0xB7E9DA86})).bytes());
}

void write_pictures(const fs::path& folder) {
  for (const std::uint32_t channels : {1U, 3U}) {
    Picture picture(8, 6, channels);
    for (std::size_t i = 0; i < picture.pixels.size(); ++i)
      picture.pixels[i] = static_cast<std::uint8_t>(i * 5);
    save(folder / ("png" + std::to_string(channels)), encode_png(picture));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: fuzz_corpus FOLDER\n";
    return 2;
  }
  const fs::path root(argv[1]);
  fs::create_directories(root / "xtf");
  write_xtf(root / "xtf");
  write_others(root);
  write_pictures(root / "picture");
  return 0;
}
