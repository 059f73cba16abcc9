#include "losses.h"

#include <sys/mman.h>
#include <unistd.h>

namespace tracecap {

LossCounters::LossCounters(const std::vector<Place>& places) {
  const size_t page_size = getpagesize();
  for (const Place& place : places) {
    const size_t end = place.offset + place.count * sizeof(uint64_t);
    const size_t size = (end + page_size - 1) / page_size * page_size;
    void* page = mmap(nullptr, size, PROT_READ, MAP_SHARED, place.fd, 0);
    if (page == MAP_FAILED) {
      valid_ = false;
      return;
    }
    const auto* values =
        reinterpret_cast<const uint64_t*>(static_cast<const uint8_t*>(page) + place.offset);
    objects_.push_back({page, size, values, std::vector<uint64_t>(place.count, 0)});
  }
}

LossCounters::~LossCounters() {
  for (const Counters& object : objects_) munmap(object.page, object.page_size);
}

std::vector<Loss> LossCounters::Take(int64_t from, int64_t to) {
  std::vector<Loss> losses;
  for (uint32_t object = 0; object < objects_.size(); object++) {
    Counters& counters = objects_[object];
    for (uint32_t reason = 0; reason < counters.seen.size(); reason++) {
      const uint64_t value = __atomic_load_n(&counters.values[reason], __ATOMIC_RELAXED);
      const uint64_t rose = value - counters.seen[reason];
      if (rose > 0) losses.push_back({object, reason, rose, from, to});
      counters.seen[reason] = value;
    }
  }
  return losses;
}

}  // namespace tracecap
