build/decode/column.o: decode/column.cc decode/column.h \
 decode/dictionary.h decode/plan.h
decode/column.h:
decode/dictionary.h:
decode/plan.h:
