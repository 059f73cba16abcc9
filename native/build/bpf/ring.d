build/bpf/ring.o: bpf/ring.cc bpf/ring.h decode/records.h decode/plan.h
bpf/ring.h:
decode/records.h:
decode/plan.h:
