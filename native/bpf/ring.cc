#include "ring.h"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <utility>

namespace tracecap {
namespace {

constexpr size_t kHeaderSize = BPF_RINGBUF_HDR_SZ;

uint64_t LoadAcquire(const uint64_t* position) {
  return __atomic_load_n(position, __ATOMIC_ACQUIRE);
}

}  // namespace

// A ring is mapped as one writable page (the consumer's position), then read-only the producer's
// position and the data twice in a row, so that no record is ever split.
Ring::Ring(int map_fd, size_t size) : map_fd_(map_fd), size_(size), page_size_(getpagesize()) {
  void* consumer = mmap(nullptr, page_size_, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
  if (consumer == MAP_FAILED) return;
  consumer_position_ = static_cast<uint64_t*>(consumer);
  void* producer = mmap(nullptr, page_size_ + 2 * size, PROT_READ, MAP_SHARED, map_fd,
                        static_cast<off_t>(page_size_));
  if (producer == MAP_FAILED) return;
  producer_position_ = static_cast<uint64_t*>(producer);
  data_ = static_cast<uint8_t*>(producer) + page_size_;
  collected_ = LoadAcquire(consumer_position_);
}

Ring::Ring(Ring&& other) noexcept
    : map_fd_(other.map_fd_),
      size_(other.size_),
      page_size_(other.page_size_),
      consumer_position_(std::exchange(other.consumer_position_, nullptr)),
      producer_position_(std::exchange(other.producer_position_, nullptr)),
      data_(std::exchange(other.data_, nullptr)),
      collected_(other.collected_) {}

Ring::~Ring() {
  if (consumer_position_) munmap(consumer_position_, page_size_);
  if (producer_position_) {
    munmap(const_cast<uint64_t*>(producer_position_), page_size_ + 2 * size_);
  }
}

size_t Ring::unread_bytes() const { return LoadAcquire(producer_position_) - collected_; }

void Ring::Collect(size_t limit, std::vector<Record>* records, uint64_t* unreadable) {
  const uint64_t produced = LoadAcquire(producer_position_);
  for (size_t count = 0; count < limit && collected_ < produced; count++) {
    const uint8_t* header = data_ + (collected_ & (size_ - 1));
    const uint32_t length = NextLength();
    if (length & BPF_RINGBUF_BUSY_BIT) return;
    Pass(length);
    if (length & BPF_RINGBUF_DISCARD_BIT) continue;
    Record record = {};
    if (ReadRecord(header + kHeaderSize, length, &record.header, &record.event)) {
      records->push_back(record);
    } else {
      ++*unreadable;
    }
  }
}

bool Ring::SkipUnfinished() {
  if (unread_bytes() == 0) return false;
  const uint32_t length = NextLength();
  if (!(length & BPF_RINGBUF_BUSY_BIT)) return false;
  Pass(length);
  return true;
}

uint32_t Ring::NextLength() const {
  const uint8_t* header = data_ + (collected_ & (size_ - 1));
  return __atomic_load_n(reinterpret_cast<const uint32_t*>(header), __ATOMIC_ACQUIRE);
}

void Ring::Pass(uint32_t length) {
  const uint32_t size = length & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
  collected_ += (size + kHeaderSize + 7) / 8 * 8;
}

void Ring::Release() { __atomic_store_n(consumer_position_, collected_, __ATOMIC_RELEASE); }

}  // namespace tracecap
