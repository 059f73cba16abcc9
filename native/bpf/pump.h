// The thread that empties the rings: it merges them by time, fills columns, and hands over batches.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <variant>
#include <vector>

#include "losses.h"
#include "ring.h"
#include "table.h"

namespace tracecap {

// CLOCK_BOOTTIME, ns: the clock that events carry.
int64_t BootNow();

// Rows of one table, ready to become a segment.
struct TableBatch {
  uint32_t table;
  std::unique_ptr<Batch> batch;
};

using PumpOutput = std::variant<TableBatch, std::vector<Loss>>;

class Pump {
 public:
  // Called in the pump's thread. It may block: then the rings fill, and the programs count what
  // they lose. False ends the pump.
  using Deliver = std::function<bool(PumpOutput)>;

  // time_offset: from our own boot time to the Unix epoch. began: when the programs began to count
  // losses, ns since then.
  Pump(std::vector<Ring> rings, std::vector<Table> tables, std::unique_ptr<LossCounters> losses,
       int64_t time_offset, int64_t began);
  ~Pump();

  // Starts the thread; at_end is its last call.
  void Start(Deliver deliver, std::function<void()> at_end);

  // Asks the thread to empty the rings once more and end. Returns at once.
  void Stop();

  // Waits for the thread, which was asked to end or ends by itself.
  void Join();

  // Rows decoded so far, by table.
  std::vector<uint64_t> rows() const { return {rows_.begin(), rows_.end()}; }

 private:
  void Run();
  void WaitForRecords();
  bool Drain();
  bool IsBusy() const;
  bool DrainRest();
  bool HandOver();
  void Append();
  bool ReadTime(Record* record);
  void AppendTo(uint32_t table);
  bool FlushDue(int64_t now);
  bool Flush(uint32_t table);
  bool DeliverLosses(int64_t now, int64_t every_ns);
  bool Give(PumpOutput output);
  int64_t Now() const;

  std::vector<Ring> rings_;
  std::vector<Table> tables_;
  std::vector<int64_t> waiting_since_;
  std::unique_ptr<LossCounters> losses_;
  int64_t losses_taken_;
  uint64_t unreadable_ = 0;
  int64_t time_offset_;
  std::vector<Record> records_;
  std::vector<Event> events_;
  int epoll_fd_;
  int stop_fd_;
  std::atomic<bool> stopping_{false};
  std::vector<std::atomic<uint64_t>> rows_;
  Deliver deliver_;
  bool open_ = true;  // nothing is delivered any more once deliver_ has refused
  std::thread thread_;
};

}  // namespace tracecap
