build/bpf/btf_struct.o: bpf/btf_struct.cc bpf/btf_struct.h bpf/errors.h
bpf/btf_struct.h:
bpf/errors.h:
