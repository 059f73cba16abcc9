build/decode/text.o: decode/text.cc decode/text.h
decode/text.h:
