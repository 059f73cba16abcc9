// Plans from JavaScript and batches to it: the shapes of DecodePlan (src/schema/define-source.ts)
// and ColumnBatch (src/schema/table.ts). Shared by both addons.
#pragma once

#include <napi.h>

#include "plan.h"
#include "table.h"

namespace tracecap {

// Throws a TypeError where the object is not a plan.
TablePlan PlanFromJs(const Napi::Object& plan);

// Copies the batch: some runtimes forbid array buffers over foreign memory, and 64 k rows are
// copied in about a millisecond.
Napi::Object BatchToJs(Napi::Env env, const Batch& batch);

}  // namespace tracecap
