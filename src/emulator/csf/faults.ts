/**
 * Fatal errors and faults of a stream (mcu-private events FATAL and FAULT, words CS_FATAL and CS_FAULT). A fatal
 * error ends issue; a fault puts the stream into the error state and is reported. While a report has not been
 * taken (event FAULT still set) the next one waits, so that none is lost.
 */
import { big64 } from '../../base/bits.ts';
import { CS_EVENT_BIT, CS_REASON, CS_STATE } from '../../spec/registers/mcu-private.ts';
import { FAULT, faultName, packCsFault, sourceId } from '../../spec/faults.ts';
import { type AccessType, type Source, UNIT, type Unit } from '../wiring.ts';
import type { Hardware } from './hardware.ts';
import * as L from './layout.ts';
import type { Stream } from './stream.ts';
import { highOf, vaText } from './stream.ts';

/** The word CS_FAULT or CS_FATAL shows: exception code and source id. */
export function faultWord(code: number, unit: Unit, cs: number): number {
  return packCsFault(code, sourceId(unit, cs)) | 0;
}

/** Kinds of access in words. */
const ACCESS_WORD = ['an atomic access to', 'execution of', 'a read of', 'a write to'] as const;

/** Ends the stream: no more issue, jobs go on. `why`: what people read of it behind code and place. */
export function fatal(
  h: Hardware,
  s: Stream,
  code: number,
  infoLo: number,
  infoHi: number,
  unit: Unit,
  why?: () => string,
): void {
  if (s.state === CS_STATE.FATAL) return;
  h.halt(s);
  s.state = CS_STATE.FATAL;
  s.reason = CS_REASON.UNBLOCKED;
  s.w[L.W_FATAL] = faultWord(code, unit, s.n);
  s.w[L.W_FATAL_INFO] = infoLo;
  s.w[L.W_FATAL_INFO + 1] = infoHi;
  h.note(s, 'fatal', () => `${faultName(code)} at ${vaText(s.pc)}${why === undefined ? '' : `: ${why()}`}`);
  h.event(s, CS_EVENT_BIT.FATAL);
  h.refreshQuiet(s);
}

/** An access of the stream itself that the bus refuses: it lies between words. */
export function misaligned(h: Hardware, s: Stream, va: number): void {
  busFault(h, s, va, UNIT.CS_DATA, () => `${vaText(va)} is not aligned`);
}

function busFault(h: Hardware, s: Stream, va: number, unit: Unit, why: () => string): void {
  fatal(h, s, FAULT.CS_BUS_FAULT, va | 0, highOf(va) | 0, unit, why);
}

/** A failed translation of the stream's own access: latched in the AS, fatal for the stream. */
export function translationFault(h: Hardware, s: Stream, va: number, unit: Unit): void {
  const source: Source = { unit, cs: s.n, ctx: 0, core: 0 };
  const { fault } = h.host.mmu;
  h.host.mmu.raise(s.as, fault, source);
  busFault(h, s, va, unit, () => `${ACCESS_WORD[fault.access]} ${vaText(va)}, ${faultName(fault.code)}`);
}

/** True while a report waits to be taken. */
export function faultPending(h: Hardware, s: Stream): boolean {
  return h.hasEvent(s, CS_EVENT_BIT.FAULT);
}

/** Reports a fault and enters the error state. The caller has checked `faultPending`. */
export function reportFault(
  h: Hardware,
  s: Stream,
  word: number,
  infoLo: number,
  infoHi: number,
  extractLo: number,
  extractHi: number,
): void {
  const { w } = s;
  w[L.W_FAULT] = word;
  w[L.W_FAULT_INFO] = infoLo;
  w[L.W_FAULT_INFO + 1] = infoHi;
  w[L.W_FAULT_EXTRACT] = extractLo;
  w[L.W_FAULT_EXTRACT + 1] = extractHi;
  w[L.W_ERROR] = word & 0xff;
  h.note(s, 'fault', () => {
    const info = (infoLo | infoHi) === 0 ? '' : `, info ${big64(infoLo, infoHi).toString(16)}`;
    return `${faultName(word & 0xff)}${info}`;
  });
  h.event(s, CS_EVENT_BIT.FAULT);
}

/** A fault of the stream's own instruction; false: an earlier report waits, the stream must hold. */
export function streamFault(h: Hardware, s: Stream, code: number, va: number): boolean {
  if (faultPending(h, s)) return false;
  const { w } = s;
  const word = faultWord(code, UNIT.CS_DATA, s.n);
  reportFault(h, s, word, va | 0, highOf(va) | 0, w[L.W_EXTRACT]!, w[L.W_EXTRACT + 1]!);
  return true;
}

/** RAM byte offset of an aligned access of the stream, or -1 after making it fatal. */
export function translate(h: Hardware, s: Stream, va: number, bytes: 4 | 8, access: AccessType): number {
  if (va % bytes !== 0) {
    misaligned(h, s, va);
    return -1;
  }
  const at = h.host.mmu.ramOffset(s.as, va, access);
  if (at < 0) translationFault(h, s, va, UNIT.CS_DATA);
  return at;
}
