/**
 * A session as waveforms: interrupt lines, the MCU's state, doorbells, address spaces, power, and what each queue
 * runs. A register's waveform shows what was written to it or read from it last; between two accesses nobody knows.
 */
import { registerAt } from '../../../spec/registers/lookup.ts';
import { CSF_DOORBELL, GPU_POWER, MCU_CONTROL, MMU_CONTROL } from '../../../spec/registers/index.ts';
import type { Register } from '../../../spec/registers/index.ts';
import { VcdWriter, type VcdSignal } from '../../../formats/vcd.ts';
import type { SessionReader } from '../reader.ts';
import { History, type AccessRow } from './history.ts';
import type { Sink } from './sink.ts';

interface Change {
  readonly timeNs: number;
  readonly signal: number;
  readonly value: number;
}

const STATE = MCU_CONTROL.MCU_STATUS.fields[0]!;
const READY: readonly Register[] = [GPU_POWER.L2_READY, GPU_POWER.TILER_READY, GPU_POWER.SHADER_READY];
const REQUESTS: readonly Register[] = [
  GPU_POWER.L2_PWRON,
  GPU_POWER.L2_PWROFF,
  GPU_POWER.TILER_PWRON,
  GPU_POWER.TILER_PWROFF,
  GPU_POWER.SHADER_PWRON,
  GPU_POWER.SHADER_PWROFF,
];
const LINES = ['job', 'mmu', 'gpu'];
/** Blocks whose registers are drawn. */
const BLOCKS = ['CSF_DOORBELL', 'GPU_POWER', 'MMU_CONTROL', 'MCU_CONTROL'];
const WORD = 32;
/** AS_STATUS bit 0: a command is under way. */
const AS_ACTIVE = 1;

class Signals {
  readonly list: VcdSignal[] = [];
  private readonly numbers = new Map<string, number>();

  /** The number of a signal, declared at its first use. */
  get(scope: string, name: string, kind: VcdSignal['kind'], width: number, initial?: number): number {
    const key = `${scope}.${name}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.numbers.set(key, this.list.length);
    this.list.push({ scope, name, kind, width, ...(initial === undefined ? {} : { initial }) });
    return this.list.length - 1;
  }
}

/** Writes the newest history of a session. Holds the changes of its signals in memory. */
export function exportVcd(session: SessionReader, out: Sink): void {
  const history = new History(session);
  const signals = new Signals();
  for (const line of LINES) signals.get('irq', line, 'wire', 1, 0);
  signals.get('mcu', 'status', 'wire', STATE.width, 0);
  const changes = [...changesOf(history, signals)].toSorted((a, b) => a.timeNs - b.timeNs);
  const vcd = new VcdWriter(signals.list, `Tyr Workbench session, schema ${session.schemaVersion}`, out);
  for (const { signal, timeNs, value } of changes) vcd.change(signal, timeNs, value);
  vcd.end(Math.max(history.endNs, changes.at(-1)?.timeNs ?? 0));
}

function* changesOf(history: History, signals: Signals): Generator<Change> {
  for (const r of history.rows<{ time_ns: number; line: string; raised: number }>('irq', 'time_ns, line, raised')) {
    yield { timeNs: r.time_ns, signal: signals.get('irq', r.line, 'wire', 1, 0), value: r.raised };
  }
  const states = history.rows<{ time_ns: number; detail: string }>('mcu_event', 'time_ns, detail', "kind = 'status'");
  for (const r of states) {
    const value = STATE.valueOf(r.detail);
    if (value === undefined) continue;
    yield { timeNs: r.time_ns, signal: signals.get('mcu', 'status', 'wire', STATE.width), value: Number(value) };
  }
  for (const j of history.jobs()) {
    if (j.started_ns === null) continue;
    const signal = signals.get('queues', `group${j.group_id}_queue${j.queue}`, 'wire', 1, 0);
    yield { timeNs: j.started_ns, signal, value: 1 };
    if (j.finished_ns !== null) yield { timeNs: j.finished_ns, signal, value: 0 };
  }
  const accesses = history.accesses(({ initiator, block }) => initiator !== 'mcu' && BLOCKS.includes(block));
  for (const a of accesses) yield* ofAccess(a, signals);
}

/** What one access of the host tells about the signals. */
function* ofAccess({ timeNs, value, kind: { op, offset } }: AccessRow, signals: Signals): Generator<Change> {
  const at = registerAt(offset);
  if (at === undefined || at.word === 1) return;
  const { register } = at;
  const name = register.name.toLowerCase();
  const { key } = register;
  if (op === 'write') {
    if (key === CSF_DOORBELL.CSF_DOORBELL.key) {
      yield { timeNs, signal: signals.get('doorbells', name, 'event', 1), value: 1 };
    } else if (REQUESTS.includes(register)) {
      yield { timeNs, signal: signals.get('power', name, 'wire', WORD), value };
    } else if (key === MMU_CONTROL.AS_COMMAND.key) {
      yield { timeNs, signal: signals.get('mmu', name, 'wire', 8), value: value & 0xff };
      yield { timeNs, signal: signals.get('mmu', name.replace('command', 'active'), 'wire', 1), value: 1 };
    } else if (register === MCU_CONTROL.MCU_CONTROL) {
      yield { timeNs, signal: signals.get('mcu', 'control', 'wire', 2), value: value & 3 };
    }
    return;
  }
  if (READY.includes(register)) {
    yield { timeNs, signal: signals.get('power', name, 'wire', WORD), value };
  } else if (key === MMU_CONTROL.AS_STATUS.key) {
    yield {
      timeNs,
      signal: signals.get('mmu', name.replace('status', 'active'), 'wire', 1),
      value: value & AS_ACTIVE,
    };
  }
}
