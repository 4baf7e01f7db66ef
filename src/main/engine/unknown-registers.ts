/**
 * Registers that foreign firmware touches and the model does not have: listed with what was done and from where, so
 * that a blob can be explored. Derived from what the machine reports; not state.
 */
import type { UndefinedRule } from '../../emulator/mali/mcu-registers/access-log.ts';
import type { UnknownRegister } from '../../protocol/debug.ts';
import type { InputOf } from '../../protocol/inputs.ts';
import { ODD_KINDS } from './board.ts';

/** Instructions remembered for each register. */
const MOST_PCS = 8;
/** Registers remembered: firmware that sweeps the space must not fill memory. */
const MOST_REGISTERS = 4096;

type Entry = { -readonly [K in keyof UnknownRegister]: UnknownRegister[K] };

export class UnknownRegisters {
  private readonly met = new Map<number, Entry>();

  note(kind: number, address: number, write: boolean, value: number, pc: number): void {
    let entry = this.met.get(address);
    if (entry === undefined) {
      if (this.met.size >= MOST_REGISTERS) return;
      entry = { address, kind: ODD_KINDS[kind] ?? String(kind), reads: 0, writes: 0, lastValue: 0, pcs: [] };
      this.met.set(address, entry);
    }
    if (write) entry.writes++;
    else entry.reads++;
    entry.lastValue = value >>> 0;
    if (entry.pcs.length < MOST_PCS && !entry.pcs.includes(pc)) entry.pcs.push(pc);
  }

  get list(): UnknownRegister[] {
    return [...this.met.values()].map((e) => ({ ...e, pcs: [...e.pcs] }));
  }
}

/** The machine's form of a rule. */
export function undefinedRule(rule: InputOf<'unknown-rule'>['rule']): UndefinedRule {
  return rule.kind === 'value' ? { kind: 'value', value: rule.value ?? 0 } : { kind: rule.kind };
}
