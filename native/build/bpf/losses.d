build/bpf/losses.o: bpf/losses.cc bpf/losses.h
bpf/losses.h:
