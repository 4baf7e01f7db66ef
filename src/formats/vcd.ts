/**
 * Writes Value Change Dumps (IEEE 1364-2005, clause 18) for waveform viewers: one-bit wires, vectors and events in
 * named scopes. Values are given as they change, in order of time.
 */
import { Bug } from '../base/errors.ts';

/** Identifier codes are built of the printable characters `!` to `~`. */
const FIRST_CODE = 33;
const CODES = 94;

export type VcdKind = 'wire' | 'event';

export interface VcdSignal {
  readonly scope: string;
  readonly name: string;
  readonly kind: VcdKind;
  readonly width: number;
  /** Value at time 0; undefined for unknown (x). */
  readonly initial?: number;
}

export class VcdWriter {
  private readonly out: (text: string) => void;
  private readonly signals: readonly VcdSignal[];
  private readonly codes: readonly string[];
  private readonly values: (number | undefined)[];
  private timeNs = 0;
  private begun = false;

  /** Declares all signals; identical names within a scope are the caller's error. */
  constructor(signals: readonly VcdSignal[], comment: string, out: (text: string) => void) {
    this.out = out;
    this.signals = signals;
    this.codes = signals.map((_, i) => codeOf(i));
    this.values = signals.map((s) => s.initial);
    out(`$comment ${comment.replaceAll('$', ' ')} $end\n$timescale 1 ns $end\n$scope module bench $end\n`);
    for (const scope of new Set(signals.map((s) => s.scope))) {
      out(`$scope module ${word(scope)} $end\n`);
      signals.forEach((s, i) => {
        if (s.scope !== scope) return;
        const range = s.width > 1 ? ` [${s.width - 1}:0]` : '';
        out(`$var ${s.kind} ${s.width} ${this.codes[i]!} ${word(s.name)}${range} $end\n`);
      });
      out('$upscope $end\n');
    }
    out('$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\n');
    signals.forEach((s, i) => {
      if (s.kind !== 'event') out(this.text(i, s.initial));
    });
    out('$end\n');
  }

  /** A signal has a value from now on; nothing is written when it has it already. Times must not go back. */
  change(signal: number, timeNs: number, value: number): void {
    const s = this.signals[signal];
    if (s === undefined) throw new Bug(`no signal ${signal}`);
    if (s.kind !== 'event' && this.values[signal] === value) return;
    this.values[signal] = value;
    this.at(timeNs);
    this.out(this.text(signal, value));
  }

  /** Ends the dump at a time, so that a viewer shows the last values up to it. */
  end(timeNs: number): void {
    this.at(timeNs);
  }

  private at(timeNs: number): void {
    if (timeNs < this.timeNs) throw new Bug(`time goes back from ${this.timeNs} to ${timeNs} ns`);
    if (timeNs === this.timeNs && (this.begun || timeNs === 0)) return;
    this.begun = true;
    this.timeNs = timeNs;
    this.out(`#${timeNs}\n`);
  }

  private text(signal: number, value: number | undefined): string {
    const code = this.codes[signal]!;
    const { width, kind } = this.signals[signal]!;
    if (kind === 'event') return `1${code}\n`;
    if (width === 1) return `${value === undefined ? 'x' : value & 1}${code}\n`;
    return `b${value === undefined ? 'x' : value.toString(2)} ${code}\n`;
  }
}

/** Names without blanks, as the format demands. */
function word(name: string): string {
  return name.replaceAll(/[^\w[\].:-]+/g, '_') || '_';
}

function codeOf(index: number): string {
  let code = '';
  for (let rest = index; ; rest = Math.floor(rest / CODES) - 1) {
    code += String.fromCharCode(FIRST_CODE + (rest % CODES));
    if (rest < CODES) return code;
  }
}
