/**
 * A machine that dispatches one compute kernel again and again: command stream, iterators, MMU and clock as always,
 * nothing before them. Binding n of a kernel is buffer n of resource table 1.
 */
import { enableAs, l2On, run as runMachine, smallMachine, Tables } from '../src/emulator/fixtures/bench.ts';
import { createGpuCores } from '../src/emulator/gpu-cores.ts';
import type { Machine } from '../src/emulator/machine.ts';
import type { ShaderEngineKind } from '../src/emulator/shader/engine.ts';
import { encode } from '../src/spec/cs/isa.ts';
import { CS_CMD, CS_STATE, MCU_CS, MCU_CSG } from '../src/spec/registers/mcu-private.ts';
import { GPU_POWER } from '../src/spec/registers/power.ts';
import { assemble } from '../src/spec/valhall/assemble.ts';

const AS = 1;
const STREAM = 10;
const GROUP = 1;
const PAGE = 4096;
const RAM_SIZE = 64 * 1024 * 1024;
const TABLES_AT = 0x30_0000;
/** VA and offset in RAM of what is not a buffer; shared memory has a page for each core number. */
const PLACES = {
  ring: [0x10_0000, 0x1_0000],
  code: [0x11_0000, 0x2_0000],
  descriptors: [0x12_0000, 0x3_0000],
  shared: [0x20_0000, 0x4_0000],
} as const;
const SHARED_PAGES = 64;
const BUFFERS = [0x1000_0000, 0x40_0000] as const;
/** Words of one submission in the ring, padded so that it repeats. */
const SUBMISSION = 32;
const RING_BYTES = 0x1000;
const CORES = 64;
/** Work-items of a task (chosen): as many as a core of the hardware holds at once. */
const TASK_ITEMS = 2048;
const ARCH = { arch: 10 } as const;

export interface Kernel {
  readonly name: string;
  /** Work-items of a group along x and y, groups along x and y. */
  readonly local: readonly [number, number];
  readonly groups: readonly [number, number];
  readonly uniforms: readonly number[];
  /** Bit n: register 48 + n is filled before the start. */
  readonly preload: number;
  /** What the buffers hold before a dispatch. */
  readonly buffers: readonly Uint32Array[];
  /** Bytes of shared memory as a power of two, 0 for none. */
  readonly shared: number;
}

function instruction(name: Parameters<typeof encode>[0], fields: Readonly<Record<string, number>> = {}): number[] {
  const { lo, hi } = encode(name, fields, ARCH.arch);
  return [lo, hi];
}

export class ShaderMachine {
  readonly machine: Machine;
  private readonly kernel: Kernel;
  private submitted = 0;

  constructor(kernel: Kernel, text: string, engine: ShaderEngineKind) {
    this.kernel = kernel;
    this.machine = smallMachine({ csf: (host) => createGpuCores(host, engine), ramSize: RAM_SIZE });
    const { memory, csf } = this.machine;
    const tables = new Tables(memory, memory.base + TABLES_AT);
    const map = (va: number, at: number, pages: number): void => {
      for (let n = 0; n < pages; n++) tables.map(va + n * PAGE, memory.base + at + n * PAGE);
    };
    for (const [name, [va, at]] of Object.entries(PLACES)) map(va, at, name === 'shared' ? SHARED_PAGES : 1);
    let [va, at]: readonly number[] = BUFFERS;
    const buffers = kernel.buffers.map((words) => {
      const pages = Math.ceil((4 * words.length) / PAGE);
      map(va!, at!, pages);
      const placed = { va: va!, at: at! };
      va = va! + pages * PAGE;
      at = at! + pages * PAGE;
      return placed;
    });
    this.places = buffers;
    const { words, problems } = assemble(text);
    const bad = problems.find((p) => p.severity === 'error');
    if (bad !== undefined) throw new Error(`${kernel.name}, line ${bad.line}: ${bad.rule}`);
    memory.writeBytes(memory.base + PLACES.code[1], new Uint8Array(words.buffer));
    this.describe();
    this.fill();
    l2On(this.machine);
    this.machine.hostWrite(GPU_POWER.SHADER_PWRON.offset, 0xffff_ffff);
    enableAs(this.machine, AS, tables.root);
    csf.writeControl(MCU_CSG.CSG_CTRL.at(GROUP).offset, MCU_CSG.CSG_CTRL.encode({ as: AS, auto: 31 }));
    csf.writeControl(MCU_CSG.CSG_EP_COMPUTE.at(GROUP).offset, 0xffff_ffff);
    csf.writeControl(MCU_CSG.CSG_EP_COMPUTE.at(GROUP).offset + 4, 0);
    csf.writeControl(MCU_CSG.CSG_EP_LIMIT.at(GROUP).offset, 0x0001_0808);
    this.set64(MCU_CS.CS_RING_BASE.offset, PLACES.ring[0]);
    csf.writeStream(STREAM, MCU_CS.CS_RING_SIZE.offset, RING_BYTES);
    this.set64(MCU_CS.CS_INSERT.offset, 0);
    csf.writeStream(STREAM, MCU_CS.CS_CMD.offset, CS_CMD.START);
  }

  private readonly places: readonly { readonly va: number; readonly at: number }[];

  /** Puts the content before a dispatch into the buffers. */
  fill(): void {
    const { memory } = this.machine;
    this.kernel.buffers.forEach((words, n) => {
      memory.writeBytes(memory.base + this.places[n]!.at, new Uint8Array(words.buffer));
    });
  }

  /** Content of a buffer: a copy. */
  buffer(n: number): Uint32Array {
    const { memory } = this.machine;
    const bytes = memory.readBytes(memory.base + this.places[n]!.at, 4 * this.kernel.buffers[n]!.length);
    return new Uint32Array(bytes.buffer);
  }

  /** Dispatches and runs to the end; virtual nanoseconds it took. */
  dispatch(): number {
    const { machine } = this;
    const start = machine.clock.now;
    this.submitted += SUBMISSION * 8;
    this.set64(MCU_CS.CS_INSERT.offset, this.submitted);
    do runMachine(machine, 10_000_000);
    while ((machine.csf.peekStream(STREAM, MCU_CS.CS_STATUS.offset) & 15) !== CS_STATE.EMPTY);
    return machine.clock.now - start;
  }

  /** Instructions of warps since power-on. */
  get instructions(): number {
    let sum = 0;
    for (let core = 0; core < CORES; core++) sum += this.machine.csf.counters('shader', core)[1] ?? 0;
    return sum;
  }

  private set64(offset: number, value: number): void {
    const { csf } = this.machine;
    csf.writeStream(STREAM, offset, value >>> 0);
    csf.writeStream(STREAM, offset + 4, Math.floor(value / 2 ** 32));
  }

  /** Writes words of the descriptor page at a byte offset. */
  private put(offset: number, words: readonly number[]): void {
    const { memory } = this.machine;
    words.forEach((w, n) => memory.write32(memory.base + PLACES.descriptors[1] + offset + 4 * n, w));
  }

  /** Program, uniforms, local storage, resource tables, and the stream. */
  private describe(): void {
    const { kernel } = this;
    const va = PLACES.descriptors[0];
    const at = { spd: 0, uniforms: 0x100, storage: 0x200, table: 0x240, buffers: 0x400 };
    this.put(at.spd, [0x18, kernel.preload, PLACES.code[0], 0]);
    this.put(at.uniforms, kernel.uniforms);
    const scale = kernel.shared === 0 ? 0 : Math.log2(kernel.shared) + 1;
    this.put(at.storage, [0, scale << 8, 0, 0, PLACES.shared[0], 0, 0, 0]);
    this.put(at.table + 16, [va + at.buffers, 0, 32 * kernel.buffers.length, 0]);
    this.places.forEach((place, n) => this.put(at.buffers + 32 * n, [9, 4 * kernel.buffers[n]!.length, place.va, 0]));
    const [x, y] = kernel.local;
    const fauCount = Math.ceil(kernel.uniforms.length / 2);
    const registers: Readonly<Record<number, number>> = {
      0: (va + at.table) | 2,
      8: va + at.uniforms,
      9: fauCount << 24,
      16: va + at.spd,
      24: kernel.shared === 0 ? 0 : va + at.storage,
      33: (x - 1) | ((y - 1) << 10),
      37: kernel.groups[0],
      38: kernel.groups[1],
      39: 1,
    };
    const stream = [
      ...Object.entries(registers).map(([r, value]) =>
        instruction('MOVE32', { destination: Number(r), immediate: value }),
      ),
      instruction('SET_SB_ENTRY', { endpoint_entry: 3 }),
      instruction('RUN_COMPUTE', { task_increment: TASK_ITEMS / (x * y) }),
      instruction('WAIT', { wait_mask: 255 }),
    ];
    while (stream.length < SUBMISSION) stream.push(instruction('NOP'));
    const { memory } = this.machine;
    for (let copy = 0; copy < RING_BYTES; copy += SUBMISSION * 8) {
      stream.flat().forEach((w, n) => memory.write32(memory.base + PLACES.ring[1] + copy + 4 * n, w));
    }
  }
}
