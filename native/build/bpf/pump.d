build/bpf/pump.o: bpf/pump.cc bpf/pump.h bpf/losses.h bpf/ring.h \
 decode/records.h decode/plan.h decode/table.h decode/column.h \
 decode/dictionary.h bpf/flush.h
bpf/pump.h:
bpf/losses.h:
bpf/ring.h:
decode/records.h:
decode/plan.h:
decode/table.h:
decode/column.h:
decode/dictionary.h:
bpf/flush.h:
