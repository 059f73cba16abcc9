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
// A ring with more than this much unread is drained again without a pause.
constexpr size_t kBusyBytes = 1 << 20;
constexpr size_t kRecordsADrain = 16384;
constexpr int64_t kLossesEveryNs = 1'000'000'000;

int64_t BootNow() {
  timespec time;
  clock_gettime(CLOCK_BOOTTIME, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

void AddToEpoll(int epoll_fd, int fd, uint32_t events) {
  epoll_event event = {};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

}  // namespace

Pump::Pump(std::vector<Ring> rings, std::vector<Table> tables, std::unique_ptr<LossCounters> losses,
           int64_t time_offset)
    : rings_(std::move(rings)),
      tables_(std::move(tables)),
      waiting_since_(tables_.size(), 0),
      losses_(std::move(losses)),
      losses_taken_(BootNow() + time_offset),
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
  if (thread_.joinable()) thread_.join();
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

void Pump::Run() {
  bool last = false;
  while (!last) {
    WaitForRecords();
    last = stopping_;  // the programs are detached: what the rings hold now is all there will be
    bool more;
    do {
      more = Drain(last);
      const int64_t now = Now();
      if (!FlushDue(now) || !DeliverLosses(now, kLossesEveryNs)) return;
    } while (more && (last || !stopping_));
  }
  for (uint32_t table = 0; table < tables_.size(); table++) {
    if (tables_[table].rows() > 0 && !Flush(table)) return;
  }
  DeliverLosses(Now(), 0);
}

void Pump::WaitForRecords() {
  epoll_event event;
  epoll_wait(epoll_fd_, &event, 1, kTimerMs);
}

// Takes what the rings hold, up to a limit each, in order of time. True where enough is left to go
// on without a pause; with `last`, where anything is.
bool Pump::Drain(bool last) {
  records_.clear();
  size_t unread = 0;
  for (Ring& ring : rings_) {
    ring.Collect(kRecordsADrain, &records_, &unreadable_);
    unread = std::max(unread, ring.unread_bytes());
  }
  const bool drained = !records_.empty();
  Append();
  for (Ring& ring : rings_) ring.Release();
  return last ? drained : unread > kBusyBytes;
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

// Appends events_, and cuts batches on the way so that none is longer than a segment may be.
void Pump::AppendTo(uint32_t index) {
  Table& table = tables_[index];
  for (size_t done = 0; done < events_.size();) {
    if (table.rows() == 0) waiting_since_[index] = Now();
    const size_t count = std::min(events_.size() - done, kSegmentRows - table.rows());
    table.Append(events_.data() + done, count);
    done += count;
    if (table.rows() == kSegmentRows && !Flush(index)) return;
  }
  rows_[index] += events_.size();
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
  return deliver_(TableBatch{table, tables_[table].Take()});
}

bool Pump::DeliverLosses(int64_t now, int64_t every_ns) {
  if (now - losses_taken_ < every_ns) return true;
  auto losses = losses_->Take(losses_taken_, now);
  if (unreadable_ > 0) losses.push_back({kPumpItself, 0, unreadable_, losses_taken_, now});
  unreadable_ = 0;
  losses_taken_ = now;
  return losses.empty() || deliver_(std::move(losses));
}

int64_t Pump::Now() const { return BootNow() + time_offset_; }

}  // namespace tracecap
