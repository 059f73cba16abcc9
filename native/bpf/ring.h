// The reading end of one BPF ring buffer (kernel/bpf/ringbuf.c), without libbpf's call per record:
// records are looked at where they lie, and released together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "records.h"

namespace tracecap {

struct Record {
  RecordHeader header;
  Event event;    // inside the ring: valid until Release()
  uint64_t time;  // by which rings are merged; set by who knows the layout
};

class Ring {
 public:
  // Maps the ring behind a map's descriptor; valid() tells whether that worked, else errno.
  Ring(int map_fd, size_t size);
  ~Ring();
  Ring(Ring&& other) noexcept;
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  bool valid() const { return data_ != nullptr; }
  int fd() const { return map_fd_; }
  size_t size() const { return size_; }
  size_t unread_bytes() const;

  // Appends up to limit records that are complete. Those that are no records of ours are counted.
  void Collect(size_t limit, std::vector<Record>* records, uint64_t* unreadable);

  // Passes over the next record if it is still being written. True where it was.
  bool SkipUnfinished();

  // Gives what was collected back to the kernel.
  void Release();

 private:
  // The next record's length with the bits that say what state it is in.
  uint32_t NextLength() const;
  void Pass(uint32_t length);

  int map_fd_;
  size_t size_;
  size_t page_size_;
  uint64_t* consumer_position_ = nullptr;
  const uint64_t* producer_position_ = nullptr;
  const uint8_t* data_ = nullptr;
  uint64_t collected_ = 0;  // position behind the last record collected
};

}  // namespace tracecap
