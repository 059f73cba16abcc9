build/bpf/errors.o: bpf/errors.cc bpf/errors.h
bpf/errors.h:
