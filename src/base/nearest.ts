/** The word a person probably meant. */

/** Edit distance with insert, delete, replace and swap of neighbours, each 1. */
export function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let old = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(old[j]! + 1, row[j - 1]! + 1, old[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, older[j - 2]! + 1);
      row.push(best);
    }
    older = old;
    old = row;
  }
  return old[b.length]!;
}

/** Up to `count` of `words` like `word`, ignoring case, best first; none further away than a third of its length. */
export function nearestWords(word: string, words: Iterable<string>, count: number): readonly string[] {
  const low = word.toLowerCase();
  const limit = Math.max(2, Math.floor(word.length / 3));
  return [...words]
    .filter((w) => Math.abs(w.length - word.length) <= limit)
    .map((w) => ({ w, distance: editDistance(low, w.toLowerCase()) }))
    .filter((c) => c.distance <= limit)
    .toSorted((a, b) => a.distance - b.distance || (a.w < b.w ? -1 : 1))
    .slice(0, count)
    .map((c) => c.w);
}

/** The nearest of `words`, or undefined when none is close. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  return nearestWords(word, words, 1)[0];
}
