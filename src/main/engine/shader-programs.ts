/**
 * The programs a debugger of shaders knows: those that jobs have run (their words are read from memory when a job
 * begins), and those opened from files. A program is its words; where they lie may differ from job to job.
 */
import { BadInput, UsageError } from '../../base/errors.ts';
import type { Machine } from '../../emulator/machine.ts';
import { ACCESS } from '../../emulator/wiring.ts';
import { MAX_PROGRAM, type ShaderProgram } from '../../protocol/shader-debug.ts';
import { sha256 } from './journal.ts';

const WORD = 8;
const PAGE = 4096;
/** Digits of a hash that name a program (chosen). */
const ID_DIGITS = 12;

export interface Program {
  readonly id: string;
  /** Low and high word of each instruction. */
  readonly words: Uint32Array;
  name: string;
  address: number | undefined;
  as: number | undefined;
  tasks: number;
  firstNs: number | undefined;
  /** Times a warp executed each instruction, and lanes that did; undefined while nothing is counted. */
  counts: { readonly warps: Float64Array; readonly lanes: Float64Array } | undefined;
}

export class Programs {
  private readonly byId = new Map<string, Program>();
  private readonly byAddress = new Map<number, Program>();

  get all(): readonly Program[] {
    return [...this.byId.values()];
  }

  of(id: string): Program {
    const program = this.byId.get(id);
    if (program === undefined) throw new UsageError(`no program ${id} is known`);
    return program;
  }

  find(id: string): Program | undefined {
    return this.byId.get(id);
  }

  /** The program a task of a job runs. `fresh`: the words may have changed since they were last looked at. */
  met(machine: Machine, as: number, address: number, timeNs: number, fresh: boolean): Program {
    const known = this.byAddress.get(address);
    const program =
      known !== undefined && !(fresh && changed(machine, as, address, known.words))
        ? known
        : this.take(readProgram(machine, as, address), '');
    this.byAddress.set(address, program);
    program.address = address;
    program.as = as;
    program.firstNs ??= timeNs;
    return program;
  }

  /** A program from a file: little-endian words, at most MAX_PROGRAM. */
  open(name: string, bytes: Uint8Array): Program {
    const rule =
      bytes.length === 0
        ? 'holds no instruction'
        : bytes.length % WORD !== 0
          ? `has ${bytes.length} bytes, which is no multiple of ${WORD}`
          : bytes.length > MAX_PROGRAM * WORD
            ? `has more than ${MAX_PROGRAM} instructions`
            : undefined;
    if (rule !== undefined) {
      throw new BadInput({ file: name, rule, remedy: 'A shader binary is a sequence of 64-bit instruction words.' });
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const words = Uint32Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(i * 4, true));
    const program = this.take(words.slice(0, trimmed(words)), name);
    program.name = name;
    return program;
  }

  clearCounts(): void {
    for (const program of this.byId.values()) program.counts = undefined;
  }

  private take(words: Uint32Array, name: string): Program {
    const id = sha256(new Uint8Array(words.buffer, words.byteOffset, words.byteLength)).slice(0, ID_DIGITS);
    const known = this.byId.get(id);
    if (known !== undefined) return known;
    const program: Program = {
      id,
      words,
      name,
      address: undefined,
      as: undefined,
      tasks: 0,
      firstNs: undefined,
      counts: undefined,
    };
    this.byId.set(id, program);
    return program;
  }
}

/** As a page sees it. */
export function describeProgram(p: Program): ShaderProgram {
  return {
    id: p.id,
    name: p.name,
    instructions: p.words.length / 2,
    tasks: p.tasks,
    ...(p.address === undefined ? {} : { address: p.address }),
    ...(p.as === undefined ? {} : { as: p.as }),
    ...(p.firstNs === undefined ? {} : { firstNs: p.firstNs }),
  };
}

/** Counts one execution by the active lanes. */
export function countExecution(p: Program, index: number, active: number): void {
  const length = p.words.length / 2;
  p.counts ??= { warps: new Float64Array(length), lanes: new Float64Array(length) };
  if (index < 0 || index >= length) return;
  const { warps, lanes } = p.counts;
  warps[index] = warps[index]! + 1;
  let n = 0;
  for (let mask = active; mask !== 0; mask &= mask - 1) n++;
  lanes[index] = lanes[index]! + n;
}

/** Offset of an instruction's RAM word, or -1 where nothing is mapped. */
function wordAt(machine: Machine, as: number, va: number): number {
  const pa = va % WORD === 0 ? machine.mmu.probe(as, va, ACCESS.EXECUTE) : -1;
  return pa < 0 ? -1 : machine.memory.offset(pa, WORD);
}

function changed(machine: Machine, as: number, address: number, words: Uint32Array): boolean {
  const { ram32 } = machine.memory;
  let offset = -1;
  for (let i = 0; i < words.length; i += 2) {
    const va = address + i * 4;
    offset = i === 0 || va % PAGE === 0 ? wordAt(machine, as, va) : offset + WORD;
    if (offset < 0 || ram32[offset >>> 2]! >>> 0 !== words[i] || ram32[(offset >>> 2) + 1]! >>> 0 !== words[i + 1])
      return true;
  }
  return false;
}

/** The words from an address to the first empty one, which no instruction has; less where nothing is mapped. */
function readProgram(machine: Machine, as: number, address: number): Uint32Array {
  const { ram32 } = machine.memory;
  const words: number[] = [];
  let offset = -1;
  while (words.length < MAX_PROGRAM * 2) {
    const va = address + words.length * 4;
    offset = words.length === 0 || va % PAGE === 0 ? wordAt(machine, as, va) : offset + WORD;
    if (offset < 0) break;
    const lo = ram32[offset >>> 2]! >>> 0;
    const hi = ram32[(offset >>> 2) + 1]! >>> 0;
    if (lo === 0 && hi === 0) break;
    words.push(lo, hi);
  }
  return Uint32Array.from(words);
}

/** Words up to the first instruction that is empty, as memory is read. */
function trimmed(words: Uint32Array): number {
  for (let i = 0; i < words.length; i += 2) if (words[i] === 0 && words[i + 1] === 0) return i;
  return words.length;
}
