// The counters of lost events that the BPF programs keep (tc_lost in tracecap/event.h), read along.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tracecap {

// Stands for an object where the pump itself could not read a record.
constexpr uint32_t kPumpItself = UINT32_MAX;

// What one counter rose by in a span of time (ns since the Unix epoch).
struct Loss {
  uint32_t object;  // index of the object that counted
  uint32_t reason;  // enum tc_loss
  uint64_t count;
  int64_t from;
  int64_t to;
};

class LossCounters {
 public:
  // Where one object's counters lie: in the map behind fd, `count` of 64 bits from offset.
  struct Place {
    int fd;
    size_t offset;
    size_t count;
  };

  explicit LossCounters(const std::vector<Place>& places);
  ~LossCounters();
  LossCounters(const LossCounters&) = delete;
  LossCounters& operator=(const LossCounters&) = delete;

  bool valid() const { return valid_; }
  // What rose since the last call, which was at `from`.
  std::vector<Loss> Take(int64_t from, int64_t to);

 private:
  struct Counters {
    void* page;
    size_t page_size;
    const uint64_t* values;
    std::vector<uint64_t> seen;
  };

  bool valid_ = true;
  std::vector<Counters> objects_;
};

}  // namespace tracecap
