/** What a debugger reads of a command stream: everything its interface shows, without side effects. */
import { UsageError } from '../../base/errors.ts';
import { TWO32 } from '../../base/bits.ts';
import { CsgSlots } from '../../driver/tyr/csg.ts';
import type { Machine } from '../../emulator/machine.ts';
import { ACCESS } from '../../emulator/wiring.ts';
import type { StreamName, StreamState } from '../../protocol/stream-debug.ts';
import { disassembleWord } from '../../spec/cs/disassemble.ts';
import { decode, rowNamed, valueOf } from '../../spec/cs/isa.ts';
import type { Register } from '../../spec/registers/define.ts';
import {
  DEFER_COUNT,
  FRAME_HANDLER_FIRST,
  FRAME_INTERRUPTED,
  JOB_CLASS,
  JOB_CONTEXT_COUNT,
  JOBS_PER_CLASS,
  MCU_CORE,
  MCU_CS,
  MCU_CSG,
  MCU_REG_BASE,
  STREAMS_PER_GROUP,
} from '../../spec/registers/mcu-private.ts';
import type { Engine } from './engine.ts';

const ARCH = 10;
const WORD_BYTES = 8;
const CALL = rowNamed('CALL', ARCH);
const CLASS_NAMES = Object.keys(JOB_CLASS);

/** Interface number of a stream; UsageError while its group has no slot. */
export function interfaceOf(engine: Engine, name: StreamName): number {
  if ('cs' in name) return name.cs;
  const slot = engine.driver.slotOf(name.group);
  if (slot === undefined) throw new UsageError(`there is no group ${name.group}`);
  if (slot < 0) throw new UsageError(`group ${name.group} is on no slot now: its streams are in memory`);
  if (name.queue >= STREAMS_PER_GROUP) throw new UsageError(`a group has ${STREAMS_PER_GROUP} queues`);
  return slot * STREAMS_PER_GROUP + name.queue;
}

/** Reads the registers of one stream interface. */
export class StreamReader {
  private readonly machine: Machine;
  private readonly cs: number;

  constructor(machine: Machine, cs: number) {
    this.machine = machine;
    this.cs = cs;
  }

  word(register: Register, index = 0): number {
    return this.machine.csf.peekStream(this.cs, register.offset + index * register.stride) >>> 0;
  }

  /** A 64-bit register; values beyond 2^53 lose bits, addresses do not. */
  wide(register: Register, index = 0): number {
    const offset = register.offset + index * register.stride;
    const high = this.machine.csf.peekStream(this.cs, offset + 4) >>> 0;
    return Math.min(high * TWO32 + (this.machine.csf.peekStream(this.cs, offset) >>> 0), Number.MAX_SAFE_INTEGER);
  }

  name(register: Register, field: string, word: number): string {
    const value = fieldOf(register, field, word);
    return register.find(field)?.nameOf(value) ?? String(value);
  }

  get pc(): number {
    return this.wide(MCU_CS.CS_PC);
  }

  get instructions(): number {
    return this.wide(MCU_CS.CS_INSTRS);
  }

  /** Frames above the ring: a CALL is one, an exception handler too. */
  get depth(): number {
    const word = this.word(MCU_CS.CS_DEPTH);
    const field = (name: string): number => fieldOf(MCU_CS.CS_DEPTH, name, word);
    return field('depth') + (field('handler') === 0 ? 0 : 1 + field('int_depth'));
  }

  /** RUNNING or BLOCKED: there is a next instruction. */
  get live(): boolean {
    const state = this.name(MCU_CS.CS_STATUS, 'state', this.word(MCU_CS.CS_STATUS));
    return state === 'RUNNING' || state === 'BLOCKED';
  }
}

function fieldOf(register: Register, name: string, word: number): number {
  return register.find(name)?.get(word) ?? 0;
}

/** The word at a VA of the stream's address space; undefined where nothing is mapped. */
function fetch(machine: Machine, cs: number, pc: number): { lo: number; hi: number } | undefined {
  const group = Math.floor(cs / STREAMS_PER_GROUP);
  const control = machine.csf.peekControl(MCU_CSG.CSG_CTRL.at(group).offset);
  const pa = machine.mmu.probe(MCU_CSG.CSG_CTRL.get('as', control), pc, ACCESS.READ);
  if (pa < 0 || pc % 8 !== 0) return undefined;
  return { lo: machine.memory.read32(pa), hi: machine.memory.read32(pa + 4) };
}

export const wordText = (lo: number, hi: number): string =>
  `0x${(hi >>> 0).toString(16).padStart(8, '0')}${(lo >>> 0).toString(16).padStart(8, '0')}`;

/** `offset` as the debugger knows it. */
export function readStreamState(engine: Engine, cs: number, offset: number | undefined): StreamState {
  const { machine } = engine.board;
  const r = new StreamReader(machine, cs);
  const status = r.word(MCU_CS.CS_STATUS);
  const { pc } = r;
  const found = fetch(machine, cs, pc);
  const reason = r.name(MCU_CS.CS_STATUS, 'reason', status);
  return {
    cs,
    group: engine.board.streams.groupIn(Math.floor(cs / STREAMS_PER_GROUP)),
    queue: cs % STREAMS_PER_GROUP,
    state: r.name(MCU_CS.CS_STATUS, 'state', status),
    reason,
    pc,
    ...(found === undefined
      ? {}
      : { word: wordText(found.lo, found.hi), text: disassembleWord(found.lo, found.hi, ARCH).text }),
    ...(offset === undefined ? {} : { offset }),
    instructions: r.instructions,
    registers: Array.from({ length: MCU_CS.CS_REG.count }, (_, i) => r.word(MCU_CS.CS_REG, i)),
    scoreboard: Array.from({ length: MCU_CS.CS_SB.count }, (_, i) => r.word(MCU_CS.CS_SB, i)),
    callStack: callStack(r),
    inHandler: MCU_CS.CS_DEPTH.get('handler', r.word(MCU_CS.CS_DEPTH)) !== 0,
    ring: {
      base: r.wide(MCU_CS.CS_RING_BASE),
      size: r.word(MCU_CS.CS_RING_SIZE),
      insert: r.wide(MCU_CS.CS_INSERT),
      extract: r.wide(MCU_CS.CS_EXTRACT),
    },
    doorbell: doorbellOf(machine, Math.floor(cs / STREAMS_PER_GROUP)),
    ...(reason === 'SYNC_WAIT'
      ? {
          wait: {
            address: r.wide(MCU_CS.CS_WAIT_ADDR),
            value: r.wide(MCU_CS.CS_WAIT_VALUE),
            condition: r.name(MCU_CS.CS_WAIT, 'cond', r.word(MCU_CS.CS_WAIT)),
          },
        }
      : {}),
    jobs: Array.from({ length: JOB_CONTEXT_COUNT }, (_, context) => context).flatMap((context) => jobOf(r, context)),
    deferred: Array.from({ length: DEFER_COUNT }, (_, k) => r.word(MCU_CS.DEFER_CTRL, k)).filter((w) => (w & 1) !== 0)
      .length,
  };
}

/** The page that rings the queues of a slot, and whether it latches a ring. */
function doorbellOf(machine: Machine, slot: number): StreamState['doorbell'] {
  const page = CsgSlots.doorbell(slot);
  const pending = machine.mcuPeek(MCU_REG_BASE + MCU_CORE.DB_PENDING.offset) ?? 0;
  return { page, pending: ((pending >>> page) & 1) !== 0 };
}

/**
 * Where what the ring calls begins, for a stream that is inside it already: the register that the CALL in the ring
 * names, if the program has left it alone. -1 when that cannot be.
 */
export function calledStart(engine: Engine, cs: number): number {
  const { machine } = engine.board;
  const r = new StreamReader(machine, cs);
  const back = callStack(r)[0];
  const call = back === undefined || back.end !== 0 ? undefined : fetch(machine, cs, back.pc - WORD_BYTES);
  if (call === undefined || CALL === undefined || decode(call.lo, call.hi, ARCH) !== CALL) return -1;
  const address = valueOf(CALL, 'address', call.lo, call.hi);
  const length = r.word(MCU_CS.CS_REG, valueOf(CALL, 'length', call.lo, call.hi));
  const start = r.word(MCU_CS.CS_REG, address) + r.word(MCU_CS.CS_REG, address + 1) * TWO32;
  const frame = r.depth === 1 ? r.wide(MCU_CS.CS_END) : r.wide(MCU_CS.CS_FRAME_END, 2);
  return start + length === frame ? start : -1;
}

/** Return addresses from the oldest on, then the present place. */
function callStack(r: StreamReader): { pc: number; end: number }[] {
  const word = r.word(MCU_CS.CS_DEPTH);
  const field = (name: string): number => fieldOf(MCU_CS.CS_DEPTH, name, word);
  const frame = (i: number): { pc: number; end: number } => ({
    pc: r.wide(MCU_CS.CS_FRAME_IP, i),
    end: r.wide(MCU_CS.CS_FRAME_END, i),
  });
  const frames = [];
  const handler = field('handler') !== 0;
  for (let i = 1; i <= (handler ? field('int_depth') : field('depth')); i++) frames.push(frame(i));
  if (handler) {
    frames.push(frame(FRAME_INTERRUPTED));
    for (let i = 0; i < field('depth'); i++) frames.push(frame(FRAME_HANDLER_FIRST + i));
  }
  if (frames.length > 0) frames.push({ pc: r.wide(MCU_CS.CS_PC), end: r.wide(MCU_CS.CS_END) });
  return frames;
}

function jobOf(r: StreamReader, context: number): StreamState['jobs'] {
  const word = r.word(MCU_CS.JOB_CTRL, context);
  const field = (name: string): number => fieldOf(MCU_CS.JOB_CTRL, name, word);
  if (field('valid') === 0) return [];
  return [
    {
      context,
      class: CLASS_NAMES[Math.floor(context / JOBS_PER_CLASS)] ?? '',
      state: r.name(MCU_CS.JOB_CTRL, 'state', word),
      slot: field('slot'),
      op: decode(0, field('op') << 24, ARCH)?.name ?? String(field('op')),
      next: r.wide(MCU_CS.JOB_NEXT, context),
      total: r.wide(MCU_CS.JOB_TOTAL, context),
    },
  ];
}
