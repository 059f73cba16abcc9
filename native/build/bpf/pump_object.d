build/bpf/pump_object.o: bpf/pump_object.cc bpf/pump_object.h bpf/pump.h \
 bpf/losses.h bpf/ring.h decode/records.h decode/plan.h decode/table.h \
 decode/column.h decode/dictionary.h bpf/errors.h decode/napi_plan.h
bpf/pump_object.h:
bpf/pump.h:
bpf/losses.h:
bpf/ring.h:
decode/records.h:
decode/plan.h:
decode/table.h:
decode/column.h:
decode/dictionary.h:
bpf/errors.h:
decode/napi_plan.h:
