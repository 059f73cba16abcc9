build/bpf/object.o: bpf/object.cc bpf/object.h bpf/btf_struct.h \
 bpf/errors.h bpf/variable.h
bpf/object.h:
bpf/btf_struct.h:
bpf/errors.h:
bpf/variable.h:
