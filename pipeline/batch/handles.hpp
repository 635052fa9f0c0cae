#pragma once

#include <xxhash.h>

#include <cstdio>
#include <memory>

namespace towfish::batch {

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
struct FreeHash {
  void operator()(XXH3_state_t* state) const noexcept { XXH3_freeState(state); }
};

using FileHandle = std::unique_ptr<std::FILE, CloseFile>;
using HashHandle = std::unique_ptr<XXH3_state_t, FreeHash>;

}  // namespace towfish::batch
