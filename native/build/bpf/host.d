build/bpf/host.o: bpf/host.cc bpf/host.h bpf/errors.h
bpf/host.h:
bpf/errors.h:
