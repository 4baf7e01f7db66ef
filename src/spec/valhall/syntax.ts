/**
 * Names of the text form: mnemonics, later compilers' names for the same encodings, and a line for a person
 * who got the form wrong.
 */
import { nearest } from '../../base/nearest.ts';
import type { Modifier, Row } from './isa.ts';
import { ENUM_SPECS, ROWS } from './isa.ts';

/** What a mnemonic stands for: an instruction, perhaps with a flag set. */
export interface Mnemonic {
  readonly row: Row;
  readonly preset: Modifier | undefined;
}

/** Head of a name in later compilers -> head in this table, and the flag it implies. */
const LATER: readonly (readonly [later: string, name: string, preset?: string])[] = [
  ['LD_PKA', 'LD_BUFFER'],
  ['LEA_PKA', 'LEA_BUFFER'],
  ['IDPADD', 'IDP'],
  ['ARSHIFT_AND', 'RSHIFT_AND', 'signed'],
  ['ARSHIFT_OR', 'RSHIFT_OR', 'signed'],
  ['ARSHIFT_XOR', 'RSHIFT_XOR', 'signed'],
];

const MNEMONICS: ReadonlyMap<string, Mnemonic> = new Map([
  ...ROWS.map((row): [string, Mnemonic] => [row.name.toLowerCase(), { row, preset: undefined }]),
  ...LATER.flatMap(([later, name, preset]) =>
    ROWS.filter((row) => row.name.split('.')[0] === name).map((row): [string, Mnemonic] => [
      row.name.replace(name, later).toLowerCase(),
      { row, preset: preset === undefined ? undefined : row.byName[preset] },
    ]),
  ),
]);

/** The mnemonic with this name, in any case. */
export function findMnemonic(name: string): Mnemonic | undefined {
  return MNEMONICS.get(name.toLowerCase());
}

/** What a person who wrote `text` probably meant. */
export function closestName(text: string): string | undefined {
  const near =
    nearest(
      text,
      ROWS.map((r) => r.name),
    ) ?? nearest(text.split('.')[0] ?? '', HEADS);
  return near;
}
const HEADS = new Set(ROWS.map((r) => r.name.split('.')[0] ?? ''));

/** The names with the head `text` ("IADD" for "IADD.u32"), for a person who left out the type. */
export function namesWithHead(text: string): readonly string[] {
  const head = text.toLowerCase();
  return ROWS.map((r) => r.name).filter((n) => n.toLowerCase().startsWith(`${head}.`));
}

/** Texts of a modifier, without the dot, by value; undefined where reserved. */
export function modifierTexts(m: Modifier): readonly (string | undefined)[] {
  return m.kind === undefined ? [undefined, m.name] : ENUM_SPECS[m.kind].names;
}

/** Whether the modifier has to be written. */
export function isRequired(m: Modifier): boolean {
  return m.kind !== undefined && ENUM_SPECS[m.kind].silent === undefined;
}

/** The form of an instruction: `LOAD.i32{.memory_access}{.unsigned}.slot @result, address64, offset:number`. */
export function signature(row: Row): string {
  const modifiers = row.modifiers.map((m) => (isRequired(m) ? `.${m.name}` : `{.${m.name}}`)).join('');
  const operands = [
    ...row.staging.map((s) => (s.access === 'write' ? '@result' : '@data')),
    ...(row.destination ? ['destination'] : []),
    ...row.sources.map((s, n) => (s.role === '' ? `source${n}` : s.role)),
    ...row.immediates.map((i) => (i.name === 'constant' ? '#constant' : `${i.name}:number`)),
  ];
  return operands.length === 0 ? row.name + modifiers : `${row.name}${modifiers} ${operands.join(', ')}`;
}
