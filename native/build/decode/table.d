build/decode/table.o: decode/table.cc decode/table.h decode/column.h \
 decode/dictionary.h decode/plan.h
decode/table.h:
decode/column.h:
decode/dictionary.h:
decode/plan.h:
