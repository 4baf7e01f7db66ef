/** Differences of two sets of register values, with the fields that differ. Pure. */
import { decodeFields, hostBlocks, mcuBlocks, type Register } from '../../../spec/registers/index.ts';
import { placeOf, wordsAt, type RegisterPlace } from '../../lib/registers.ts';

/** All registers that a kept set holds: the host's and the private ones of the MCU, without the stream interfaces. */
export const keptPlaces: readonly RegisterPlace[] = [...hostBlocks, ...mcuBlocks]
  .flatMap((b) => b.registers.flatMap((r) => r.elements()))
  .map((r) => placeOf(r));

/** Value of a register in a set; undefined when the set lacks it. */
export type ValueSet = (place: RegisterPlace) => bigint | undefined;

export interface RegisterDifference {
  readonly place: RegisterPlace;
  readonly a: bigint;
  readonly b: bigint;
  /** `code 0 → RESET`, one for each field that differs. */
  readonly fields: readonly string[];
}

/** A set from peeked words. */
export function fromWords(words: ReadonlyMap<number, number>): ValueSet {
  return (place) => {
    const [lo, hi] = wordsAt(place).map((w) => words.get(w));
    return lo === undefined ? undefined : (BigInt(hi ?? 0) << 32n) | BigInt(lo);
  };
}

/** Values after reset, from the specification. */
export const resetValues: ValueSet = (place) => BigInt(place.register.reset);

/** Registers whose values differ, in the order of the specification. */
export function compareValues(a: ValueSet, b: ValueSet): readonly RegisterDifference[] {
  return keptPlaces.flatMap((place) => {
    const [x, y] = [a(place), b(place)];
    if (x === undefined || y === undefined || x === y) return [];
    return [{ place, a: x, b: y, fields: fieldDifferences(place.register, x, y) }];
  });
}

function fieldDifferences(register: Register, a: bigint, b: bigint): readonly string[] {
  const decode = (v: bigint) => {
    const fields = decodeFields(register, Number(v & 0xffff_ffffn), Number(v >> 32n));
    return new Map(fields.map((f) => [f.name, f.enumName ?? `0x${f.value.toString(16)}`]));
  };
  const [x, y] = [decode(a), decode(b)];
  const names = new Set([...x.keys(), ...y.keys()]);
  return [...names]
    .filter((n) => x.get(n) !== y.get(n))
    .map((n) => `${n} ${x.get(n) ?? 'none'} → ${y.get(n) ?? 'none'}`);
}
