/**
 * Two sequences put side by side: equal items with equal ones, in order. Where they differ, the nearest place where
 * they agree again is looked for a little ahead, so that an item only one side has moves nothing else.
 */

export interface Compared {
  /** What must be equal. */
  readonly text: string;
}

export interface Pair<T> {
  readonly a: T | undefined;
  readonly b: T | undefined;
  readonly same: boolean;
}

/** Items looked ahead on each side (chosen: longer gaps are rare, and each difference costs its square). */
const AHEAD = 24;

/** All items of both sides, in order, in pairs. */
export function* align<T extends Compared>(a: Iterable<T>, b: Iterable<T>): Generator<Pair<T>> {
  const left = new Ahead(a);
  const right = new Ahead(b);
  for (;;) {
    const x = left.at(0);
    const y = right.at(0);
    if (x === undefined && y === undefined) return;
    if (x !== undefined && x.text === y?.text) {
      left.drop();
      right.drop();
      yield { a: x, b: y, same: true };
      continue;
    }
    const [i, j] = meeting(left, right) ?? [1, 1];
    for (let k = 0; k < Math.max(i, j); k++) {
      yield { a: k < i ? left.drop() : undefined, b: k < j ? right.drop() : undefined, same: false };
    }
  }
}

/** How many items each side must go on to agree again; undefined when they do not within sight. */
function meeting<T extends Compared>(left: Ahead<T>, right: Ahead<T>): readonly [number, number] | undefined {
  for (let far = 1; far <= AHEAD; far++) {
    // One taken for another comes first, then what only one side has.
    for (let near = far; near >= 0; near--) {
      if (agree(left.at(far), right.at(near))) return [far, near];
      if (agree(left.at(near), right.at(far))) return [near, far];
    }
  }
  return undefined;
}

function agree(a: Compared | undefined, b: Compared | undefined): boolean {
  return a !== undefined && a.text === b?.text;
}

/** A sequence that can be looked into before it is taken. */
class Ahead<T> {
  private readonly source: Iterator<T>;
  private readonly seen: T[] = [];

  constructor(items: Iterable<T>) {
    this.source = items[Symbol.iterator]();
  }

  at(index: number): T | undefined {
    while (this.seen.length <= index) {
      const { value, done } = this.source.next();
      if (done === true) return undefined;
      this.seen.push(value);
    }
    return this.seen[index];
  }

  drop(): T | undefined {
    this.at(0);
    return this.seen.shift();
  }
}
