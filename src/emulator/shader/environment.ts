/**
 * What a compute job gives its shader: program, uniforms, resource table, local memory and the grid, read from the
 * staging registers and the descriptors they point to (Mali CSF v10: Shader Program, Local Storage).
 */
import type { Plain } from '../../base/stateful.ts';
import { Bug } from '../../base/errors.ts';
import { descriptorField, ENUMS, rawField, readField } from '../../spec/descriptors/descriptors.ts';
import { stagingReads } from '../../spec/cs/staging.ts';
import { FAULT } from '../../spec/faults.ts';
import type { JobView } from '../csf/core-unit.ts';
import { rowOf } from '../csf/isa.ts';
import { MAX_GROUP_ITEMS } from './choices.ts';
import { UNIFORM_WORDS } from './layout.ts';
import type { ShaderMemory } from './memory.ts';

const ROWS = [rowOf('RUN_COMPUTE'), rowOf('RUN_COMPUTE_INDIRECT')];

const DESCRIPTOR_WORDS = 8;
const SPD = {
  type: descriptorField('Shader Program', 'Type'),
  stage: descriptorField('Shader Program', 'Stage'),
  suppressNan: descriptorField('Shader Program', 'Suppress NaN'),
  suppressInf: descriptorField('Shader Program', 'Suppress Inf'),
  flush: descriptorField('Shader Program', 'Flush to zero mode'),
  preload: descriptorField('Shader Program', 'Preload'),
  binary: descriptorField('Shader Program', 'Binary'),
} as const;
const TSD = {
  tlsSize: descriptorField('Local Storage', 'TLS Size'),
  tlsBase: descriptorField('Local Storage', 'TLS Base Pointer'),
  tlsMode: descriptorField('Local Storage', 'TLS Address Mode'),
  instances: descriptorField('Local Storage', 'WLS Instances'),
  wlsScale: descriptorField('Local Storage', 'WLS Size Scale'),
  wlsBase: descriptorField('Local Storage', 'WLS Base Pointer'),
} as const;
const SIZE = ['X', 'Y', 'Z'].map((axis) => descriptorField('Compute size workgroup', `Workgroup size ${axis}`));

/** Value of `WLS Instances` for programs without shared memory. */
const NO_INSTANCES = 31;
/** Bytes of the smallest stack; each step of the size doubles it. */
const STACK_UNIT = 16;
/** In packed mode the pointer is stored shifted by this. */
const PACKED_SHIFT = 2 ** 8;
const TWO32 = 2 ** 32;
const FAU_ADDRESS_HIGH = 0xff_ffff;
const FAU_COUNT_SHIFT = 24;

/** Everything a work-group needs to know of its job; plain data. */
export interface Environment {
  /** Address of the first instruction. */
  readonly code: number;
  /** Bit n: register 48 + n is filled before the start. */
  readonly preload: number;
  /** Flush-to-zero mode, and whether NaN and infinities are suppressed. */
  readonly flush: number;
  readonly suppressNan: boolean;
  readonly suppressInf: boolean;
  readonly uniforms: Int32Array;
  readonly tableLo: number;
  readonly tableHi: number;
  /** Address and bytes of one work-group's memory, number of such memories of a core; 0 bytes: none. */
  readonly wlsBase: number;
  readonly wlsSize: number;
  readonly wlsInstances: number;
  /** Address and bytes of one work-item's stack. */
  readonly tlsBase: number;
  readonly tlsSize: number;
  /** Work-items of a group along each axis. */
  readonly sizeX: number;
  readonly sizeY: number;
  readonly sizeZ: number;
  /** Added to global ids. */
  readonly offsetX: number;
  readonly offsetY: number;
  readonly offsetZ: number;
  readonly [key: string]: Plain;
}

/** Reads the environment of a job; undefined when that faulted (`memory.fault` says how). */
export function readEnvironment(job: JobView, memory: ShaderMemory): Environment | undefined {
  const row = ROWS.find((r) => r.opcode === job.op);
  if (row === undefined) throw new Bug(`opcode ${job.op} is not a compute job`);
  const staging = new Map(stagingReads(row, job.lo, job.hi).map((r) => [r.entry.name, r.register]));
  const word = (name: string, high = 0): number => {
    const register = staging.get(name);
    if (register === undefined) throw new Bug(`no staging register ${name}`);
    return job.regs[register + high]!;
  };
  const pointer = (name: string): number => (word(name, 1) & 0xffff) * TWO32 + (word(name) >>> 0);

  const words = new Int32Array(DESCRIPTOR_WORDS);
  const spd = pointer('SPD');
  if (!memory.readWords(spd, DESCRIPTOR_WORDS, words)) return undefined;
  const isShader = rawField(words, 0, SPD.type) === ENUMS['Descriptor Type'].Shader;
  if (!isShader || rawField(words, 0, SPD.stage) !== ENUMS['Shader stage'].Compute) return refuse(memory, spd);
  const program = {
    code: rawField(words, 0, SPD.binary),
    preload: rawField(words, 0, SPD.preload),
    flush: rawField(words, 0, SPD.flush),
    suppressNan: rawField(words, 0, SPD.suppressNan) === 1,
    suppressInf: rawField(words, 0, SPD.suppressInf) === 1,
  };

  const group = Int32Array.of(word('WG_SIZE'));
  const [sizeX = 0, sizeY = 0, sizeZ = 0] = SIZE.map((f) => readField(group, 0, f));
  if (sizeX * sizeY * sizeZ > MAX_GROUP_ITEMS) return refuse(memory, 0);

  const local = readLocalStorage(pointer('TSD'), words, memory);
  if (local === undefined) return undefined;
  const uniforms = readUniforms(word('FAU'), word('FAU', 1), memory);
  if (uniforms === undefined) return undefined;
  return {
    ...program,
    ...local,
    uniforms,
    tableLo: word('SRT'),
    tableHi: word('SRT', 1),
    sizeX,
    sizeY,
    sizeZ,
    offsetX: word('JOB_OFFSET_X'),
    offsetY: word('JOB_OFFSET_Y'),
    offsetZ: word('JOB_OFFSET_Z'),
  };
}

function refuse(memory: ShaderMemory, va: number): undefined {
  memory.fail(FAULT.DATA_INVALID_FAULT, va);
  return undefined;
}

type Local = Pick<Environment, 'wlsBase' | 'wlsSize' | 'wlsInstances' | 'tlsBase' | 'tlsSize'>;

/** No descriptor: no local memory. */
function readLocalStorage(va: number, words: Int32Array, memory: ShaderMemory): Local | undefined {
  if (va === 0) return { wlsBase: 0, wlsSize: 0, wlsInstances: 0, tlsBase: 0, tlsSize: 0 };
  if (!memory.readWords(va, DESCRIPTOR_WORDS, words)) return undefined;
  const instances = rawField(words, 0, TSD.instances);
  const scale = rawField(words, 0, TSD.wlsScale);
  const hasShared = instances !== NO_INSTANCES && scale > 0;
  const packed = rawField(words, 0, TSD.tlsMode) === ENUMS['Address Mode'].Packed;
  const tlsBase = rawField(words, 0, TSD.tlsBase) * (packed ? PACKED_SHIFT : 1);
  return {
    wlsBase: rawField(words, 0, TSD.wlsBase),
    wlsSize: hasShared ? 2 ** (scale - 1) : 0,
    wlsInstances: hasShared ? 2 ** instances : 0,
    tlsBase,
    tlsSize: tlsBase === 0 ? 0 : STACK_UNIT * 2 ** rawField(words, 0, TSD.tlsSize),
  };
}

/** The words of the FAU pointer: address below bit 56, number of 64-bit words above. */
function readUniforms(lo: number, hi: number, memory: ShaderMemory): Int32Array | undefined {
  const count = Math.min((hi >>> FAU_COUNT_SHIFT) * 2, UNIFORM_WORDS);
  const uniforms = new Int32Array(count);
  const va = (hi & FAU_ADDRESS_HIGH) * TWO32 + (lo >>> 0);
  return memory.readWords(va, count, uniforms) ? uniforms : undefined;
}
