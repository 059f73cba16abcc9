// What a decoder needs to know of a source: src/schema/define-source.ts makes it from the source's
// layout and declaration. No source is named on this side.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace tracecap {

// How a member becomes a column; the same list as DecodeOp in src/schema/kinds.ts.
enum class Op { kCopy, kTime, kBool, kChars, kSlice, kList, kAddress };

// The array that JavaScript gets a column's values in; follows from ColumnType in kinds.ts.
enum class ArrayType { kUint8, kUint16, kUint32, kInt32, kBigInt64, kBigUint64 };

struct ColumnPlan {
  Op op;
  ArrayType array_type;
  uint32_t offset;
  uint32_t size;
  std::optional<uint64_t> null_value;
  std::optional<uint32_t> null_where_equal;
};

struct TablePlan {
  uint32_t fixed_size;
  uint32_t time_offset;
  std::vector<ColumnPlan> columns;
};

// One event: its bytes without what precedes them in the ring.
struct Event {
  const uint8_t* data;
  uint32_t size;
};

}  // namespace tracecap
