/**
 * Exception codes of the GPU and the words that carry them: AS_FAULTSTATUS, GPU_FAULT_STATUS, CS_FAULT, CS_FATAL.
 * Codes and names as in Panthor panthor_device.h and Tyr; the shader, ray-tracing and software codes that only
 * kbase headers name are marked. Which class a code has on a command stream decides whether the stream can go on.
 */

/** Codes up to this one tell a status, codes above a fault. */
export const MAX_NON_FAULT = 0x3f;

/**
 * What a code means for the stream that meets it: `none`, `status` (no fault), `fault` (stream goes on),
 * `fatal` (stream ends), `either`.
 */
export type FaultClass = 'none' | 'status' | 'fault' | 'fatal' | 'either';

/** Registers in which a code can show up: command-stream words, AS_FAULTSTATUS, GPU_FAULT_STATUS. */
export type FaultPlace = 'CS' | 'AS' | 'GPU';

export interface Fault {
  readonly code: number;
  readonly name: string;
  readonly class: FaultClass;
  readonly seen: readonly FaultPlace[];
  readonly doc: string;
  readonly origin: 'fact' | 'kbase';
}

type Row = readonly [
  code: number,
  name: string,
  cls: FaultClass,
  seen: readonly FaultPlace[],
  doc: string,
  origin?: 'kbase',
];

const CS: readonly FaultPlace[] = ['CS'];
const GPU: readonly FaultPlace[] = ['GPU'];
const MMU: readonly FaultPlace[] = ['AS', 'CS'];

const ROWS = [
  [0x00, 'OK', 'none', ['CS', 'AS', 'GPU'], 'no exception'],
  [0x04, 'TERMINATED', 'status', CS, 'ended on request'],
  [0x05, 'KABOOM', 'fault', CS, 'a shader ended itself on purpose'],
  [0x06, 'EUREKA', 'status', CS, 'a shader ended early with success'],
  [0x08, 'ACTIVE', 'status', CS, 'still running'],
  [0x0f, 'CS_RES_TERM', 'fault', CS, 'an iterator was terminated'],
  [0x40, 'CS_CONFIG_FAULT', 'fatal', CS, 'the stream is set up wrongly'],
  [0x41, 'CS_UNRECOVERABLE', 'fatal', CS, 'only a GPU reset helps'],
  [0x44, 'CS_ENDPOINT_FAULT', 'fatal', CS, 'no endpoint may run the job'],
  [0x48, 'CS_BUS_FAULT', 'either', CS, 'an access of the stream itself failed'],
  [0x49, 'CS_INSTR_INVALID', 'fatal', CS, 'not an instruction, or misplaced'],
  [0x4a, 'CS_CALL_STACK_OVERFLOW', 'fatal', CS, 'more calls than frames'],
  [0x4b, 'CS_INHERIT_FAULT', 'fault', CS, 'a sync object passed on the error of another stream'],
  [0x50, 'INSTR_INVALID_PC', 'fault', CS, 'shader: program counter outside the program space'],
  [0x51, 'INSTR_INVALID_ENC', 'fault', CS, 'shader: not an instruction'],
  [0x55, 'INSTR_BARRIER_FAULT', 'fault', CS, 'shader: barrier used wrongly'],
  [0x56, 'RT_STACK_OVERFLOW', 'fault', CS, 'ray tracing: stack full', 'kbase'],
  [0x58, 'DATA_INVALID_FAULT', 'fault', CS, 'a descriptor is malformed'],
  [0x59, 'TILE_RANGE_FAULT', 'fault', CS, 'a tile lies outside the framebuffer'],
  [0x5a, 'ADDR_RANGE_FAULT', 'fault', CS, 'an address lies outside its range'],
  [0x5b, 'IMPRECISE_FAULT', 'fault', CS, 'a fault without detail'],
  [0x60, 'OOM', 'fault', CS, 'the tiler heap has no memory'],
  [0x68, 'CSF_FW_INTERNAL_ERROR', 'fatal', CS, 'the firmware met a bug of its own'],
  [0x69, 'CSF_RES_EVICTION_TIMEOUT', 'fault', CS, 'a resource was not given back in time'],
  [0x70, 'SW_FAULT_0', 'fault', CS, 'made by host software', 'kbase'],
  [0x71, 'SW_FAULT_1', 'fault', CS, 'made by host software', 'kbase'],
  [0x72, 'SW_FAULT_2', 'fault', CS, 'made by host software', 'kbase'],
  [0x80, 'GPU_BUS_FAULT', 'fault', GPU, 'the external bus refused an access'],
  [0x88, 'GPU_SHAREABILITY_FAULT', 'fault', GPU, 'two shareabilities for one line inside the GPU'],
  [0x89, 'SYS_SHAREABILITY_FAULT', 'fault', GPU, 'shareability disagrees with the system'],
  [0x8a, 'GPU_CACHEABILITY_FAULT', 'fault', GPU, 'two cacheabilities for one line'],
  [0xc0, 'TRANSLATION_FAULT_0', 'fault', MMU, 'no valid entry at level 0, or the slot is unmapped'],
  [0xc1, 'TRANSLATION_FAULT_1', 'fault', MMU, 'no valid entry at level 1'],
  [0xc2, 'TRANSLATION_FAULT_2', 'fault', MMU, 'no valid entry at level 2'],
  [0xc3, 'TRANSLATION_FAULT_3', 'fault', MMU, 'no valid entry at level 3'],
  [0xc4, 'TRANSLATION_FAULT_4', 'fault', MMU, 'a block where none is allowed'],
  [0xc8, 'PERM_FAULT_0', 'fault', MMU, 'permission refused, level 0'],
  [0xc9, 'PERM_FAULT_1', 'fault', MMU, 'permission refused, level 1'],
  [0xca, 'PERM_FAULT_2', 'fault', MMU, 'permission refused, level 2'],
  [0xcb, 'PERM_FAULT_3', 'fault', MMU, 'permission refused, level 3'],
  [0xd9, 'ACCESS_FLAG_1', 'fault', MMU, 'access flag clear, level 1'],
  [0xda, 'ACCESS_FLAG_2', 'fault', MMU, 'access flag clear, level 2'],
  [0xdb, 'ACCESS_FLAG_3', 'fault', MMU, 'access flag clear, level 3'],
  [0xe0, 'ADDR_SIZE_FAULT_IN', 'fault', MMU, 'the virtual address is too wide'],
  [0xe4, 'ADDR_SIZE_FAULT_OUT0', 'fault', MMU, 'the root table address is too wide'],
  [0xe5, 'ADDR_SIZE_FAULT_OUT1', 'fault', MMU, 'output address too wide, level 1'],
  [0xe6, 'ADDR_SIZE_FAULT_OUT2', 'fault', MMU, 'output address too wide, level 2'],
  [0xe7, 'ADDR_SIZE_FAULT_OUT3', 'fault', MMU, 'output address too wide, level 3'],
  [0xe8, 'MEM_ATTR_FAULT_0', 'fault', MMU, 'memory type refuses the access, level 0'],
  [0xe9, 'MEM_ATTR_FAULT_1', 'fault', MMU, 'memory type refuses the access, level 1'],
  [0xea, 'MEM_ATTR_FAULT_2', 'fault', MMU, 'memory type refuses the access, level 2'],
  [0xeb, 'MEM_ATTR_FAULT_3', 'fault', MMU, 'memory type refuses the access, level 3'],
] as const satisfies readonly Row[];

/** All exceptions in order of code. */
export const FAULTS: readonly Fault[] = ROWS.map((row: Row) => {
  const [code, name, cls, seen, doc, origin] = row;
  return { code, name, class: cls, seen, doc, origin: origin ?? 'fact' };
});

/** Code of each exception. */
export const FAULT = Object.fromEntries(ROWS.map((row) => [row[1], row[0]])) as {
  readonly [R in (typeof ROWS)[number] as R[1]]: R[0];
};

const byCode = new Map(FAULTS.map((f) => [f.code, f]));

/** What is known of a code; undefined when nothing is. */
export function faultOf(code: number): Fault | undefined {
  return byCode.get(code & 0xff);
}

/** Name of a code, in the words Panthor logs for unknown ones. */
export function faultName(code: number): string {
  return faultOf(code)?.name ?? 'Unknown exception type';
}

/** True when the code is a fault and not a status. */
export function isFault(code: number): boolean {
  return (code & 0xff) > MAX_NON_FAULT || faultOf(code)?.class === 'fault';
}

/** Names and codes that a register of the given place can hold, for field descriptions. */
export function faultEnum(place: FaultPlace): Readonly<Record<string, number>> {
  return Object.fromEntries(FAULTS.filter((f) => f.seen.includes(place)).map((f) => [f.name, f.code]));
}

/** Kinds of access, as bits 9:8 of the fault status words hold them. */
export const ACCESS = { ATOMIC: 0, EXECUTE: 1, READ: 2, WRITE: 3 } as const;
export type AccessType = (typeof ACCESS)[keyof typeof ACCESS];

/** Units that make accesses: top four bits of the source id. Chosen; what silicon writes is not public. */
export const FAULT_UNIT = { MCU: 0, CS_FETCH: 2, CS_DATA: 3, COMPUTE: 4, FRAGMENT: 5, TILER: 6, PRF: 7 } as const;
export type FaultUnit = (typeof FAULT_UNIT)[keyof typeof FAULT_UNIT];

/** 16-bit source id: unit in bits 15:12, number of the command-stream interface in bits 5:0. */
export function sourceId(unit: FaultUnit, stream = 0): number {
  return (unit << 12) | (stream & 0x3f);
}

export interface FaultStatus {
  readonly exception: number;
  readonly access: AccessType;
  readonly decoderFault: boolean;
  readonly sourceId: number;
}

/** AS_FAULTSTATUS word, unsigned. */
export function packFaultStatus(exception: number, access: AccessType, source: number, decoderFault = false): number {
  return (((source & 0xffff) << 16) | (decoderFault ? 1 << 10 : 0) | (access << 8) | (exception & 0xff)) >>> 0;
}

/** Parts of an AS_FAULTSTATUS word. */
export function unpackFaultStatus(word: number): FaultStatus {
  return {
    exception: word & 0xff,
    access: ((word >>> 8) & 3) as AccessType,
    decoderFault: ((word >>> 10) & 1) !== 0,
    sourceId: word >>> 16,
  };
}

/** CS_FAULT and CS_FATAL words: exception in bits 7:0, exception data (the source id) above. Unsigned. */
export function packCsFault(exception: number, data: number): number {
  return (((data & 0xff_ffff) << 8) | (exception & 0xff)) >>> 0;
}

/** MMU code of a kind at a table level (0..3; ACCESS_FLAG 1..3). */
export function mmuFault(
  kind: 'TRANSLATION' | 'PERMISSION' | 'ACCESS_FLAG' | 'ADDRESS_SIZE' | 'ATTRIBUTE',
  level: number,
): number {
  return MMU_BASE[kind] + level;
}

const MMU_BASE = {
  TRANSLATION: 0xc0,
  PERMISSION: 0xc8,
  ACCESS_FLAG: 0xd8,
  ADDRESS_SIZE: 0xe4,
  ATTRIBUTE: 0xe8,
} as const;
