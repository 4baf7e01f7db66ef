/**
 * The pre-decoded code cache: for each code page a slot of entries, one per halfword, in one Int32Array.
 *
 * An entry is four words: [operation | registers | length, immediate, auxiliary, slow index]. Operation in bits
 * 7:0, Rd 11:8, Rn 15:12, Rm 19:16, Ra 23:20; bits 31:24 hold the distance to the next entry (4 words for a
 * narrow, 8 for a wide instruction), so that straight code needs no PC at all. Word 0 = 0 means not decoded yet.
 * A slot has two banks: instructions inside an IT block set other flags, so they are decoded apart.
 */
export const ENTRY_WORDS = 4;
export const PAGE_HALFWORDS = 2048;
/** Two more entries catch running past the end of the page, by a narrow or a straddling wide instruction. */
export const BANK_ENTRIES = PAGE_HALFWORDS + 4;
export const BANK_WORDS = BANK_ENTRIES * ENTRY_WORDS;
export const SLOT_WORDS = BANK_WORDS * 2;
/** Code pages kept decoded (chosen: 1 MiB of code in 16 MiB); when they are used up all are dropped. */
export const SLOTS = 256;
/** Slot 0 is for pages that must be fetched one instruction at a time. */
export const UNCACHED_SLOT = 0;

/** Operations of the hot loop that are not instructions. */
export const OP_DECODE = 0;
export const OP_PAGE_END = 1;
/** The beginning of translated code. */
export const OP_REGION = 4;

/** Addresses counted together are 128 KiB apart (chosen): one count a halfword. */
export const HEAT_MASK = 0xffff;
