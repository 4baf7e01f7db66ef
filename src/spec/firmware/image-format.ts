/**
 * The container of CSF firmware (`mali_csffw.bin`) as data: header, entry types, section flags, and the rules a
 * driver holds an image to. Reading is in image.ts, writing in image-writer.ts. Source: panthor_fw.c (struct
 * panthor_fw_binary_*), kbase's firmware loader for the entry types panthor skips.
 */
import { bit, field } from '../registers/define.ts';

export const IMAGE_MAGIC = 0xc3f1_3a6e;
/** The only major version drivers load. */
export const IMAGE_MAJOR = 0;
/** Minor version our writer puts in; kbase knows 0.2. */
export const IMAGE_MINOR = 2;
export const HEADER_SIZE = 20;
/** Offsets of the header's fields. */
export const HEADER = {
  magic: 0x00,
  minor: 0x04,
  major: 0x05,
  padding1: 0x06,
  versionHash: 0x08,
  padding2: 0x0c,
  size: 0x10,
} as const;

/** Word 0 of each entry. */
export const ENTRY_WORD = {
  type: field(0, 8, 'Entry type'),
  size: field(8, 8, 'Bytes with this word, a multiple of 4'),
  update: bit(30, 'The host may refresh the section'),
  optional: bit(31, 'An unknown type may be skipped'),
} as const;
/** Largest entry: 8 bits of size, a multiple of 4. */
export const ENTRY_SIZE_MAX = 0xfc;

export const ENTRY_TYPE = {
  IFACE: 0,
  CONFIG: 1,
  FUTF_TEST: 2,
  TRACE_BUFFER: 3,
  TIMELINE_METADATA: 4,
  BUILD_INFO: 6,
  FUNC_CALL_LIST: 7,
  CORE_DUMP: 9,
} as const;

/** Types panthor knows and passes over. The others are skipped only when OPTIONAL is set. */
export const SKIPPED_TYPES: readonly number[] = [
  ENTRY_TYPE.CONFIG,
  ENTRY_TYPE.FUTF_TEST,
  ENTRY_TYPE.TRACE_BUFFER,
  ENTRY_TYPE.TIMELINE_METADATA,
];

const typeNames = new Map<number, string>(Object.entries(ENTRY_TYPE).map(([name, type]) => [type, name]));

/** `IFACE`, or `UNKNOWN_5` for types without a public name. */
export function entryTypeName(type: number): string {
  return typeNames.get(type) ?? `UNKNOWN_${type}`;
}

/** Flags of a memory section (IFACE entry). */
export const SECTION_FLAG = {
  RD: 1 << 0,
  WR: 1 << 1,
  EX: 1 << 2,
  PROT: 1 << 5,
  SHARED: 1 << 30,
  ZERO: 2 ** 31,
} as const;
/** Cache mode in bits 4:3; the driver maps every mode but `cached` uncached. */
export const CACHE_MODE = { none: 0, cached: 1, coherent: 2, 'cached-coherent': 3 } as const;
export const CACHE_MODE_SHIFT = 3;
export type CacheMode = keyof typeof CACHE_MODE;
/** Every bit a driver accepts. */
export const SECTION_FLAGS_KNOWN = 0xc000_003f;

const cacheModes: readonly CacheMode[] = ['none', 'cached', 'coherent', 'cached-coherent'];

/** The cache mode of section flags. */
export function cacheModeOf(flags: number): CacheMode {
  return cacheModes[(flags >>> CACHE_MODE_SHIFT) & 3] ?? 'none';
}

/** `RD|EX|cached`; unknown bits as a hex word at the end. */
export function sectionFlagsText(flags: number): string {
  const names = Object.entries(SECTION_FLAG)
    .filter(([, mask]) => (flags & mask) !== 0)
    .map(([name]) => name);
  const mode = cacheModeOf(flags);
  if (mode !== 'none') names.push(mode);
  const unknown = (flags & ~SECTION_FLAGS_KNOWN) >>> 0;
  if (unknown !== 0) names.push(`0x${unknown.toString(16)}`);
  return names.join('|') || '0';
}

/** Sections are mapped page by page. */
export const SECTION_ALIGN = 0x1000;

/** The text a BUILD_INFO entry points at begins so. */
export const GIT_SHA_PREFIX = 'git_sha: ';

/** Words of a TRACE_BUFFER entry before its name. */
export const TRACE_BUFFER_WORDS = [
  'bufferType',
  'sizeAddress',
  'insertAddress',
  'extractAddress',
  'dataAddress',
  'traceEnableAddress',
  'traceEnableEntryCount',
] as const;

interface Rule {
  readonly rule: string;
  readonly remedy: string;
}

const DAMAGED = 'The file is cut or damaged: copy it again from its source.';
const REBUILD = 'Correct the tool that wrote the image and write it again.';

/** Rules whose breach makes the driver refuse the image, in the order in which they are looked at. */
export const REFUSALS = {
  'header-short': { rule: 'An image begins with a header of 20 bytes', remedy: DAMAGED },
  magic: {
    rule: 'The magic must be 0xc3f13a6e',
    remedy: 'This is no CSF firmware: name a mali_csffw.bin or an image of `tyr fw build`.',
  },
  major: { rule: 'The major version must be 0', remedy: 'No public driver loads this format; use an older image.' },
  padding: { rule: 'Padding of the header must be zero', remedy: REBUILD },
  'table-truncated': { rule: 'Header and entry table must lie inside the file', remedy: DAMAGED },
  'entry-word': { rule: 'The entry table must not end inside an entry word', remedy: REBUILD },
  'entry-aligned': { rule: 'Offset and size of an entry must be multiples of 4', remedy: REBUILD },
  'entry-long': { rule: 'An entry must have 4 bytes or more and end inside the table', remedy: REBUILD },
  'entry-short': { rule: 'An entry must hold all words of its type', remedy: REBUILD },
  'entry-unknown': {
    rule: 'An entry of unknown type must be optional',
    remedy: 'Set bit 31 of its first word, or use a driver that knows the type.',
  },
  'data-reversed': { rule: 'The data of a section must not end before it begins', remedy: REBUILD },
  'va-reversed': { rule: 'The addresses of a section must not end before they begin', remedy: REBUILD },
  'data-truncated': { rule: 'The data of a section must lie inside the file', remedy: DAMAGED },
  'va-aligned': { rule: 'Section addresses must be multiples of 4 KiB', remedy: REBUILD },
  'flags-unknown': { rule: 'A section may have known flags only (mask 0xc000003f)', remedy: REBUILD },
  'shared-flag': {
    rule: 'The section at 0x04000000 must have the SHARED flag',
    remedy: 'Add the flag: the driver reads and writes the interface there.',
  },
  'data-large': { rule: 'The data of a section must fit its addresses', remedy: 'Extend the section or cut its data.' },
  'shared-missing': {
    rule: 'An image must have a non-empty section at 0x04000000',
    remedy: 'Add the shared section: the interface lies there.',
  },
} as const satisfies Record<string, Rule>;
export type RefusalId = keyof typeof REFUSALS;

/** Rules outside the image parser of a driver: it only warns, or fails later. */
export const WARNINGS = {
  'padding-warn': {
    rule: 'Padding of the header should be zero (Tyr refuses it, panthor does not look)',
    remedy: REBUILD,
  },
  protected: { rule: 'Sections for protected mode are not loaded', remedy: 'Nothing: open drivers go on without.' },
  'build-info': {
    rule: 'Build information should lie inside the file, begin with "git_sha: " and end with NUL',
    remedy: 'The driver loads the image without printing the sha.',
  },
  'metadata-short': { rule: 'A metadata entry should hold all words of its type', remedy: REBUILD },
  'no-vectors': {
    rule: 'A loaded, readable section should hold the vector table at address 0',
    remedy: 'Without it the MCU faults at its first fetch.',
  },
  'entry-after-table': { rule: 'Section data should not overlap header or entry table', remedy: REBUILD },
} as const satisfies Record<string, Rule>;
export type WarningId = keyof typeof WARNINGS;

/** Overlap is found when the driver maps the second section (ENOSPC), not by its parser. */
export const OVERLAP: Rule = {
  rule: 'Sections must not share addresses',
  remedy: 'Move one of them: mapping the second one fails.',
};
