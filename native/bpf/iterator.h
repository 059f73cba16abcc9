// Runs an iterator program to its end.
#pragma once

#include <bpf/libbpf.h>

#include <cstdint>
#include <vector>

namespace tracecap {

// What the program wrote (bpf_seq_write) goes to output. Over a map's elements where map is given,
// for programs that iterate one. 0, or the errno of what failed.
int RunIteratorProgram(const bpf_program* program, const bpf_map* map,
                       std::vector<uint8_t>* output);

}  // namespace tracecap
