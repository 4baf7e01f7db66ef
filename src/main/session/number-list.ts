/** A growing list of numbers in one typed array, with binary search for ascending ones. */
export class NumberList {
  private values = new Float64Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Float64Array(this.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }

  at(index: number): number {
    return this.values[index]!;
  }

  get last(): number | undefined {
    return this.length === 0 ? undefined : this.values[this.length - 1];
  }

  /** Index of the first value above `value`, among [from, to). The values there must ascend. */
  above(value: number, from = 0, to = this.length): number {
    let lo = from;
    let hi = to;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (this.values[mid]! > value) hi = mid;
      else lo = mid + 1;
    }
    return lo;
  }

  /** Index of the first value at or above `value`, among [from, to). */
  atLeast(value: number, from = 0, to = this.length): number {
    let lo = from;
    let hi = to;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (this.values[mid]! >= value) hi = mid;
      else lo = mid + 1;
    }
    return lo;
  }
}
