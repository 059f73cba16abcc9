#include "dictionary.h"

#include <cstring>
#include <random>

#include "text.h"

namespace tracecap {
namespace {

constexpr size_t kFirstSlots = 256;

// Names are chosen by whoever opens files: a seed of our own keeps them from choosing collisions.
uint64_t Seed() {
  static const uint64_t seed = (uint64_t{std::random_device{}()} << 32) | std::random_device{}();
  return seed;
}

uint64_t Mix(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// Multiply-and-fold over words of eight bytes, after wyhash: FNV, byte by byte, showed in profiles.
uint64_t Hash(std::string_view bytes) {
  constexpr uint64_t kOdd = 0x9E3779B97F4A7C15;
  uint64_t hash = Seed() ^ bytes.size();
  uint64_t word;
  while (bytes.size() >= sizeof(word)) {
    std::memcpy(&word, bytes.data(), sizeof(word));
    hash = Mix(hash ^ word, kOdd);
    bytes.remove_prefix(sizeof(word));
  }
  word = 0;
  std::memcpy(&word, bytes.data(), bytes.size());
  return Mix(hash ^ word, kOdd);
}

}  // namespace

Dictionary::Dictionary() : slots_(kFirstSlots, Slot{0, -1}), offsets_{0} {}

int32_t Dictionary::IndexOf(std::string_view bytes) {
  const uint64_t hash = Hash(bytes);
  const size_t mask = slots_.size() - 1;
  size_t at = hash & mask;
  for (; slots_[at].index >= 0; at = (at + 1) & mask) {
    if (slots_[at].hash == hash && KeyAt(slots_[at].index) == bytes) return slots_[at].index;
  }
  const auto index = static_cast<int32_t>(key_ends_.size());
  slots_[at] = {hash, index};
  keys_.append(bytes);
  key_ends_.push_back(keys_.size());
  AppendText(bytes, &text_);
  offsets_.push_back(static_cast<int32_t>(text_.size()));
  if (key_ends_.size() * 2 > slots_.size()) Grow();
  return index;
}

std::string_view Dictionary::KeyAt(int32_t index) const {
  const size_t begin = index == 0 ? 0 : key_ends_[index - 1];
  return std::string_view(keys_).substr(begin, key_ends_[index] - begin);
}

void Dictionary::Grow() {
  std::vector<Slot> old(slots_.size() * 2, Slot{0, -1});
  old.swap(slots_);
  const size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.index < 0) continue;
    size_t at = slot.hash & mask;
    while (slots_[at].index >= 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

}  // namespace tracecap
