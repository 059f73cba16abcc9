build/bpf/variable.o: bpf/variable.cc bpf/variable.h
bpf/variable.h:
