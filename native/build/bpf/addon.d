build/bpf/addon.o: bpf/addon.cc bpf/errors.h bpf/host.h bpf/object.h \
 bpf/pump_object.h bpf/pump.h bpf/losses.h bpf/ring.h decode/records.h \
 decode/plan.h decode/table.h decode/column.h decode/dictionary.h
bpf/errors.h:
bpf/host.h:
bpf/object.h:
bpf/pump_object.h:
bpf/pump.h:
bpf/losses.h:
bpf/ring.h:
decode/records.h:
decode/plan.h:
decode/table.h:
decode/column.h:
decode/dictionary.h:
