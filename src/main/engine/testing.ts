/**
 * The whole bench in one thread, for tests: service, engine, board and driver with a recorder that keeps rows in
 * lists, and the reference firmware with words of its code changed.
 */
import { readFileSync } from 'node:fs';
import { parseImage } from '../../spec/firmware/image.ts';
import { ENTRY_SIZE, entryAddress, tableIndex } from '../../spec/page-table.ts';
import type { Register } from '../../spec/registers/index.ts';
import type { InputOf } from '../../protocol/inputs.ts';
import type { Params, RequestName, Result } from '../../protocol/messages.ts';
import { INITIATORS, type RecordKind, type RecordKinds } from '../../protocol/records.ts';
import { EngineControl } from './control.ts';
import type { Engine } from './engine.ts';
import type { Recorder } from './recorder.ts';
import { Service } from './service.ts';

const resource = (name: string): URL => new URL(`../../../resources/firmware/${name}`, import.meta.url);

export interface Access {
  readonly seq: number;
  readonly timeNs: number;
  readonly meta: number;
  readonly offset: number;
  readonly value: number;
  readonly oldValue: number;
  readonly cause: number;
}

/** Keeps everything, in order. */
export class ListRecorder implements Recorder {
  readonly accesses: Access[] = [];
  private readonly rows: { kind: RecordKind; row: RecordKinds[RecordKind] }[] = [];

  access(seq: number, timeNs: number, meta: number, offset: number, value: number, old: number, cause: number): void {
    this.accesses.push({ seq, timeNs, meta, offset, value: value >>> 0, oldValue: old >>> 0, cause });
  }

  record<K extends RecordKind>(kind: K, row: RecordKinds[K]): void {
    this.rows.push({ kind, row });
  }

  flush(): void {}

  /** All rows of a kind; of jobs and fences every version. */
  of<K extends RecordKind>(kind: K): RecordKinds[K][] {
    return this.rows.filter((r) => r.kind === kind).map((r) => r.row as RecordKinds[K]);
  }

  /** The newest version of each job. */
  jobs(): RecordKinds['job'][] {
    return [...new Map(this.of('job').map((j) => [j.id, j])).values()];
  }

  /** Values the driver read from a register, in order. */
  driverReads(register: Register): number[] {
    return this.accesses
      .filter((a) => (a.meta & 15) === INITIATORS.indexOf('driver') && a.offset === register.offset)
      .map((a) => a.value);
  }
}

export interface TestBench {
  readonly service: Service;
  readonly recorder: ListRecorder;
  readonly control: EngineControl;
  /** The engine at the end of the present branch. */
  readonly engine: Engine;
  call<K extends RequestName>(name: K, params: Params<K>): Result<K>;
}

/** A bench that was just powered on. `firmware` undefined: the reference image; null-length: none. */
export function testBench(options: Partial<Params<'bench.create'>> = {}): TestBench {
  const recorder = new ListRecorder();
  const control = new EngineControl();
  const service = new Service({ recorder, control, notify: () => {} });
  const call: TestBench['call'] = (name, params) => service.handle(name, params) as Result<typeof name>;
  call('bench.create', { sessionPath: '', firmware: referenceImage(), ...options });
  return {
    service,
    recorder,
    control,
    call,
    get engine() {
      return service.engine;
    },
  };
}

let image: Uint8Array | undefined;

/** A copy of the reference firmware. */
export function referenceImage(): Uint8Array {
  image ??= new Uint8Array(readFileSync(resource('reference.bin')));
  return image.slice();
}

interface Symbols {
  readonly symbols: readonly { readonly name: string; readonly address: number; readonly size: number }[];
}

/** MCU address and bytes of a function or object of the reference firmware. */
export function symbol(name: string): { readonly address: number; readonly size: number } {
  const { symbols } = JSON.parse(readFileSync(resource('reference.symbols.json'), 'utf8')) as Symbols;
  const found = symbols.find((s) => s.name === name);
  if (found === undefined) throw new Error(`the reference firmware has no symbol ${name}`);
  return found;
}

/** Offset in the image file of the byte loaded to an MCU address. */
export function fileOffset(address: number): number {
  const section = parseImage(referenceImage()).entries.find(
    (e) => e.kind === 'section' && address >= e.vaStart && address < e.vaStart + e.data.length,
  );
  if (section?.kind !== 'section') throw new Error(`nothing is loaded to 0x${address.toString(16)}`);
  return section.fileStart + address - section.vaStart;
}

/** The G610 with the reference firmware, the driver not loaded yet. */
export function referencePowerOn(engine: InputOf<'power-on'>['engine']): InputOf<'power-on'> {
  const firmware = { firmware: referenceImage(), firmwareName: 'reference' };
  return { kind: 'power-on', gpu: 'g610', bare: false, engine, overrides: {}, ...firmware };
}

/** The reference firmware with halfwords written at MCU addresses. */
export function patchedImage(edits: readonly (readonly [address: number, halfword: number])[]): Uint8Array {
  const bytes = referenceImage();
  const view = new DataView(bytes.buffer);
  for (const [address, halfword] of edits) view.setUint16(fileOffset(address), halfword, true);
  return bytes;
}

/** Thumb encodings the patches use. */
export const THUMB = { BRANCH_TO_SELF: 0xe7fe, RETURN: 0x4770 } as const;

/** The reference firmware with another interface version among the constants of the code that publishes it. */
export function imageWithVersion(from: number, to: number): Uint8Array {
  const bytes = referenceImage();
  const view = new DataView(bytes.buffer);
  const { address, size } = symbol('init_interface');
  const words = Array.from({ length: Math.floor(size / 4) }, (_, i) => fileOffset(address + i * 4));
  const places = words.filter((at) => view.getUint32(at, true) === from);
  if (places.length !== 1) throw new Error(`version constant found ${places.length} times`);
  for (const at of places) view.setUint32(at, to, true);
  return bytes;
}

/** Writes 0 over the entry of a level that translates `va` in the tables at `root`, from outside. */
export function zeroTableEntry(engine: Engine, root: number, va: number, level: number): void {
  const { memory } = engine.board.machine;
  let table = root;
  for (let at = 0; at < level; at++) {
    const entry = table + tableIndex(va, at) * ENTRY_SIZE;
    table = entryAddress(memory.read32(entry), memory.read32(entry + 4));
  }
  const address = table + tableIndex(va, level) * ENTRY_SIZE;
  engine.apply({ kind: 'memory-write', space: 'physical', as: 0, address, bytes: new Uint8Array(ENTRY_SIZE) });
}
