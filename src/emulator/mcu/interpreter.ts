/**
 * The hot loop of the interpreter. Made by interpreter-text.ts, where it is explained: change it there.
 */
import { BANK_WORDS, HEAT_MASK } from './entries.ts';
import { passes } from './state.ts';

/** What the loop calls when its tables do not answer. */
export interface SlowPath {
  /** Slot of the page of an address, or -1 with EXIT set. */
  openPage(address: number): number;
  /** Decodes the instruction at S[PC] into entry e for this ITSTATE; not 0: leave the loop. */
  decodeEntry(e: number, it: number): number;
  /** Executes interned instruction number index; not 0: S[PC] is where to go on, leave the loop. */
  execute(index: number, it: number): number;
  /** A branch to an even address or an EXC_RETURN value. */
  branch(target: number): void;
  load(address: number, size: 1 | 2 | 4): number;
  store(address: number, size: 1 | 2 | 4, value: number): void;
}

export interface InterpreterParts {
  readonly S: Int32Array;
  readonly E: Int32Array;
  /** By entry: the operation under a `region` mark. */
  readonly UNDER: Uint8Array;
  /** How often branches of the loop went to an address, by HEAT_MASK of its halfword. */
  readonly HEAT: Int32Array;
  readonly CODE: Int32Array;
  readonly LT: Int32Array;
  readonly ST: Int32Array;
  readonly M8: Uint8Array;
  readonly M16: Uint16Array;
  readonly M32: Int32Array;
  readonly slow: SlowPath;
}

/** The upper word of an unsigned 32 by 32 bit product. */
function highUnsigned(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const middle = ah * bl + ((al * bl) >>> 16);
  const low = al * bh + (middle % 0x10000);
  return (ah * bh + Math.floor(middle / 0x10000) + Math.floor(low / 0x10000)) | 0;
}

/** Words the loop keeps beside its locals. */
const LOCALS = 7;

/**
 * Makes the loop over one core's tables: runs up to budget instructions, returns how many are left. With hot not 0
 * it leaves before an instruction marked `region`, and when a branch goes to an address for the hot-th time.
 */
export function createInterpreter(parts: InterpreterParts): (budget: number, hot: number) => number {
  const { S, E, UNDER, HEAT, CODE, LT, ST, M8, M16, M32, slow } = parts;
  const R = S;
  const L = new Int32Array(LOCALS);
  return function interpret(budget: number, hot: number): number {
    let n = budget | 0;
    L.fill(0);
    L[6] = hot;
    let nf = S[16]!;
    let zf = S[17]!;
    let cf = S[18]!;
    let vf = S[19]!;
    let mode = S[22]!;
    let a = S[15]!;
    let b = 0;
    let t = 0;
    let x = 0;
    let i = 0;
    let w = 0;
    let e = 0;
    let op = 0;
    t = CODE[a >>> 12]!;
    if (t < 0) {
      t = slow.openPage(a);
      if (t < 0) return budget;
    }
    L[0] = t;
    L[1] = a & -4096;
    let p = t + ((a & 0xffe) << 1);
    loop: while (n > 0) {
      n--;
      e = p;
      w = E[e]!;
      op = w & 0xff;
      if (mode !== 0) {
        if ((mode & 0x100) !== 0) {
          R[13] = R[13]! & -4;
          mode &= 0xff;
        }
        if (mode !== 0) {
          e = p + BANK_WORDS;
          w = E[e]!;
          op = w & 0xff;
          if (op === 0) {
            n++;
            S[15] = L[1]! + ((p - L[0]!) >> 1);
            S[33] = n;
            if (slow.decodeEntry(e, mode) !== 0) break loop;
            continue loop;
          }
          if (op !== 1) {
            L[5] = mode;
            mode = (mode & 7) === 0 ? 0 : (mode & 0xe0) | ((mode << 1) & 0x1f);
            if (!passes(L[5]! >> 4, nf, zf, cf, vf)) {
              p += w >>> 24;
              continue loop;
            }
          }
        }
      }
      dispatch: for (;;) {
        switch (op) {
          case 0: {
            // decode
            n++;
            S[15] = L[1]! + ((p - L[0]!) >> 1);
            S[33] = n;
            if (slow.decodeEntry(e, 0) !== 0) break loop;
            continue loop;
          }
          case 1: {
            // pageEnd
            n++;
            a = L[1]! + ((p - L[0]!) >> 1);
            break dispatch;
          }
          case 2: {
            // slow
            S[15] = L[1]! + ((p - L[0]!) >> 1);
            S[33] = n;
            S[16] = nf;
            S[17] = zf;
            S[18] = cf;
            S[19] = vf;
            S[22] = mode;
            x = slow.execute(E[e + 3]!, e === p ? 0 : L[5]!);
            nf = S[16]!;
            zf = S[17]!;
            cf = S[18]!;
            vf = S[19]!;
            mode = S[22]!;
            if (x !== 0) {
              L[3] = S[15]!;
              L[2] = L[2]! + n;
              n = 0;
              L[4] = 1;
              break loop;
            }
            if (S[30] !== 0) {
              L[2] = L[2]! + n;
              n = 0;
            }
            p += w >>> 24;
            continue loop;
          }
          case 3: {
            // spWrite
            mode |= 0x100;
            op = E[e + 3]!;
            continue dispatch;
          }
          case 4: {
            // region
            if (L[6] !== 0) {
              n++;
              break loop;
            }
            op = UNDER[e >> 2]!;
            continue dispatch;
          }
          case 5: {
            // add.r
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! + R[(w >>> 16) & 15]!;
            p += w >>> 24;
            continue loop;
          }
          case 6: {
            // adds.r
            a = R[(w >>> 12) & 15]!;
            b = R[(w >>> 16) & 15]!;
            x = (a + b) | 0;
            cf = x >>> 0 < a >>> 0 ? 1 : 0;
            vf = (a ^ x) & (b ^ x);
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 7: {
            // add.i
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! + E[e + 1]!;
            p += w >>> 24;
            continue loop;
          }
          case 8: {
            // adds.i
            a = R[(w >>> 12) & 15]!;
            b = E[e + 1]!;
            x = (a + b) | 0;
            cf = x >>> 0 < a >>> 0 ? 1 : 0;
            vf = (a ^ x) & (b ^ x);
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 9: {
            // sub.r
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! - R[(w >>> 16) & 15]!;
            p += w >>> 24;
            continue loop;
          }
          case 10: {
            // subs.r
            a = R[(w >>> 12) & 15]!;
            b = R[(w >>> 16) & 15]!;
            x = (a - b) | 0;
            cf = a >>> 0 >= b >>> 0 ? 1 : 0;
            vf = (a ^ b) & (a ^ x);
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 11: {
            // sub.i
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! - E[e + 1]!;
            p += w >>> 24;
            continue loop;
          }
          case 12: {
            // subs.i
            a = R[(w >>> 12) & 15]!;
            b = E[e + 1]!;
            x = (a - b) | 0;
            cf = a >>> 0 >= b >>> 0 ? 1 : 0;
            vf = (a ^ b) & (a ^ x);
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 13: {
            // rsb.r
            R[(w >>> 8) & 15] = R[(w >>> 16) & 15]! - R[(w >>> 12) & 15]!;
            p += w >>> 24;
            continue loop;
          }
          case 14: {
            // rsbs.r
            a = R[(w >>> 16) & 15]!;
            b = R[(w >>> 12) & 15]!;
            x = (a - b) | 0;
            cf = a >>> 0 >= b >>> 0 ? 1 : 0;
            vf = (a ^ b) & (a ^ x);
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 15: {
            // rsb.i
            R[(w >>> 8) & 15] = E[e + 1]! - R[(w >>> 12) & 15]!;
            p += w >>> 24;
            continue loop;
          }
          case 16: {
            // rsbs.i
            a = E[e + 1]!;
            b = R[(w >>> 12) & 15]!;
            x = (a - b) | 0;
            cf = a >>> 0 >= b >>> 0 ? 1 : 0;
            vf = (a ^ b) & (a ^ x);
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 17: {
            // adc.r
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! + R[(w >>> 16) & 15]! + cf;
            p += w >>> 24;
            continue loop;
          }
          case 18: {
            // adcs.r
            a = R[(w >>> 12) & 15]!;
            b = R[(w >>> 16) & 15]!;
            x = (a + b + cf) | 0;
            t = (a >>> 0) + (b >>> 0) + cf > 0xffffffff ? 1 : 0;
            vf = (a ^ x) & (b ^ x);
            cf = t;
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 19: {
            // adc.i
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! + E[e + 1]! + cf;
            p += w >>> 24;
            continue loop;
          }
          case 20: {
            // adcs.i
            a = R[(w >>> 12) & 15]!;
            b = E[e + 1]!;
            x = (a + b + cf) | 0;
            t = (a >>> 0) + (b >>> 0) + cf > 0xffffffff ? 1 : 0;
            vf = (a ^ x) & (b ^ x);
            cf = t;
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 21: {
            // sbc.r
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! + ~R[(w >>> 16) & 15]! + cf;
            p += w >>> 24;
            continue loop;
          }
          case 22: {
            // sbcs.r
            a = R[(w >>> 12) & 15]!;
            b = ~R[(w >>> 16) & 15]!;
            x = (a + b + cf) | 0;
            t = (a >>> 0) + (b >>> 0) + cf > 0xffffffff ? 1 : 0;
            vf = (a ^ x) & (b ^ x);
            cf = t;
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 23: {
            // sbc.i
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! + ~E[e + 1]! + cf;
            p += w >>> 24;
            continue loop;
          }
          case 24: {
            // sbcs.i
            a = R[(w >>> 12) & 15]!;
            b = ~E[e + 1]!;
            x = (a + b + cf) | 0;
            t = (a >>> 0) + (b >>> 0) + cf > 0xffffffff ? 1 : 0;
            vf = (a ^ x) & (b ^ x);
            cf = t;
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 25: {
            // cmp.r
            a = R[(w >>> 12) & 15]!;
            b = R[(w >>> 16) & 15]!;
            x = (a - b) | 0;
            cf = a >>> 0 >= b >>> 0 ? 1 : 0;
            vf = (a ^ b) & (a ^ x);
            nf = zf = x;
            p += w >>> 24;
            continue loop;
          }
          case 26: {
            // cmn.r
            a = R[(w >>> 12) & 15]!;
            b = R[(w >>> 16) & 15]!;
            x = (a + b) | 0;
            cf = x >>> 0 < a >>> 0 ? 1 : 0;
            vf = (a ^ x) & (b ^ x);
            nf = zf = x;
            p += w >>> 24;
            continue loop;
          }
          case 27: {
            // cmp.i
            a = R[(w >>> 12) & 15]!;
            b = E[e + 1]!;
            x = (a - b) | 0;
            cf = a >>> 0 >= b >>> 0 ? 1 : 0;
            vf = (a ^ b) & (a ^ x);
            nf = zf = x;
            p += w >>> 24;
            continue loop;
          }
          case 28: {
            // cmn.i
            a = R[(w >>> 12) & 15]!;
            b = E[e + 1]!;
            x = (a + b) | 0;
            cf = x >>> 0 < a >>> 0 ? 1 : 0;
            vf = (a ^ x) & (b ^ x);
            nf = zf = x;
            p += w >>> 24;
            continue loop;
          }
          case 29: {
            // and.r
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! & R[(w >>> 16) & 15]!;
            p += w >>> 24;
            continue loop;
          }
          case 30: {
            // ands.r
            x = R[(w >>> 12) & 15]! & R[(w >>> 16) & 15]!;
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 31: {
            // and.i
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! & E[e + 1]!;
            p += w >>> 24;
            continue loop;
          }
          case 32: {
            // ands.i
            x = E[e + 2]!;
            if (x >= 0) cf = x;
            x = R[(w >>> 12) & 15]! & E[e + 1]!;
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 33: {
            // orr.r
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! | R[(w >>> 16) & 15]!;
            p += w >>> 24;
            continue loop;
          }
          case 34: {
            // orrs.r
            x = R[(w >>> 12) & 15]! | R[(w >>> 16) & 15]!;
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 35: {
            // orr.i
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! | E[e + 1]!;
            p += w >>> 24;
            continue loop;
          }
          case 36: {
            // orrs.i
            x = E[e + 2]!;
            if (x >= 0) cf = x;
            x = R[(w >>> 12) & 15]! | E[e + 1]!;
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 37: {
            // eor.r
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! ^ R[(w >>> 16) & 15]!;
            p += w >>> 24;
            continue loop;
          }
          case 38: {
            // eors.r
            x = R[(w >>> 12) & 15]! ^ R[(w >>> 16) & 15]!;
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 39: {
            // eor.i
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! ^ E[e + 1]!;
            p += w >>> 24;
            continue loop;
          }
          case 40: {
            // eors.i
            x = E[e + 2]!;
            if (x >= 0) cf = x;
            x = R[(w >>> 12) & 15]! ^ E[e + 1]!;
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 41: {
            // bic.r
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! & ~R[(w >>> 16) & 15]!;
            p += w >>> 24;
            continue loop;
          }
          case 42: {
            // bics.r
            x = R[(w >>> 12) & 15]! & ~R[(w >>> 16) & 15]!;
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 43: {
            // tst.r
            nf = zf = R[(w >>> 12) & 15]! & R[(w >>> 16) & 15]!;
            p += w >>> 24;
            continue loop;
          }
          case 44: {
            // tst.i
            x = E[e + 2]!;
            if (x >= 0) cf = x;
            nf = zf = R[(w >>> 12) & 15]! & E[e + 1]!;
            p += w >>> 24;
            continue loop;
          }
          case 45: {
            // teq.r
            nf = zf = R[(w >>> 12) & 15]! ^ R[(w >>> 16) & 15]!;
            p += w >>> 24;
            continue loop;
          }
          case 46: {
            // teq.i
            x = E[e + 2]!;
            if (x >= 0) cf = x;
            nf = zf = R[(w >>> 12) & 15]! ^ E[e + 1]!;
            p += w >>> 24;
            continue loop;
          }
          case 47: {
            // mov.r
            R[(w >>> 8) & 15] = R[(w >>> 16) & 15]!;
            p += w >>> 24;
            continue loop;
          }
          case 48: {
            // movs.r
            nf = zf = R[(w >>> 8) & 15] = R[(w >>> 16) & 15]!;
            p += w >>> 24;
            continue loop;
          }
          case 49: {
            // mov.i
            R[(w >>> 8) & 15] = E[e + 1]!;
            p += w >>> 24;
            continue loop;
          }
          case 50: {
            // movs.i
            x = E[e + 2]!;
            if (x >= 0) cf = x;
            nf = zf = R[(w >>> 8) & 15] = E[e + 1]!;
            p += w >>> 24;
            continue loop;
          }
          case 51: {
            // mvn.r
            R[(w >>> 8) & 15] = ~R[(w >>> 16) & 15]!;
            p += w >>> 24;
            continue loop;
          }
          case 52: {
            // mvns.r
            nf = zf = R[(w >>> 8) & 15] = ~R[(w >>> 16) & 15]!;
            p += w >>> 24;
            continue loop;
          }
          case 53: {
            // movt
            R[(w >>> 8) & 15] = (R[(w >>> 8) & 15]! & 0xffff) | E[e + 1]!;
            p += w >>> 24;
            continue loop;
          }
          case 54: {
            // add.lsl
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! + (R[(w >>> 16) & 15]! << E[e + 2]!);
            p += w >>> 24;
            continue loop;
          }
          case 55: {
            // sub.lsl
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! - (R[(w >>> 16) & 15]! << E[e + 2]!);
            p += w >>> 24;
            continue loop;
          }
          case 56: {
            // rsb.lsl
            R[(w >>> 8) & 15] = (R[(w >>> 16) & 15]! << E[e + 2]!) - R[(w >>> 12) & 15]!;
            p += w >>> 24;
            continue loop;
          }
          case 57: {
            // and.lsl
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! & (R[(w >>> 16) & 15]! << E[e + 2]!);
            p += w >>> 24;
            continue loop;
          }
          case 58: {
            // orr.lsl
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! | (R[(w >>> 16) & 15]! << E[e + 2]!);
            p += w >>> 24;
            continue loop;
          }
          case 59: {
            // eor.lsl
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! ^ (R[(w >>> 16) & 15]! << E[e + 2]!);
            p += w >>> 24;
            continue loop;
          }
          case 60: {
            // bic.lsl
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! & ~(R[(w >>> 16) & 15]! << E[e + 2]!);
            p += w >>> 24;
            continue loop;
          }
          case 61: {
            // lsl.i
            R[(w >>> 8) & 15] = R[(w >>> 16) & 15]! << E[e + 2]!;
            p += w >>> 24;
            continue loop;
          }
          case 62: {
            // add.lsr
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! + (R[(w >>> 16) & 15]! >>> E[e + 2]!);
            p += w >>> 24;
            continue loop;
          }
          case 63: {
            // sub.lsr
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! - (R[(w >>> 16) & 15]! >>> E[e + 2]!);
            p += w >>> 24;
            continue loop;
          }
          case 64: {
            // rsb.lsr
            R[(w >>> 8) & 15] = (R[(w >>> 16) & 15]! >>> E[e + 2]!) - R[(w >>> 12) & 15]!;
            p += w >>> 24;
            continue loop;
          }
          case 65: {
            // and.lsr
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! & (R[(w >>> 16) & 15]! >>> E[e + 2]!);
            p += w >>> 24;
            continue loop;
          }
          case 66: {
            // orr.lsr
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! | (R[(w >>> 16) & 15]! >>> E[e + 2]!);
            p += w >>> 24;
            continue loop;
          }
          case 67: {
            // eor.lsr
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! ^ (R[(w >>> 16) & 15]! >>> E[e + 2]!);
            p += w >>> 24;
            continue loop;
          }
          case 68: {
            // bic.lsr
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! & ~(R[(w >>> 16) & 15]! >>> E[e + 2]!);
            p += w >>> 24;
            continue loop;
          }
          case 69: {
            // lsr.i
            R[(w >>> 8) & 15] = R[(w >>> 16) & 15]! >>> E[e + 2]!;
            p += w >>> 24;
            continue loop;
          }
          case 70: {
            // add.asr
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! + (R[(w >>> 16) & 15]! >> E[e + 2]!);
            p += w >>> 24;
            continue loop;
          }
          case 71: {
            // sub.asr
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! - (R[(w >>> 16) & 15]! >> E[e + 2]!);
            p += w >>> 24;
            continue loop;
          }
          case 72: {
            // rsb.asr
            R[(w >>> 8) & 15] = (R[(w >>> 16) & 15]! >> E[e + 2]!) - R[(w >>> 12) & 15]!;
            p += w >>> 24;
            continue loop;
          }
          case 73: {
            // and.asr
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! & (R[(w >>> 16) & 15]! >> E[e + 2]!);
            p += w >>> 24;
            continue loop;
          }
          case 74: {
            // orr.asr
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! | (R[(w >>> 16) & 15]! >> E[e + 2]!);
            p += w >>> 24;
            continue loop;
          }
          case 75: {
            // eor.asr
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! ^ (R[(w >>> 16) & 15]! >> E[e + 2]!);
            p += w >>> 24;
            continue loop;
          }
          case 76: {
            // bic.asr
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! & ~(R[(w >>> 16) & 15]! >> E[e + 2]!);
            p += w >>> 24;
            continue loop;
          }
          case 77: {
            // asr.i
            R[(w >>> 8) & 15] = R[(w >>> 16) & 15]! >> E[e + 2]!;
            p += w >>> 24;
            continue loop;
          }
          case 78: {
            // add.ror
            R[(w >>> 8) & 15] =
              R[(w >>> 12) & 15]! + ((R[(w >>> 16) & 15]! >>> E[e + 2]!) | (R[(w >>> 16) & 15]! << -E[e + 2]!));
            p += w >>> 24;
            continue loop;
          }
          case 79: {
            // sub.ror
            R[(w >>> 8) & 15] =
              R[(w >>> 12) & 15]! - ((R[(w >>> 16) & 15]! >>> E[e + 2]!) | (R[(w >>> 16) & 15]! << -E[e + 2]!));
            p += w >>> 24;
            continue loop;
          }
          case 80: {
            // rsb.ror
            R[(w >>> 8) & 15] =
              ((R[(w >>> 16) & 15]! >>> E[e + 2]!) | (R[(w >>> 16) & 15]! << -E[e + 2]!)) - R[(w >>> 12) & 15]!;
            p += w >>> 24;
            continue loop;
          }
          case 81: {
            // and.ror
            R[(w >>> 8) & 15] =
              R[(w >>> 12) & 15]! & ((R[(w >>> 16) & 15]! >>> E[e + 2]!) | (R[(w >>> 16) & 15]! << -E[e + 2]!));
            p += w >>> 24;
            continue loop;
          }
          case 82: {
            // orr.ror
            R[(w >>> 8) & 15] =
              R[(w >>> 12) & 15]! | ((R[(w >>> 16) & 15]! >>> E[e + 2]!) | (R[(w >>> 16) & 15]! << -E[e + 2]!));
            p += w >>> 24;
            continue loop;
          }
          case 83: {
            // eor.ror
            R[(w >>> 8) & 15] =
              R[(w >>> 12) & 15]! ^ ((R[(w >>> 16) & 15]! >>> E[e + 2]!) | (R[(w >>> 16) & 15]! << -E[e + 2]!));
            p += w >>> 24;
            continue loop;
          }
          case 84: {
            // bic.ror
            R[(w >>> 8) & 15] =
              R[(w >>> 12) & 15]! & ~((R[(w >>> 16) & 15]! >>> E[e + 2]!) | (R[(w >>> 16) & 15]! << -E[e + 2]!));
            p += w >>> 24;
            continue loop;
          }
          case 85: {
            // ror.i
            R[(w >>> 8) & 15] = (R[(w >>> 16) & 15]! >>> E[e + 2]!) | (R[(w >>> 16) & 15]! << -E[e + 2]!);
            p += w >>> 24;
            continue loop;
          }
          case 86: {
            // ands.lsl
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (32 - E[e + 2]!)) & 1;
            x = t << E[e + 2]!;
            nf = zf = R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! & x;
            p += w >>> 24;
            continue loop;
          }
          case 87: {
            // orrs.lsl
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (32 - E[e + 2]!)) & 1;
            x = t << E[e + 2]!;
            nf = zf = R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! | x;
            p += w >>> 24;
            continue loop;
          }
          case 88: {
            // eors.lsl
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (32 - E[e + 2]!)) & 1;
            x = t << E[e + 2]!;
            nf = zf = R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! ^ x;
            p += w >>> 24;
            continue loop;
          }
          case 89: {
            // bics.lsl
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (32 - E[e + 2]!)) & 1;
            x = t << E[e + 2]!;
            nf = zf = R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! & ~x;
            p += w >>> 24;
            continue loop;
          }
          case 90: {
            // mvns.lsl
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (32 - E[e + 2]!)) & 1;
            x = t << E[e + 2]!;
            nf = zf = R[(w >>> 8) & 15] = ~x;
            p += w >>> 24;
            continue loop;
          }
          case 91: {
            // tst.lsl
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (32 - E[e + 2]!)) & 1;
            x = t << E[e + 2]!;
            nf = zf = R[(w >>> 12) & 15]! & x;
            p += w >>> 24;
            continue loop;
          }
          case 92: {
            // teq.lsl
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (32 - E[e + 2]!)) & 1;
            x = t << E[e + 2]!;
            nf = zf = R[(w >>> 12) & 15]! ^ x;
            p += w >>> 24;
            continue loop;
          }
          case 93: {
            // adds.lsl
            a = R[(w >>> 12) & 15]!;
            b = R[(w >>> 16) & 15]! << E[e + 2]!;
            x = (a + b) | 0;
            cf = x >>> 0 < a >>> 0 ? 1 : 0;
            vf = (a ^ x) & (b ^ x);
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 94: {
            // subs.lsl
            a = R[(w >>> 12) & 15]!;
            b = R[(w >>> 16) & 15]! << E[e + 2]!;
            x = (a - b) | 0;
            cf = a >>> 0 >= b >>> 0 ? 1 : 0;
            vf = (a ^ b) & (a ^ x);
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 95: {
            // rsbs.lsl
            a = R[(w >>> 16) & 15]! << E[e + 2]!;
            b = R[(w >>> 12) & 15]!;
            x = (a - b) | 0;
            cf = a >>> 0 >= b >>> 0 ? 1 : 0;
            vf = (a ^ b) & (a ^ x);
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 96: {
            // cmp.lsl
            a = R[(w >>> 12) & 15]!;
            b = R[(w >>> 16) & 15]! << E[e + 2]!;
            x = (a - b) | 0;
            cf = a >>> 0 >= b >>> 0 ? 1 : 0;
            vf = (a ^ b) & (a ^ x);
            nf = zf = x;
            p += w >>> 24;
            continue loop;
          }
          case 97: {
            // adc.lsl
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! + (R[(w >>> 16) & 15]! << E[e + 2]!) + cf;
            p += w >>> 24;
            continue loop;
          }
          case 98: {
            // ands.lsr
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (E[e + 2]! - 1)) & 1;
            x = (t >>> E[e + 2]!) | 0;
            nf = zf = R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! & x;
            p += w >>> 24;
            continue loop;
          }
          case 99: {
            // orrs.lsr
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (E[e + 2]! - 1)) & 1;
            x = (t >>> E[e + 2]!) | 0;
            nf = zf = R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! | x;
            p += w >>> 24;
            continue loop;
          }
          case 100: {
            // eors.lsr
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (E[e + 2]! - 1)) & 1;
            x = (t >>> E[e + 2]!) | 0;
            nf = zf = R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! ^ x;
            p += w >>> 24;
            continue loop;
          }
          case 101: {
            // bics.lsr
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (E[e + 2]! - 1)) & 1;
            x = (t >>> E[e + 2]!) | 0;
            nf = zf = R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! & ~x;
            p += w >>> 24;
            continue loop;
          }
          case 102: {
            // mvns.lsr
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (E[e + 2]! - 1)) & 1;
            x = (t >>> E[e + 2]!) | 0;
            nf = zf = R[(w >>> 8) & 15] = ~x;
            p += w >>> 24;
            continue loop;
          }
          case 103: {
            // tst.lsr
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (E[e + 2]! - 1)) & 1;
            x = (t >>> E[e + 2]!) | 0;
            nf = zf = R[(w >>> 12) & 15]! & x;
            p += w >>> 24;
            continue loop;
          }
          case 104: {
            // teq.lsr
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (E[e + 2]! - 1)) & 1;
            x = (t >>> E[e + 2]!) | 0;
            nf = zf = R[(w >>> 12) & 15]! ^ x;
            p += w >>> 24;
            continue loop;
          }
          case 105: {
            // adds.lsr
            a = R[(w >>> 12) & 15]!;
            b = (R[(w >>> 16) & 15]! >>> E[e + 2]!) | 0;
            x = (a + b) | 0;
            cf = x >>> 0 < a >>> 0 ? 1 : 0;
            vf = (a ^ x) & (b ^ x);
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 106: {
            // subs.lsr
            a = R[(w >>> 12) & 15]!;
            b = (R[(w >>> 16) & 15]! >>> E[e + 2]!) | 0;
            x = (a - b) | 0;
            cf = a >>> 0 >= b >>> 0 ? 1 : 0;
            vf = (a ^ b) & (a ^ x);
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 107: {
            // rsbs.lsr
            a = (R[(w >>> 16) & 15]! >>> E[e + 2]!) | 0;
            b = R[(w >>> 12) & 15]!;
            x = (a - b) | 0;
            cf = a >>> 0 >= b >>> 0 ? 1 : 0;
            vf = (a ^ b) & (a ^ x);
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 108: {
            // cmp.lsr
            a = R[(w >>> 12) & 15]!;
            b = (R[(w >>> 16) & 15]! >>> E[e + 2]!) | 0;
            x = (a - b) | 0;
            cf = a >>> 0 >= b >>> 0 ? 1 : 0;
            vf = (a ^ b) & (a ^ x);
            nf = zf = x;
            p += w >>> 24;
            continue loop;
          }
          case 109: {
            // adc.lsr
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! + ((R[(w >>> 16) & 15]! >>> E[e + 2]!) | 0) + cf;
            p += w >>> 24;
            continue loop;
          }
          case 110: {
            // ands.asr
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (E[e + 2]! - 1)) & 1;
            x = t >> E[e + 2]!;
            nf = zf = R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! & x;
            p += w >>> 24;
            continue loop;
          }
          case 111: {
            // orrs.asr
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (E[e + 2]! - 1)) & 1;
            x = t >> E[e + 2]!;
            nf = zf = R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! | x;
            p += w >>> 24;
            continue loop;
          }
          case 112: {
            // eors.asr
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (E[e + 2]! - 1)) & 1;
            x = t >> E[e + 2]!;
            nf = zf = R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! ^ x;
            p += w >>> 24;
            continue loop;
          }
          case 113: {
            // bics.asr
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (E[e + 2]! - 1)) & 1;
            x = t >> E[e + 2]!;
            nf = zf = R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! & ~x;
            p += w >>> 24;
            continue loop;
          }
          case 114: {
            // mvns.asr
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (E[e + 2]! - 1)) & 1;
            x = t >> E[e + 2]!;
            nf = zf = R[(w >>> 8) & 15] = ~x;
            p += w >>> 24;
            continue loop;
          }
          case 115: {
            // tst.asr
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (E[e + 2]! - 1)) & 1;
            x = t >> E[e + 2]!;
            nf = zf = R[(w >>> 12) & 15]! & x;
            p += w >>> 24;
            continue loop;
          }
          case 116: {
            // teq.asr
            t = R[(w >>> 16) & 15]!;
            cf = (t >>> (E[e + 2]! - 1)) & 1;
            x = t >> E[e + 2]!;
            nf = zf = R[(w >>> 12) & 15]! ^ x;
            p += w >>> 24;
            continue loop;
          }
          case 117: {
            // adds.asr
            a = R[(w >>> 12) & 15]!;
            b = R[(w >>> 16) & 15]! >> E[e + 2]!;
            x = (a + b) | 0;
            cf = x >>> 0 < a >>> 0 ? 1 : 0;
            vf = (a ^ x) & (b ^ x);
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 118: {
            // subs.asr
            a = R[(w >>> 12) & 15]!;
            b = R[(w >>> 16) & 15]! >> E[e + 2]!;
            x = (a - b) | 0;
            cf = a >>> 0 >= b >>> 0 ? 1 : 0;
            vf = (a ^ b) & (a ^ x);
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 119: {
            // rsbs.asr
            a = R[(w >>> 16) & 15]! >> E[e + 2]!;
            b = R[(w >>> 12) & 15]!;
            x = (a - b) | 0;
            cf = a >>> 0 >= b >>> 0 ? 1 : 0;
            vf = (a ^ b) & (a ^ x);
            nf = zf = x;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 120: {
            // cmp.asr
            a = R[(w >>> 12) & 15]!;
            b = R[(w >>> 16) & 15]! >> E[e + 2]!;
            x = (a - b) | 0;
            cf = a >>> 0 >= b >>> 0 ? 1 : 0;
            vf = (a ^ b) & (a ^ x);
            nf = zf = x;
            p += w >>> 24;
            continue loop;
          }
          case 121: {
            // adc.asr
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! + (R[(w >>> 16) & 15]! >> E[e + 2]!) + cf;
            p += w >>> 24;
            continue loop;
          }
          case 122: {
            // rrx
            a = R[(w >>> 16) & 15]!;
            R[(w >>> 8) & 15] = (a >>> 1) | (cf << 31);
            p += w >>> 24;
            continue loop;
          }
          case 123: {
            // rrxs
            a = R[(w >>> 16) & 15]!;
            x = (a >>> 1) | (cf << 31);
            cf = a & 1;
            nf = zf = R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 124: {
            // lsls.i
            a = R[(w >>> 16) & 15]!;
            b = E[e + 2]!;
            cf = (a >>> (32 - b)) & 1;
            nf = zf = R[(w >>> 8) & 15] = a << b;
            p += w >>> 24;
            continue loop;
          }
          case 125: {
            // lsrs.i
            a = R[(w >>> 16) & 15]!;
            b = E[e + 2]!;
            cf = (a >>> (b - 1)) & 1;
            nf = zf = R[(w >>> 8) & 15] = (a >>> b) | 0;
            p += w >>> 24;
            continue loop;
          }
          case 126: {
            // asrs.i
            a = R[(w >>> 16) & 15]!;
            b = E[e + 2]!;
            cf = (a >>> (b - 1)) & 1;
            nf = zf = R[(w >>> 8) & 15] = a >> b;
            p += w >>> 24;
            continue loop;
          }
          case 127: {
            // lsl.rr
            b = R[(w >>> 16) & 15]! & 255;
            R[(w >>> 8) & 15] = b > 31 ? 0 : R[(w >>> 12) & 15]! << b;
            p += w >>> 24;
            continue loop;
          }
          case 128: {
            // lsr.rr
            b = R[(w >>> 16) & 15]! & 255;
            R[(w >>> 8) & 15] = b > 31 ? 0 : R[(w >>> 12) & 15]! >>> b;
            p += w >>> 24;
            continue loop;
          }
          case 129: {
            // asr.rr
            b = R[(w >>> 16) & 15]! & 255;
            R[(w >>> 8) & 15] = R[(w >>> 12) & 15]! >> (b > 31 ? 31 : b);
            p += w >>> 24;
            continue loop;
          }
          case 130: {
            // lsls.rr
            a = R[(w >>> 12) & 15]!;
            b = R[(w >>> 16) & 15]! & 255;
            if (b !== 0) {
              cf = b > 32 ? 0 : (a >>> (32 - b)) & 1;
              a = b > 31 ? 0 : a << b;
            }
            nf = zf = R[(w >>> 8) & 15] = a;
            p += w >>> 24;
            continue loop;
          }
          case 131: {
            // lsrs.rr
            a = R[(w >>> 12) & 15]!;
            b = R[(w >>> 16) & 15]! & 255;
            if (b !== 0) {
              cf = b > 32 ? 0 : (a >>> (b - 1)) & 1;
              a = b > 31 ? 0 : (a >>> b) | 0;
            }
            nf = zf = R[(w >>> 8) & 15] = a;
            p += w >>> 24;
            continue loop;
          }
          case 132: {
            // asrs.rr
            a = R[(w >>> 12) & 15]!;
            b = R[(w >>> 16) & 15]! & 255;
            if (b !== 0) {
              if (b > 31) {
                a = a >> 31;
                cf = a & 1;
              } else {
                cf = (a >>> (b - 1)) & 1;
                a = a >> b;
              }
            }
            nf = zf = R[(w >>> 8) & 15] = a;
            p += w >>> 24;
            continue loop;
          }
          case 133: {
            // mul
            R[(w >>> 8) & 15] = Math.imul(R[(w >>> 12) & 15]!, R[(w >>> 16) & 15]!);
            p += w >>> 24;
            continue loop;
          }
          case 134: {
            // muls
            nf = zf = R[(w >>> 8) & 15] = Math.imul(R[(w >>> 12) & 15]!, R[(w >>> 16) & 15]!);
            p += w >>> 24;
            continue loop;
          }
          case 135: {
            // mla
            R[(w >>> 8) & 15] = Math.imul(R[(w >>> 12) & 15]!, R[(w >>> 16) & 15]!) + R[(w >>> 20) & 15]!;
            p += w >>> 24;
            continue loop;
          }
          case 136: {
            // mls
            R[(w >>> 8) & 15] = R[(w >>> 20) & 15]! - Math.imul(R[(w >>> 12) & 15]!, R[(w >>> 16) & 15]!);
            p += w >>> 24;
            continue loop;
          }
          case 137: {
            // umull
            a = R[(w >>> 12) & 15]!;
            b = R[(w >>> 16) & 15]!;
            R[(w >>> 8) & 15] = Math.imul(a, b);
            R[(w >>> 20) & 15] = highUnsigned(a, b);
            p += w >>> 24;
            continue loop;
          }
          case 138: {
            // smull
            a = R[(w >>> 12) & 15]!;
            b = R[(w >>> 16) & 15]!;
            R[(w >>> 8) & 15] = Math.imul(a, b);
            R[(w >>> 20) & 15] = highUnsigned(a, b) - ((a >> 31) & b) - ((b >> 31) & a);
            p += w >>> 24;
            continue loop;
          }
          case 139: {
            // smulbb
            R[(w >>> 8) & 15] = Math.imul((R[(w >>> 12) & 15]! << 16) >> 16, (R[(w >>> 16) & 15]! << 16) >> 16);
            p += w >>> 24;
            continue loop;
          }
          case 140: {
            // smlabb
            t = R[(w >>> 20) & 15]!;
            b = Math.imul((R[(w >>> 12) & 15]! << 16) >> 16, (R[(w >>> 16) & 15]! << 16) >> 16);
            x = (t + b) | 0;
            if (((t ^ x) & (b ^ x)) < 0) R[20] = 1;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 141: {
            // smulbt
            R[(w >>> 8) & 15] = Math.imul((R[(w >>> 12) & 15]! << 16) >> 16, R[(w >>> 16) & 15]! >> 16);
            p += w >>> 24;
            continue loop;
          }
          case 142: {
            // smlabt
            t = R[(w >>> 20) & 15]!;
            b = Math.imul((R[(w >>> 12) & 15]! << 16) >> 16, R[(w >>> 16) & 15]! >> 16);
            x = (t + b) | 0;
            if (((t ^ x) & (b ^ x)) < 0) R[20] = 1;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 143: {
            // smultb
            R[(w >>> 8) & 15] = Math.imul(R[(w >>> 12) & 15]! >> 16, (R[(w >>> 16) & 15]! << 16) >> 16);
            p += w >>> 24;
            continue loop;
          }
          case 144: {
            // smlatb
            t = R[(w >>> 20) & 15]!;
            b = Math.imul(R[(w >>> 12) & 15]! >> 16, (R[(w >>> 16) & 15]! << 16) >> 16);
            x = (t + b) | 0;
            if (((t ^ x) & (b ^ x)) < 0) R[20] = 1;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 145: {
            // smultt
            R[(w >>> 8) & 15] = Math.imul(R[(w >>> 12) & 15]! >> 16, R[(w >>> 16) & 15]! >> 16);
            p += w >>> 24;
            continue loop;
          }
          case 146: {
            // smlatt
            t = R[(w >>> 20) & 15]!;
            b = Math.imul(R[(w >>> 12) & 15]! >> 16, R[(w >>> 16) & 15]! >> 16);
            x = (t + b) | 0;
            if (((t ^ x) & (b ^ x)) < 0) R[20] = 1;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 147: {
            // ubfx
            R[(w >>> 8) & 15] = (R[(w >>> 12) & 15]! >>> E[e + 1]!) & E[e + 2]!;
            p += w >>> 24;
            continue loop;
          }
          case 148: {
            // sbfx
            R[(w >>> 8) & 15] = (R[(w >>> 12) & 15]! << E[e + 1]!) >> E[e + 2]!;
            p += w >>> 24;
            continue loop;
          }
          case 149: {
            // bfi
            x = E[e + 2]!;
            R[(w >>> 8) & 15] = (R[(w >>> 8) & 15]! & ~x) | ((R[(w >>> 12) & 15]! << E[e + 1]!) & x);
            p += w >>> 24;
            continue loop;
          }
          case 150: {
            // clz
            R[(w >>> 8) & 15] = Math.clz32(R[(w >>> 16) & 15]!);
            p += w >>> 24;
            continue loop;
          }
          case 151: {
            // uxtb
            R[(w >>> 8) & 15] = R[(w >>> 16) & 15]! & 0xff;
            p += w >>> 24;
            continue loop;
          }
          case 152: {
            // uxth
            R[(w >>> 8) & 15] = R[(w >>> 16) & 15]! & 0xffff;
            p += w >>> 24;
            continue loop;
          }
          case 153: {
            // sxtb
            R[(w >>> 8) & 15] = (R[(w >>> 16) & 15]! << 24) >> 24;
            p += w >>> 24;
            continue loop;
          }
          case 154: {
            // sxth
            R[(w >>> 8) & 15] = (R[(w >>> 16) & 15]! << 16) >> 16;
            p += w >>> 24;
            continue loop;
          }
          case 155: {
            // rev
            x = R[(w >>> 16) & 15]!;
            R[(w >>> 8) & 15] = (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24);
            p += w >>> 24;
            continue loop;
          }
          case 156: {
            // nop
            p += w >>> 24;
            continue loop;
          }
          case 157: {
            // ldr.i
            a = (R[(w >>> 12) & 15]! + E[e + 1]!) | 0;
            t = LT[a >>> 12]!;
            if (t >= 0 && (a & 3) === 0) x = M32[(t | (a & 0xfff)) >> 2]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 4);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 158: {
            // ldr.r
            a = (R[(w >>> 12) & 15]! + (R[(w >>> 16) & 15]! << E[e + 2]!)) | 0;
            t = LT[a >>> 12]!;
            if (t >= 0 && (a & 3) === 0) x = M32[(t | (a & 0xfff)) >> 2]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 4);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 159: {
            // ldr.pre
            a = (R[(w >>> 12) & 15]! + E[e + 1]!) | 0;
            t = LT[a >>> 12]!;
            if (t >= 0 && (a & 3) === 0) x = M32[(t | (a & 0xfff)) >> 2]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 4);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 12) & 15] = a;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 160: {
            // ldr.post
            a = R[(w >>> 12) & 15]!;
            t = LT[a >>> 12]!;
            if (t >= 0 && (a & 3) === 0) x = M32[(t | (a & 0xfff)) >> 2]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 4);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 12) & 15] = a + E[e + 1]!;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 161: {
            // ldrb.i
            a = (R[(w >>> 12) & 15]! + E[e + 1]!) | 0;
            t = LT[a >>> 12]!;
            if (t >= 0) x = M8[t | (a & 0xfff)]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 1);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 162: {
            // ldrb.r
            a = (R[(w >>> 12) & 15]! + (R[(w >>> 16) & 15]! << E[e + 2]!)) | 0;
            t = LT[a >>> 12]!;
            if (t >= 0) x = M8[t | (a & 0xfff)]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 1);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 163: {
            // ldrb.pre
            a = (R[(w >>> 12) & 15]! + E[e + 1]!) | 0;
            t = LT[a >>> 12]!;
            if (t >= 0) x = M8[t | (a & 0xfff)]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 1);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 12) & 15] = a;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 164: {
            // ldrb.post
            a = R[(w >>> 12) & 15]!;
            t = LT[a >>> 12]!;
            if (t >= 0) x = M8[t | (a & 0xfff)]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 1);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 12) & 15] = a + E[e + 1]!;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 165: {
            // ldrh.i
            a = (R[(w >>> 12) & 15]! + E[e + 1]!) | 0;
            t = LT[a >>> 12]!;
            if (t >= 0 && (a & 1) === 0) x = M16[(t | (a & 0xfff)) >> 1]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 2);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 166: {
            // ldrh.r
            a = (R[(w >>> 12) & 15]! + (R[(w >>> 16) & 15]! << E[e + 2]!)) | 0;
            t = LT[a >>> 12]!;
            if (t >= 0 && (a & 1) === 0) x = M16[(t | (a & 0xfff)) >> 1]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 2);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 167: {
            // ldrh.pre
            a = (R[(w >>> 12) & 15]! + E[e + 1]!) | 0;
            t = LT[a >>> 12]!;
            if (t >= 0 && (a & 1) === 0) x = M16[(t | (a & 0xfff)) >> 1]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 2);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 12) & 15] = a;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 168: {
            // ldrh.post
            a = R[(w >>> 12) & 15]!;
            t = LT[a >>> 12]!;
            if (t >= 0 && (a & 1) === 0) x = M16[(t | (a & 0xfff)) >> 1]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 2);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 12) & 15] = a + E[e + 1]!;
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 169: {
            // ldrsb.i
            a = (R[(w >>> 12) & 15]! + E[e + 1]!) | 0;
            t = LT[a >>> 12]!;
            if (t >= 0) x = M8[t | (a & 0xfff)]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 1);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 8) & 15] = (x << 24) >> 24;
            p += w >>> 24;
            continue loop;
          }
          case 170: {
            // ldrsb.r
            a = (R[(w >>> 12) & 15]! + (R[(w >>> 16) & 15]! << E[e + 2]!)) | 0;
            t = LT[a >>> 12]!;
            if (t >= 0) x = M8[t | (a & 0xfff)]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 1);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 8) & 15] = (x << 24) >> 24;
            p += w >>> 24;
            continue loop;
          }
          case 171: {
            // ldrsb.pre
            a = (R[(w >>> 12) & 15]! + E[e + 1]!) | 0;
            t = LT[a >>> 12]!;
            if (t >= 0) x = M8[t | (a & 0xfff)]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 1);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 12) & 15] = a;
            R[(w >>> 8) & 15] = (x << 24) >> 24;
            p += w >>> 24;
            continue loop;
          }
          case 172: {
            // ldrsb.post
            a = R[(w >>> 12) & 15]!;
            t = LT[a >>> 12]!;
            if (t >= 0) x = M8[t | (a & 0xfff)]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 1);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 12) & 15] = a + E[e + 1]!;
            R[(w >>> 8) & 15] = (x << 24) >> 24;
            p += w >>> 24;
            continue loop;
          }
          case 173: {
            // ldrsh.i
            a = (R[(w >>> 12) & 15]! + E[e + 1]!) | 0;
            t = LT[a >>> 12]!;
            if (t >= 0 && (a & 1) === 0) x = M16[(t | (a & 0xfff)) >> 1]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 2);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 8) & 15] = (x << 16) >> 16;
            p += w >>> 24;
            continue loop;
          }
          case 174: {
            // ldrsh.r
            a = (R[(w >>> 12) & 15]! + (R[(w >>> 16) & 15]! << E[e + 2]!)) | 0;
            t = LT[a >>> 12]!;
            if (t >= 0 && (a & 1) === 0) x = M16[(t | (a & 0xfff)) >> 1]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 2);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 8) & 15] = (x << 16) >> 16;
            p += w >>> 24;
            continue loop;
          }
          case 175: {
            // ldrsh.pre
            a = (R[(w >>> 12) & 15]! + E[e + 1]!) | 0;
            t = LT[a >>> 12]!;
            if (t >= 0 && (a & 1) === 0) x = M16[(t | (a & 0xfff)) >> 1]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 2);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 12) & 15] = a;
            R[(w >>> 8) & 15] = (x << 16) >> 16;
            p += w >>> 24;
            continue loop;
          }
          case 176: {
            // ldrsh.post
            a = R[(w >>> 12) & 15]!;
            t = LT[a >>> 12]!;
            if (t >= 0 && (a & 1) === 0) x = M16[(t | (a & 0xfff)) >> 1]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 2);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 12) & 15] = a + E[e + 1]!;
            R[(w >>> 8) & 15] = (x << 16) >> 16;
            p += w >>> 24;
            continue loop;
          }
          case 177: {
            // ldr.lit
            a = E[e + 1]!;
            t = LT[a >>> 12]!;
            if (t >= 0 && (a & 3) === 0) x = M32[(t | (a & 0xfff)) >> 2]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 4);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 8) & 15] = x;
            p += w >>> 24;
            continue loop;
          }
          case 178: {
            // str.i
            a = (R[(w >>> 12) & 15]! + E[e + 1]!) | 0;
            t = ST[a >>> 12]!;
            if (t >= 0 && (a & 3) === 0) M32[(t | (a & 0xfff)) >> 2] = R[(w >>> 8) & 15]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              slow.store(a, 4, R[(w >>> 8) & 15]!);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            p += w >>> 24;
            continue loop;
          }
          case 179: {
            // str.r
            a = (R[(w >>> 12) & 15]! + (R[(w >>> 16) & 15]! << E[e + 2]!)) | 0;
            t = ST[a >>> 12]!;
            if (t >= 0 && (a & 3) === 0) M32[(t | (a & 0xfff)) >> 2] = R[(w >>> 8) & 15]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              slow.store(a, 4, R[(w >>> 8) & 15]!);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            p += w >>> 24;
            continue loop;
          }
          case 180: {
            // str.pre
            a = (R[(w >>> 12) & 15]! + E[e + 1]!) | 0;
            t = ST[a >>> 12]!;
            if (t >= 0 && (a & 3) === 0) M32[(t | (a & 0xfff)) >> 2] = R[(w >>> 8) & 15]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              slow.store(a, 4, R[(w >>> 8) & 15]!);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 12) & 15] = a;
            p += w >>> 24;
            continue loop;
          }
          case 181: {
            // str.post
            a = R[(w >>> 12) & 15]!;
            t = ST[a >>> 12]!;
            if (t >= 0 && (a & 3) === 0) M32[(t | (a & 0xfff)) >> 2] = R[(w >>> 8) & 15]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              slow.store(a, 4, R[(w >>> 8) & 15]!);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 12) & 15] = a + E[e + 1]!;
            p += w >>> 24;
            continue loop;
          }
          case 182: {
            // strb.i
            a = (R[(w >>> 12) & 15]! + E[e + 1]!) | 0;
            t = ST[a >>> 12]!;
            if (t >= 0) M8[t | (a & 0xfff)] = R[(w >>> 8) & 15]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              slow.store(a, 1, R[(w >>> 8) & 15]!);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            p += w >>> 24;
            continue loop;
          }
          case 183: {
            // strb.r
            a = (R[(w >>> 12) & 15]! + (R[(w >>> 16) & 15]! << E[e + 2]!)) | 0;
            t = ST[a >>> 12]!;
            if (t >= 0) M8[t | (a & 0xfff)] = R[(w >>> 8) & 15]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              slow.store(a, 1, R[(w >>> 8) & 15]!);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            p += w >>> 24;
            continue loop;
          }
          case 184: {
            // strb.pre
            a = (R[(w >>> 12) & 15]! + E[e + 1]!) | 0;
            t = ST[a >>> 12]!;
            if (t >= 0) M8[t | (a & 0xfff)] = R[(w >>> 8) & 15]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              slow.store(a, 1, R[(w >>> 8) & 15]!);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 12) & 15] = a;
            p += w >>> 24;
            continue loop;
          }
          case 185: {
            // strb.post
            a = R[(w >>> 12) & 15]!;
            t = ST[a >>> 12]!;
            if (t >= 0) M8[t | (a & 0xfff)] = R[(w >>> 8) & 15]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              slow.store(a, 1, R[(w >>> 8) & 15]!);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 12) & 15] = a + E[e + 1]!;
            p += w >>> 24;
            continue loop;
          }
          case 186: {
            // strh.i
            a = (R[(w >>> 12) & 15]! + E[e + 1]!) | 0;
            t = ST[a >>> 12]!;
            if (t >= 0 && (a & 1) === 0) M16[(t | (a & 0xfff)) >> 1] = R[(w >>> 8) & 15]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              slow.store(a, 2, R[(w >>> 8) & 15]!);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            p += w >>> 24;
            continue loop;
          }
          case 187: {
            // strh.r
            a = (R[(w >>> 12) & 15]! + (R[(w >>> 16) & 15]! << E[e + 2]!)) | 0;
            t = ST[a >>> 12]!;
            if (t >= 0 && (a & 1) === 0) M16[(t | (a & 0xfff)) >> 1] = R[(w >>> 8) & 15]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              slow.store(a, 2, R[(w >>> 8) & 15]!);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            p += w >>> 24;
            continue loop;
          }
          case 188: {
            // strh.pre
            a = (R[(w >>> 12) & 15]! + E[e + 1]!) | 0;
            t = ST[a >>> 12]!;
            if (t >= 0 && (a & 1) === 0) M16[(t | (a & 0xfff)) >> 1] = R[(w >>> 8) & 15]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              slow.store(a, 2, R[(w >>> 8) & 15]!);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 12) & 15] = a;
            p += w >>> 24;
            continue loop;
          }
          case 189: {
            // strh.post
            a = R[(w >>> 12) & 15]!;
            t = ST[a >>> 12]!;
            if (t >= 0 && (a & 1) === 0) M16[(t | (a & 0xfff)) >> 1] = R[(w >>> 8) & 15]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              slow.store(a, 2, R[(w >>> 8) & 15]!);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            R[(w >>> 12) & 15] = a + E[e + 1]!;
            p += w >>> 24;
            continue loop;
          }
          case 190: {
            // ldm
            a = R[(w >>> 12) & 15]!;
            x = E[e + 2]!;
            b = E[e + 1]!;
            t = LT[a >>> 12]!;
            if (t >= 0 && (a & 3) === 0 && (a & 0xfff) + (x & 0xfff) <= 4096) {
              t = (t | (a & 0xfff)) >> 2;
              while (b !== 0) {
                i = 31 - Math.clz32(b & -b);
                b &= b - 1;
                R[i] = M32[t++]!;
              }
              if (x >>> 16 !== 0) R[(w >>> 12) & 15] = a + (x & 0xfff);
              p += w >>> 24;
              continue loop;
            }
            S[15] = L[1]! + ((p - L[0]!) >> 1);
            S[33] = n;
            S[16] = nf;
            S[17] = zf;
            S[18] = cf;
            S[19] = vf;
            S[22] = mode;
            x = slow.execute(E[e + 3]!, e === p ? 0 : L[5]!);
            nf = S[16]!;
            zf = S[17]!;
            cf = S[18]!;
            vf = S[19]!;
            mode = S[22]!;
            if (x !== 0) {
              L[3] = S[15]!;
              L[2] = L[2]! + n;
              n = 0;
              L[4] = 1;
              break loop;
            }
            if (S[30] !== 0) {
              L[2] = L[2]! + n;
              n = 0;
            }
            p += w >>> 24;
            continue loop;
          }
          case 191: {
            // ldmPc
            a = R[(w >>> 12) & 15]!;
            x = E[e + 2]!;
            b = E[e + 1]!;
            t = LT[a >>> 12]!;
            if (t >= 0 && (a & 3) === 0 && (a & 0xfff) + (x & 0xfff) <= 4096) {
              t = (t | (a & 0xfff)) >> 2;
              while (b !== 0) {
                i = 31 - Math.clz32(b & -b);
                b &= b - 1;
                R[i] = M32[t++]!;
              }
              if (x >>> 16 !== 0) R[(w >>> 12) & 15] = a + (x & 0xfff);
              x = M32[t]!;
              if ((x & 1) !== 0 && x >>> 28 !== 15) {
                a = x & -2;
                break dispatch;
              }
              S[16] = nf;
              S[17] = zf;
              S[18] = cf;
              S[19] = vf;
              S[22] = mode;
              S[33] = n;
              slow.branch(x);
              nf = S[16]!;
              zf = S[17]!;
              cf = S[18]!;
              vf = S[19]!;
              mode = S[22]!;
              L[3] = S[15]!;
              L[2] = L[2]! + n;
              n = 0;
              L[4] = 1;
              break loop;
            }
            S[15] = L[1]! + ((p - L[0]!) >> 1);
            S[33] = n;
            S[16] = nf;
            S[17] = zf;
            S[18] = cf;
            S[19] = vf;
            S[22] = mode;
            x = slow.execute(E[e + 3]!, e === p ? 0 : L[5]!);
            nf = S[16]!;
            zf = S[17]!;
            cf = S[18]!;
            vf = S[19]!;
            mode = S[22]!;
            if (x !== 0) {
              L[3] = S[15]!;
              L[2] = L[2]! + n;
              n = 0;
              L[4] = 1;
              break loop;
            }
            if (S[30] !== 0) {
              L[2] = L[2]! + n;
              n = 0;
            }
            p += w >>> 24;
            continue loop;
          }
          case 192: {
            // stm
            a = R[(w >>> 12) & 15]!;
            x = E[e + 2]!;
            b = E[e + 1]!;
            t = ST[a >>> 12]!;
            if (t >= 0 && (a & 3) === 0 && (a & 0xfff) + (x & 0xfff) <= 4096) {
              t = (t | (a & 0xfff)) >> 2;
              while (b !== 0) {
                i = 31 - Math.clz32(b & -b);
                b &= b - 1;
                M32[t++] = R[i]!;
              }
              if (x >>> 16 !== 0) R[(w >>> 12) & 15] = a + (x & 0xfff);
              p += w >>> 24;
              continue loop;
            }
            S[15] = L[1]! + ((p - L[0]!) >> 1);
            S[33] = n;
            S[16] = nf;
            S[17] = zf;
            S[18] = cf;
            S[19] = vf;
            S[22] = mode;
            x = slow.execute(E[e + 3]!, e === p ? 0 : L[5]!);
            nf = S[16]!;
            zf = S[17]!;
            cf = S[18]!;
            vf = S[19]!;
            mode = S[22]!;
            if (x !== 0) {
              L[3] = S[15]!;
              L[2] = L[2]! + n;
              n = 0;
              L[4] = 1;
              break loop;
            }
            if (S[30] !== 0) {
              L[2] = L[2]! + n;
              n = 0;
            }
            p += w >>> 24;
            continue loop;
          }
          case 193: {
            // stmdb
            x = E[e + 2]!;
            a = (R[(w >>> 12) & 15]! - (x & 0xfff)) | 0;
            b = E[e + 1]!;
            t = ST[a >>> 12]!;
            if (t >= 0 && (a & 3) === 0 && (a & 0xfff) + (x & 0xfff) <= 4096) {
              t = (t | (a & 0xfff)) >> 2;
              while (b !== 0) {
                i = 31 - Math.clz32(b & -b);
                b &= b - 1;
                M32[t++] = R[i]!;
              }
              if (x >>> 16 !== 0) R[(w >>> 12) & 15] = a;
              p += w >>> 24;
              continue loop;
            }
            S[15] = L[1]! + ((p - L[0]!) >> 1);
            S[33] = n;
            S[16] = nf;
            S[17] = zf;
            S[18] = cf;
            S[19] = vf;
            S[22] = mode;
            x = slow.execute(E[e + 3]!, e === p ? 0 : L[5]!);
            nf = S[16]!;
            zf = S[17]!;
            cf = S[18]!;
            vf = S[19]!;
            mode = S[22]!;
            if (x !== 0) {
              L[3] = S[15]!;
              L[2] = L[2]! + n;
              n = 0;
              L[4] = 1;
              break loop;
            }
            if (S[30] !== 0) {
              L[2] = L[2]! + n;
              n = 0;
            }
            p += w >>> 24;
            continue loop;
          }
          case 194: {
            // ldrd.i
            a = (R[(w >>> 12) & 15]! + E[e + 1]!) | 0;
            x = 8;
            t = LT[a >>> 12]!;
            if (t >= 0 && (a & 3) === 0 && (a & 0xfff) + (x & 0xfff) <= 4096) {
              t = (t | (a & 0xfff)) >> 2;
              R[(w >>> 8) & 15] = M32[t]!;
              R[(w >>> 20) & 15] = M32[t + 1]!;
              p += w >>> 24;
              continue loop;
            }
            S[15] = L[1]! + ((p - L[0]!) >> 1);
            S[33] = n;
            S[16] = nf;
            S[17] = zf;
            S[18] = cf;
            S[19] = vf;
            S[22] = mode;
            x = slow.execute(E[e + 3]!, e === p ? 0 : L[5]!);
            nf = S[16]!;
            zf = S[17]!;
            cf = S[18]!;
            vf = S[19]!;
            mode = S[22]!;
            if (x !== 0) {
              L[3] = S[15]!;
              L[2] = L[2]! + n;
              n = 0;
              L[4] = 1;
              break loop;
            }
            if (S[30] !== 0) {
              L[2] = L[2]! + n;
              n = 0;
            }
            p += w >>> 24;
            continue loop;
          }
          case 195: {
            // strd.i
            a = (R[(w >>> 12) & 15]! + E[e + 1]!) | 0;
            x = 8;
            t = ST[a >>> 12]!;
            if (t >= 0 && (a & 3) === 0 && (a & 0xfff) + (x & 0xfff) <= 4096) {
              t = (t | (a & 0xfff)) >> 2;
              M32[t] = R[(w >>> 8) & 15]!;
              M32[t + 1] = R[(w >>> 20) & 15]!;
              p += w >>> 24;
              continue loop;
            }
            S[15] = L[1]! + ((p - L[0]!) >> 1);
            S[33] = n;
            S[16] = nf;
            S[17] = zf;
            S[18] = cf;
            S[19] = vf;
            S[22] = mode;
            x = slow.execute(E[e + 3]!, e === p ? 0 : L[5]!);
            nf = S[16]!;
            zf = S[17]!;
            cf = S[18]!;
            vf = S[19]!;
            mode = S[22]!;
            if (x !== 0) {
              L[3] = S[15]!;
              L[2] = L[2]! + n;
              n = 0;
              L[4] = 1;
              break loop;
            }
            if (S[30] !== 0) {
              L[2] = L[2]! + n;
              n = 0;
            }
            p += w >>> 24;
            continue loop;
          }
          case 196: {
            // bcc.0
            if (zf === 0) p += E[e + 1]!;
            else p += w >>> 24;
            continue loop;
          }
          case 197: {
            // bcc.1
            if (zf !== 0) p += E[e + 1]!;
            else p += w >>> 24;
            continue loop;
          }
          case 198: {
            // bcc.2
            if (cf !== 0) p += E[e + 1]!;
            else p += w >>> 24;
            continue loop;
          }
          case 199: {
            // bcc.3
            if (cf === 0) p += E[e + 1]!;
            else p += w >>> 24;
            continue loop;
          }
          case 200: {
            // bcc.4
            if (nf < 0) p += E[e + 1]!;
            else p += w >>> 24;
            continue loop;
          }
          case 201: {
            // bcc.5
            if (nf >= 0) p += E[e + 1]!;
            else p += w >>> 24;
            continue loop;
          }
          case 202: {
            // bcc.6
            if (vf < 0) p += E[e + 1]!;
            else p += w >>> 24;
            continue loop;
          }
          case 203: {
            // bcc.7
            if (vf >= 0) p += E[e + 1]!;
            else p += w >>> 24;
            continue loop;
          }
          case 204: {
            // bcc.8
            if (cf !== 0 && zf !== 0) p += E[e + 1]!;
            else p += w >>> 24;
            continue loop;
          }
          case 205: {
            // bcc.9
            if (cf === 0 || zf === 0) p += E[e + 1]!;
            else p += w >>> 24;
            continue loop;
          }
          case 206: {
            // bcc.10
            if ((nf ^ vf) >= 0) p += E[e + 1]!;
            else p += w >>> 24;
            continue loop;
          }
          case 207: {
            // bcc.11
            if ((nf ^ vf) < 0) p += E[e + 1]!;
            else p += w >>> 24;
            continue loop;
          }
          case 208: {
            // bcc.12
            if (zf !== 0 && (nf ^ vf) >= 0) p += E[e + 1]!;
            else p += w >>> 24;
            continue loop;
          }
          case 209: {
            // bcc.13
            if (zf === 0 || (nf ^ vf) < 0) p += E[e + 1]!;
            else p += w >>> 24;
            continue loop;
          }
          case 210: {
            // bccFar
            if (!passes((w >>> 8) & 15, nf, zf, cf, vf)) {
              p += w >>> 24;
              continue loop;
            }
            a = E[e + 1]!;
            break dispatch;
          }
          case 211: {
            // b
            p += E[e + 1]!;
            continue loop;
          }
          case 212: {
            // bFar
            a = E[e + 1]!;
            break dispatch;
          }
          case 213: {
            // bl
            R[14] = E[e + 2]!;
            a = E[e + 1]!;
            break dispatch;
          }
          case 214: {
            // bx
            x = R[(w >>> 16) & 15]!;
            if ((x & 1) !== 0 && x >>> 28 !== 15) {
              a = x & -2;
              break dispatch;
            }
            S[16] = nf;
            S[17] = zf;
            S[18] = cf;
            S[19] = vf;
            S[22] = mode;
            S[33] = n;
            slow.branch(x);
            nf = S[16]!;
            zf = S[17]!;
            cf = S[18]!;
            vf = S[19]!;
            mode = S[22]!;
            L[3] = S[15]!;
            L[2] = L[2]! + n;
            n = 0;
            L[4] = 1;
            break loop;
          }
          case 215: {
            // blx
            x = R[(w >>> 16) & 15]!;
            R[14] = E[e + 1]!;
            if ((x & 1) !== 0 && x >>> 28 !== 15) {
              a = x & -2;
              break dispatch;
            }
            S[16] = nf;
            S[17] = zf;
            S[18] = cf;
            S[19] = vf;
            S[22] = mode;
            S[33] = n;
            slow.branch(x);
            nf = S[16]!;
            zf = S[17]!;
            cf = S[18]!;
            vf = S[19]!;
            mode = S[22]!;
            L[3] = S[15]!;
            L[2] = L[2]! + n;
            n = 0;
            L[4] = 1;
            break loop;
          }
          case 216: {
            // movPc
            a = R[(w >>> 16) & 15]! & -2;
            break dispatch;
          }
          case 217: {
            // addPc
            a = (R[(w >>> 16) & 15]! + E[e + 1]!) & -2;
            break dispatch;
          }
          case 218: {
            // ldrPc.i
            a = (R[(w >>> 12) & 15]! + E[e + 1]!) | 0;
            t = LT[a >>> 12]!;
            if (t >= 0 && (a & 3) === 0) x = M32[(t | (a & 0xfff)) >> 2]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 4);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            if ((x & 1) !== 0 && x >>> 28 !== 15) {
              a = x & -2;
              break dispatch;
            }
            S[16] = nf;
            S[17] = zf;
            S[18] = cf;
            S[19] = vf;
            S[22] = mode;
            S[33] = n;
            slow.branch(x);
            nf = S[16]!;
            zf = S[17]!;
            cf = S[18]!;
            vf = S[19]!;
            mode = S[22]!;
            L[3] = S[15]!;
            L[2] = L[2]! + n;
            n = 0;
            L[4] = 1;
            break loop;
          }
          case 219: {
            // cbz
            if (R[(w >>> 12) & 15]! === 0) p += E[e + 1]!;
            else p += 4;
            continue loop;
          }
          case 220: {
            // cbnz
            if (R[(w >>> 12) & 15]! !== 0) p += E[e + 1]!;
            else p += 4;
            continue loop;
          }
          case 221: {
            // cbzFar
            if (R[(w >>> 12) & 15]! !== 0) {
              p += w >>> 24;
              continue loop;
            }
            a = E[e + 1]!;
            break dispatch;
          }
          case 222: {
            // cbnzFar
            if (R[(w >>> 12) & 15]! === 0) {
              p += w >>> 24;
              continue loop;
            }
            a = E[e + 1]!;
            break dispatch;
          }
          case 223: {
            // tbbPc
            a = (R[(w >>> 16) & 15]! + E[e + 1]!) | 0;
            t = LT[a >>> 12]!;
            if (t >= 0) x = M8[t | (a & 0xfff)]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 1);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            a = (E[e + 1]! + x * 2) | 0;
            break dispatch;
          }
          case 224: {
            // tbhPc
            a = (R[(w >>> 16) & 15]! * 2 + E[e + 1]!) | 0;
            t = LT[a >>> 12]!;
            if (t >= 0 && (a & 1) === 0) x = M16[(t | (a & 0xfff)) >> 1]!;
            else {
              S[15] = L[1]! + ((p - L[0]!) >> 1);
              S[33] = n;
              x = slow.load(a, 2);
              if (S[30] !== 0) {
                L[2] = L[2]! + n;
                n = 0;
                if (S[31] !== 0) {
                  mode = e === p ? 0 : L[5]!;
                  break loop;
                }
              }
            }
            a = (E[e + 1]! + x * 2) | 0;
            break dispatch;
          }
          case 225: {
            // it
            mode = E[e + 1]!;
            p += w >>> 24;
            continue loop;
          }
        }
        break;
      }
      // A branch to a.
      t = CODE[a >>> 12]!;
      if (t < 0) {
        S[33] = n;
        t = slow.openPage(a);
        if (t < 0) {
          L[3] = a;
          L[4] = 1;
          L[2] = L[2]! + n;
          n = 0;
          break loop;
        }
      }
      if (L[6] !== 0) {
        x = HEAT[(a >>> 1) & HEAT_MASK]! + 1;
        HEAT[(a >>> 1) & HEAT_MASK] = x;
        if (x >= L[6]!) {
          L[3] = a;
          L[4] = 1;
          L[2] = L[2]! + n;
          n = 0;
          break loop;
        }
      }
      L[0] = t;
      L[1] = a & -4096;
      p = t + ((a & 0xffe) << 1);
    }
    if ((mode & 0x100) !== 0) {
      R[13] = R[13]! & -4;
      mode &= 0xff;
    }
    S[15] = L[4] !== 0 ? L[3]! : L[1]! + ((p - L[0]!) >> 1);
    S[16] = nf;
    S[17] = zf;
    S[18] = cf;
    S[19] = vf;
    S[22] = mode;
    return n + L[2]!;
  };
}
