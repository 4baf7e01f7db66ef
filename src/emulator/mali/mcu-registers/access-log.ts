/**
 * Accesses of the MCU that the model does not have, or refuses: the last one is shown in UNK_*, counted up to the
 * maximum. What an undefined register answers is a rule of the bench, so that foreign firmware can be studied.
 */
import type { PlainObject, Stateful } from '../../../base/stateful.ts';
import { MCU_CORE } from '../../../spec/registers/mcu-private.ts';
import type { RegisterFile } from '../../register-file.ts';
import type { AccessLog } from '../../wiring.ts';

const { UNK_COUNT, UNK_ADDR, UNK_PC, UNK_INFO } = MCU_CORE;
const COUNT_MAX = 0xffff_ffff;

/**
 * What undefined registers answer: a fixed value; the value last written there; a number that grows with each
 * read; or a BusFault.
 */
export type UndefinedRule =
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'echo' }
  | { readonly kind: 'count' }
  | { readonly kind: 'fault' };

/** Told about each report: kind of wiring.ts AccessLog, address, direction, bytes, value, PC. */
export type ReportListener = (
  kind: number,
  address: number,
  write: boolean,
  bytes: number,
  value: number,
  pc: number,
) => void;

export class McuAccessLog implements AccessLog, Stateful<PlainObject> {
  /** For addresses without a rule of their own. */
  rule: UndefinedRule = { kind: 'value', value: 0 };
  /** Rules of single word addresses. */
  readonly rules = new Map<number, UndefinedRule>();
  listener: ReportListener | undefined;
  /** PC of the instruction that makes the access; set by the machine. */
  pc: () => number = () => 0;
  private readonly inner: RegisterFile;
  private readonly echoes = new Map<number, number>();
  private reads = 0;

  constructor(inner: RegisterFile) {
    this.inner = inner;
    inner.on(UNK_COUNT, { write: () => inner.set(UNK_COUNT, 0) });
  }

  report(kind: number, address: number, write: boolean, bytes: number, value: number): void {
    const { inner } = this;
    const pc = this.pc() >>> 0;
    inner.set(UNK_COUNT, Math.min(inner.get(UNK_COUNT) + 1, COUNT_MAX));
    inner.set(UNK_ADDR, address);
    inner.set(UNK_PC, pc);
    inner.set(UNK_INFO, (write ? 1 : 0) | (bytes << 1) | (kind << 4));
    this.listener?.(kind, address, write, bytes, value, pc);
  }

  /** Value of an undefined register by the rule, or undefined for a BusFault. */
  undefinedRead(address: number): number | undefined {
    const rule = this.rules.get(address) ?? this.rule;
    switch (rule.kind) {
      case 'value':
        return rule.value >>> 0;
      case 'echo':
        return this.echoes.get(address) ?? 0;
      case 'count':
        return this.reads++ >>> 0;
      case 'fault':
        return undefined;
    }
  }

  /** Takes a store to an undefined register; false for a BusFault. */
  undefinedWrite(address: number, value: number): boolean {
    const { kind } = this.rules.get(address) ?? this.rule;
    if (kind === 'echo') this.echoes.set(address, value >>> 0);
    return kind !== 'fault';
  }

  save(): PlainObject {
    return {
      reads: this.reads,
      rule: this.rule,
      rules: [...this.rules].map(([address, rule]) => [address, rule]),
      echoes: [...this.echoes].map(([address, value]) => [address, value]),
    };
  }

  load(state: PlainObject): void {
    this.reads = Number(state['reads']);
    this.rule = state['rule'] as UndefinedRule;
    this.rules.clear();
    for (const [address, rule] of state['rules'] as readonly (readonly [number, UndefinedRule])[]) {
      this.rules.set(address, rule);
    }
    this.echoes.clear();
    for (const [address, value] of (state['echoes'] ?? []) as readonly (readonly [number, number])[]) {
      this.echoes.set(address, value);
    }
  }
}
