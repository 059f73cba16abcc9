build/decode/dictionary.o: decode/dictionary.cc decode/dictionary.h \
 decode/text.h
decode/dictionary.h:
decode/text.h:
