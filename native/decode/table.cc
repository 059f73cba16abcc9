#include "table.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace tracecap {

Table::Table(TablePlan plan, int64_t time_offset)
    : plan_(std::move(plan)), time_offset_(time_offset) {
  Begin();
}

void Table::Append(const Event* events, size_t count) {
  for (Column& column : batch_->columns) column.Append(events, count);
  for (size_t i = 0; i < count; i++) {
    int64_t time;
    std::memcpy(&time, events[i].data + plan_.time_offset, sizeof(time));
    time += time_offset_;
    batch_->time_from = std::min(batch_->time_from, time);
    batch_->time_to = std::max(batch_->time_to, time);
  }
  batch_->rows += count;
}

std::unique_ptr<Batch> Table::Take() {
  auto taken = std::move(batch_);
  Begin();
  return taken;
}

size_t Table::size_bytes() const {
  size_t size = 0;
  for (const Column& column : batch_->columns) size += column.size_bytes();
  return size;
}

void Table::Begin() {
  batch_ = std::make_unique<Batch>();
  batch_->time_from = std::numeric_limits<int64_t>::max();
  batch_->time_to = std::numeric_limits<int64_t>::min();
  batch_->columns.reserve(plan_.columns.size());
  for (const ColumnPlan& column : plan_.columns) {
    batch_->columns.emplace_back(column, plan_.fixed_size, time_offset_);
  }
}

}  // namespace tracecap
