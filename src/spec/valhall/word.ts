/** An instruction word being put together, as two int32. */
export class Word {
  lo = 0;
  hi = 0;
  /** Puts `value` (its low `width` bits, at most 32) at `lsb`; the place must still be zero. */
  put(lsb: number, width: number, value: number): void {
    const bits = width >= 32 ? value : value & ((1 << width) - 1);
    if (lsb >= 32) this.hi |= bits << (lsb - 32);
    else {
      this.lo |= bits << lsb;
      if (lsb > 0) this.hi |= bits >>> (32 - lsb);
    }
  }
}
