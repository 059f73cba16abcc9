/** The parts of the ZIP format (PKWARE's APPNOTE.TXT 6.3.10, section 4.3) that captures use. */

export const LOCAL_SIGNATURE = 0x04034b50;
export const CENTRAL_SIGNATURE = 0x02014b50;
export const END_SIGNATURE = 0x06054b50;
export const ZIP64_END_SIGNATURE = 0x06064b50;
export const ZIP64_LOCATOR_SIGNATURE = 0x07064b50;

/** Bytes of the fixed part of each record. */
export const LOCAL_BYTES = 30;
export const CENTRAL_BYTES = 46;
export const END_BYTES = 22;
export const ZIP64_END_BYTES = 56;
export const ZIP64_LOCATOR_BYTES = 20;

/** Compression methods (4.4.5). */
export const STORED = 0;
export const DEFLATED = 8;

/** In these fields, "see the ZIP64 record". */
export const MAX_U16 = 0xffff;
export const MAX_U32 = 0xffff_ffff;
