/**
 * Parameters and local variables in scope at an address: of the function, of the blocks around the address, and of
 * what was inlined there, each with its type and the expression that says where it is. Source: DWARF 5 standard,
 * 3.3, 3.5, 4.1.
 */
import { BadInput } from '../base/errors.ts';
import { AT, covers, numberOf, TAG, textOf, type Entries, type Entry, type Value } from './dwarf-entries.ts';
import { expressionAt, locate, OPTIMIZED_OUT, type LocationFrame, type Piece } from './dwarf-location.ts';
import { Budget } from './dwarf-reader.ts';
import { typeAt, typeOf, type CType } from './dwarf-types.ts';

export interface Variable {
  readonly name: string;
  readonly kind: 'parameter' | 'local';
  /** Undefined: a type that is not known. */
  readonly type: CType | undefined;
  /** Where it is; more than one piece when it is spread. */
  readonly pieces: (frame: Omit<LocationFrame, 'frameBase' | 'baseType'>) => readonly Piece[];
}

/** Variables of one function, or of one that was inlined. */
export interface VariableGroup {
  readonly name: string;
  readonly inlined: boolean;
  readonly variables: readonly Variable[];
}

/** Variables of one answer, blocks in each other (chosen). */
const MOST_VARIABLES = 2000;
const DEEPEST = 64;
const MOST_HOPS = 8;

interface Collector {
  readonly address: number;
  readonly entries: Entries;
  readonly budget: Budget;
  readonly groups: { name: string; inlined: boolean; variables: Variable[] }[];
  count: number;
}

/** `functionAt`: offset of the entry of the function the address lies in. */
export function variablesAt(entries: Entries, functionAt: number, address: number, what: string): VariableGroup[] {
  const entry = entries.at(functionAt);
  if (entry === undefined) return [];
  const into: Collector = { address, entries, budget: new Budget(what), groups: [], count: 0 };
  const base = entry.attributes.get(AT.frameBase);
  collect(entry, base, group(entry, false, into), 0, into);
  return into.groups;
}

/** What an entry is a copy of, as far as that leads; itself first. */
function* origins(entry: Entry, entries: Entries): Generator<Entry> {
  let at: Entry | undefined = entry;
  for (let hop = 0; hop < MOST_HOPS && at !== undefined; hop++) {
    yield at;
    const next: number | undefined = numberOf(at, AT.abstractOrigin) ?? numberOf(at, AT.specification);
    at = next === undefined ? undefined : entries.at(next);
  }
}

function nameOf(entry: Entry, entries: Entries): string {
  for (const e of origins(entry, entries)) {
    const name = textOf(e, AT.name);
    if (name !== undefined) return name;
  }
  return '';
}

function group(entry: Entry, inlined: boolean, into: Collector): Variable[] {
  const variables: Variable[] = [];
  into.groups.push({ name: nameOf(entry, into.entries), inlined, variables });
  return variables;
}

function collect(entry: Entry, base: Value | undefined, to: Variable[], depth: number, into: Collector): void {
  if (depth > DEEPEST) return;
  const { address, budget } = into;
  for (const child of entry.children) {
    budget.spend();
    if (child.tag === TAG.parameter || child.tag === TAG.variable) {
      if (into.count++ < MOST_VARIABLES) to.push(variable(child, base, into));
    } else if (child.tag === TAG.lexicalBlock) {
      if (covers(child, address, budget)) collect(child, base, to, depth + 1, into);
    } else if (child.tag === TAG.inlined && covers(child, address, budget)) {
      collect(child, base, group(child, true, into), depth + 1, into);
    }
  }
}

function variable(entry: Entry, base: Value | undefined, { address, entries, budget }: Collector): Variable {
  let type: CType | undefined;
  let location: Value | undefined;
  let constant: Value | undefined;
  for (const e of origins(entry, entries)) {
    type ??= typeOf(e, entries);
    location ??= e.attributes.get(AT.location);
    constant ??= e.attributes.get(AT.constValue);
  }
  const { unit } = entry;
  let expression: Uint8Array | undefined;
  let frameBase: Uint8Array | undefined;
  let damaged = false;
  try {
    if (location !== undefined) expression = expressionAt(location, unit, address, budget);
    if (base !== undefined) frameBase = expressionAt(base, unit, address, budget);
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    damaged = true;
  }
  const fixed = constant === undefined ? undefined : constantPiece(constant);
  return {
    name: nameOf(entry, entries),
    kind: entry.tag === TAG.parameter ? 'parameter' : 'local',
    type,
    pieces: (frame) => {
      if (expression !== undefined) {
        // Written out: a frame may be an object with a prototype.
        return locate(expression, unit, {
          register: (n) => frame.register(n),
          cfa: () => frame.cfa(),
          memory: (at, length) => frame.memory(at, length),
          frameBase,
          baseType: (at) => typeAt(at, entries, 0),
        });
      }
      const why = damaged ? 'its list of locations is damaged' : OPTIMIZED_OUT;
      return [fixed ?? { size: undefined, place: { kind: 'lost', why } }];
    },
  };
}

/** DW_AT_const_value: a number, a text or bytes. */
function constantPiece({ value }: Value): Piece | undefined {
  let bytes: Uint8Array | undefined;
  if (value instanceof Uint8Array) bytes = value;
  else if (typeof value === 'string') bytes = Uint8Array.from([...value].map((c) => c.charCodeAt(0)).concat(0));
  else if (typeof value === 'number') {
    const wide = BigInt(value);
    bytes = Uint8Array.from({ length: 8 }, (_, k) => Number((wide >> BigInt(8 * k)) & 0xffn));
  }
  return bytes === undefined ? undefined : { size: undefined, place: { kind: 'value', bytes } };
}
