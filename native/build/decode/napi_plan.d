build/decode/napi_plan.o: decode/napi_plan.cc decode/napi_plan.h \
 decode/plan.h decode/table.h decode/column.h decode/dictionary.h
decode/napi_plan.h:
decode/plan.h:
decode/table.h:
decode/column.h:
decode/dictionary.h:
