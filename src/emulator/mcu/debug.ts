/**
 * What software may see of the debug side: the DWT cycle counter, ITM stimulus ports as a printf sink, DEMCR.
 * Nothing here stops the core; debuggers use the hooks. Source: ARMv7-M ARM, C1.7, C1.8.
 */
import type { Stateful } from '../../base/stateful.ts';
import type { Core } from './core.ts';

export const DEMCR_MON_EN = 1 << 16;
export const DEMCR_MON_PEND = 1 << 17;
const DWT_CYCCNTENA = 1;
const ITM_ENABLE = 1;

export interface DebugState {
  readonly [key: string]: number;
}

export class Debug implements Stateful<DebugState> {
  demcr = 0;
  itmEnabled = 0;
  itmControl = 0;
  private dwtControl = 0;
  /** CYCCNT is core cycles minus this while it counts, else the value itself. */
  private base = 0;
  private readonly core: Core;

  constructor(core: Core) {
    this.core = core;
  }

  reset(): void {
    this.demcr = this.itmEnabled = this.itmControl = this.dwtControl = this.base = 0;
  }

  get cyccnt(): number {
    const counting = (this.dwtControl & DWT_CYCCNTENA) !== 0;
    return (counting ? (this.core.now() - this.base) % 0x1_0000_0000 : this.base) | 0;
  }
  set cyccnt(value: number) {
    const counting = (this.dwtControl & DWT_CYCCNTENA) !== 0;
    this.base = counting ? this.core.now() - (value >>> 0) : value >>> 0;
  }

  get dwt(): number {
    return this.dwtControl;
  }
  set dwt(value: number) {
    const now = this.cyccnt;
    this.dwtControl = value & DWT_CYCCNTENA;
    this.cyccnt = now;
  }

  /** A write to a stimulus port. */
  stimulus(port: number, value: number, size: number): void {
    if ((this.itmControl & ITM_ENABLE) === 0 || ((this.itmEnabled >>> port) & 1) === 0) return;
    this.core.options.itm?.(port, value, size);
  }

  save(): DebugState {
    const { demcr, itmEnabled, itmControl, dwtControl, base } = this;
    return { demcr, itmEnabled, itmControl, dwtControl, base };
  }

  load(s: DebugState): void {
    this.demcr = s['demcr'] ?? 0;
    this.itmEnabled = s['itmEnabled'] ?? 0;
    this.itmControl = s['itmControl'] ?? 0;
    this.dwtControl = s['dwtControl'] ?? 0;
    this.base = s['base'] ?? 0;
  }
}
