#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace towfish {

/// sums[i]: the sum of values 0 to i. `sums` has room for as many; it may be where the values are. Several at
/// a time, exactly, because they are integers.
void sum_up(std::span<const std::int32_t> values, std::int32_t* sums) noexcept;

/// The same for boxes that reach up to `pad` cells beyond either end of a row, where there is nothing:
/// prefix[pad + i] becomes the sum of the values before i. Its first pad + 1 are 0 and stay so.
void sum_up_padded(std::span<const std::int32_t> values, std::size_t pad,
                   std::span<std::int32_t> prefix) noexcept;

}  // namespace towfish
