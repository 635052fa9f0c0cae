#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "tests/logs/read_log.hpp"
#include "tests/logs/temporary_folder.hpp"
#include "tests/logs/xtf_bytes.hpp"

namespace towfish {

/// XTF built byte by byte, written to a file and read back.
class XtfFile : public testing::Test {
 protected:
  using Samples = std::vector<std::uint16_t>;

  static inline const std::vector<xtf_bytes::Channel> kPair{{.type = 1}, {.type = 2}};

  static ByteBuilder pair_ping(const xtf_bytes::Where& where = {}) {
    return xtf_bytes::ping(
        {xtf_bytes::trace(0, Samples{40, 30, 20, 10}), xtf_bytes::trace(1, Samples{1, 2, 3, 4})}, where);
  }
  std::unique_ptr<Log> open(const ByteBuilder& bytes, const LogOptions& options = {}) {
    return open_log(folder_.write("log.xtf", bytes.bytes()), options);
  }
  std::vector<ReadPing> read(const ByteBuilder& bytes, const LogOptions& options = {}) {
    log_ = open(bytes, options);
    return read_all(*log_);
  }

  TemporaryFolder folder_;
  std::unique_ptr<Log> log_;
};

}  // namespace towfish
