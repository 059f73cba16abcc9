#include "pump.h"

#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "flush.h"

namespace tracecap {
namespace {

// Records are sent without a wake-up each; this timer and the rings' watermark replace them. An
// idle recording so costs 20 wake-ups a second.
constexpr int kTimerMs = 50;
// A ring with this much unread, or this part of it, is drained again without a pause.
constexpr size_t kBusyBytes = 1 << 20;
constexpr size_t kBusyPart = 8;
constexpr size_t kRecordsADrain = 16384;
// At the end a record that a CPU is still writing is waited for, this long and in such steps.
constexpr int64_t kUnfinishedNs = 100'000'000;
constexpr useconds_t kUnfinishedStepUs = 1000;
// So many events, or bytes of them, are appended before it is looked at whether their segment is
// full. A byte becomes four at most (escaped, or an empty text's offset): a segment is at most 2
// MiB and four times its last event longer than it should be, far below what its readers take.
constexpr size_t kEventsAStep = 256;
constexpr size_t kBytesAStep = 512 << 10;
constexpr int64_t kLossesEveryNs = 1'000'000'000;

// How many of the events, at most so many, are one step.
size_t EventsAStep(const Event* events, size_t most) {
  size_t count = 0;
  for (size_t bytes = 0; count < most && bytes < kBytesAStep; count++) bytes += events[count].size;
  return count;
}

void AddToEpoll(int epoll_fd, int fd, uint32_t events) {
  epoll_event event = {};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

}  // namespace

int64_t BootNow() {
  timespec time;
  clock_gettime(CLOCK_BOOTTIME, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

Pump::Pump(std::vector<Ring> rings, std::vector<Table> tables, std::unique_ptr<LossCounters> losses,
           int64_t time_offset, int64_t began)
    : rings_(std::move(rings)),
      tables_(std::move(tables)),
      waiting_since_(tables_.size(), 0),
      losses_(std::move(losses)),
      losses_taken_(began),
      time_offset_(time_offset),
      epoll_fd_(epoll_create1(EPOLL_CLOEXEC)),
      stop_fd_(eventfd(0, EFD_CLOEXEC)),
      rows_(tables_.size()) {
  // Edge-triggered: a ring is readable whenever it holds a record, and that must not wake us.
  for (const Ring& ring : rings_) AddToEpoll(epoll_fd_, ring.fd(), EPOLLIN | EPOLLET);
  AddToEpoll(epoll_fd_, stop_fd_, EPOLLIN);
}

Pump::~Pump() {
  Stop();
  Join();
  close(epoll_fd_);
  close(stop_fd_);
}

void Pump::Start(Deliver deliver, std::function<void()> at_end) {
  deliver_ = std::move(deliver);
  thread_ = std::thread([this, at_end = std::move(at_end)] {
    // Signals are the main thread's.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    Run();
    at_end();
  });
}

void Pump::Stop() {
  stopping_ = true;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(stop_fd_, &one, sizeof(one));
}

void Pump::Join() {
  if (thread_.joinable()) thread_.join();
}

void Pump::Run() {
  while (!stopping_) {
    WaitForRecords();
    do {
      Drain();
      if (!HandOver()) return;
    } while (IsBusy() && !stopping_);
  }
  if (!DrainRest()) return;
  for (uint32_t table = 0; table < tables_.size(); table++) {
    if (tables_[table].rows() > 0 && !Flush(table)) return;
  }
  DeliverLosses(Now(), 0);
}

void Pump::WaitForRecords() {
  epoll_event event;
  epoll_wait(epoll_fd_, &event, 1, kTimerMs);
}

// Takes what the rings hold, up to a limit each, in order of time. True where there was something.
bool Pump::Drain() {
  records_.clear();
  for (Ring& ring : rings_) ring.Collect(kRecordsADrain, &records_, &unreadable_);
  const bool drained = !records_.empty();
  Append();
  for (Ring& ring : rings_) ring.Release();
  return drained;
}

// Whether so much came meanwhile that there is no time for a pause.
bool Pump::IsBusy() const {
  return std::any_of(rings_.begin(), rings_.end(), [](const Ring& ring) {
    return ring.unread_bytes() >= std::min(kBusyBytes, ring.size() / kBusyPart);
  });
}

// The programs are detached: what the rings hold now is all there will be, but a program that was
// interrupted on its CPU may still be writing. What it does not finish in time is unreadable, not
// what lies behind it.
bool Pump::DrainRest() {
  const auto unread = [](const Ring& ring) { return ring.unread_bytes() > 0; };
  int64_t deadline = BootNow() + kUnfinishedNs;
  while (std::any_of(rings_.begin(), rings_.end(), unread)) {
    if (Drain()) {
      deadline = BootNow() + kUnfinishedNs;
    } else if (BootNow() < deadline) {
      usleep(kUnfinishedStepUs);
    } else {
      for (Ring& ring : rings_) unreadable_ += ring.SkipUnfinished();
    }
    if (!HandOver()) return false;
  }
  return true;
}

bool Pump::HandOver() {
  const int64_t now = Now();
  return FlushDue(now) && DeliverLosses(now, kLossesEveryNs);
}

// Sorts what was drained by time, each ring being nearly sorted already, and lets every table have
// its own.
void Pump::Append() {
  std::erase_if(records_, [this](Record& record) { return !ReadTime(&record); });
  const auto earlier = [](const Record& a, const Record& b) { return a.time < b.time; };
  if (!std::is_sorted(records_.begin(), records_.end(), earlier)) {
    std::stable_sort(records_.begin(), records_.end(), earlier);
  }
  for (uint32_t table = 0; table < tables_.size(); table++) {
    events_.clear();
    for (const Record& record : records_) {
      if (record.header.source == table) events_.push_back(record.event);
    }
    AppendTo(table);
  }
}

bool Pump::ReadTime(Record* record) {
  const uint32_t source = record->header.source;
  if (source >= tables_.size() || record->event.size < tables_[source].plan().fixed_size) {
    unreadable_++;
    return false;
  }
  std::memcpy(&record->time, record->event.data + tables_[source].plan().time_offset,
              sizeof(record->time));
  return true;
}

// Appends events_, and hands over batches on the way as they become as long as a segment may be.
void Pump::AppendTo(uint32_t index) {
  Table& table = tables_[index];
  for (size_t done = 0; done < events_.size();) {
    if (table.rows() == 0) waiting_since_[index] = Now();
    const Event* events = events_.data() + done;
    const size_t count = EventsAStep(
        events, std::min({events_.size() - done, kSegmentRows - table.rows(), kEventsAStep}));
    table.Append(events, count);
    done += count;
    rows_[index] += count;
    if (IsFlushDue(table.rows(), table.size_bytes(), 0) && !Flush(index)) return;
  }
}

bool Pump::FlushDue(int64_t now) {
  for (uint32_t i = 0; i < tables_.size(); i++) {
    const Table& table = tables_[i];
    if (!IsFlushDue(table.rows(), table.size_bytes(), now - waiting_since_[i])) continue;
    if (!Flush(i)) return false;
  }
  return true;
}

bool Pump::Flush(uint32_t table) {
  waiting_since_[table] = Now();
  return Give(TableBatch{table, tables_[table].Take()});
}

bool Pump::DeliverLosses(int64_t now, int64_t every_ns) {
  if (now - losses_taken_ < every_ns) return open_;
  auto losses = losses_->Take(losses_taken_, now);
  if (unreadable_ > 0) losses.push_back({kPumpItself, 0, unreadable_, losses_taken_, now});
  unreadable_ = 0;
  losses_taken_ = now;
  return losses.empty() ? open_ : Give(std::move(losses));
}

bool Pump::Give(PumpOutput output) {
  open_ = open_ && deliver_(std::move(output));
  return open_;
}

int64_t Pump::Now() const { return BootNow() + time_offset_; }

}  // namespace tracecap
