build/decode/addon.o: decode/addon.cc decode/napi_plan.h decode/plan.h \
 decode/table.h decode/column.h decode/dictionary.h decode/records.h
decode/napi_plan.h:
decode/plan.h:
decode/table.h:
decode/column.h:
decode/dictionary.h:
decode/records.h:
