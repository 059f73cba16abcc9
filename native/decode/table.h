// The rows of one table that wait to become a segment.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "column.h"
#include "plan.h"

namespace tracecap {

// A finished run of rows: a segment to be. Times are ns since the Unix epoch.
struct Batch {
  size_t rows = 0;
  int64_t time_from = 0;
  int64_t time_to = 0;
  std::vector<Column> columns;
};

class Table {
 public:
  Table(TablePlan plan, int64_t time_offset);

  // Appends the events as rows; each must have at least plan().fixed_size bytes.
  void Append(const Event* events, size_t count);

  // Hands over the rows and begins anew.
  std::unique_ptr<Batch> Take();

  const TablePlan& plan() const { return plan_; }
  size_t rows() const { return batch_->rows; }
  size_t size_bytes() const;

 private:
  void Begin();

  TablePlan plan_;
  int64_t time_offset_;
  std::unique_ptr<Batch> batch_;
};

}  // namespace tracecap
