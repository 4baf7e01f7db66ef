/**
 * The text form of instructions read from the table: which names an architecture knows, the signature line
 * shown in remedies, hovers and completions, and spelling help.
 */
import { nearest } from '../../base/nearest.ts';
import type { Modifier, Operand, PseudoOp } from './define.ts';
import type { Arch, Row } from './isa.ts';
import { ARCHS, PSEUDO_OPS, rowNamed, rowsOf } from './isa.ts';

/** What a mnemonic stands for. */
export interface Mnemonic {
  readonly row: Row;
  /** Set for short names with preset fields. */
  readonly pseudo: PseudoOp | undefined;
}

const KNOWN: ReadonlyMap<Arch, ReadonlyMap<string, Mnemonic>> = new Map(ARCHS.map((arch) => [arch, names(arch)]));

function names(arch: Arch): ReadonlyMap<string, Mnemonic> {
  const map = new Map<string, Mnemonic>();
  for (const row of rowsOf(arch))
    for (const name of [row.name, ...row.aliases]) map.set(name, { row, pseudo: undefined });
  for (const pseudo of PSEUDO_OPS) {
    const row = rowNamed(pseudo.of, arch);
    if (row !== undefined) map.set(pseudo.name, { row, pseudo });
  }
  return map;
}

/** All mnemonics of an architecture, aliases and short names included. */
export function mnemonics(arch: Arch): ReadonlyMap<string, Mnemonic> {
  return KNOWN.get(arch) ?? new Map();
}

export function findMnemonic(text: string, arch: Arch): Mnemonic | undefined {
  return mnemonics(arch).get(text.toUpperCase());
}

/** Modifiers the text of a mnemonic may carry. */
export function modifiersOf({ row, pseudo }: Mnemonic): readonly Modifier[] {
  return pseudo === undefined ? row.modifiers : [];
}

export function operandsOf({ row, pseudo }: Mnemonic): readonly Operand[] {
  return pseudo === undefined ? row.operands : pseudo.operands;
}

function modifierForm(m: Modifier): string {
  const texts = Object.keys(m.values);
  const body = texts.length === 1 ? `.${texts[0] ?? ''}` : `.{${texts.join('|')}}`;
  return m.absent === undefined ? body : `[${body}]`;
}

/** How an operand is written, with its field name. */
export function operandForm(operand: Operand, row: Row): string {
  switch (operand.kind) {
    case 'memory':
      return operand.offset === undefined ? '[dAddress]' : '[dAddress + offset]';
    case 'registers':
      return 'rA:rB:rC';
    case 'target':
      return 'label';
    case 'field': {
      const type = row.byName[operand.field]?.type;
      const prefix = type === 'reg64' ? 'd:' : type === 'reg32' || type === 'regbase' ? 'r:' : '#';
      return operand.optional === true ? `[${prefix}${operand.field}]` : `${prefix}${operand.field}`;
    }
  }
}

/** One line that shows the form: `STORE_STATE.{...} [dAddress + offset], #wait_mask, #signal_slot`. */
export function signature(mnemonic: Mnemonic): string {
  const { row, pseudo } = mnemonic;
  const head = (pseudo?.name ?? row.name) + modifiersOf(mnemonic).map(modifierForm).join('');
  const operands = operandsOf(mnemonic).map((o) => operandForm(o, row));
  return operands.length === 0 ? head : `${head} ${operands.join(', ')}`;
}

/** Architectures that know a mnemonic. */
export function archsWith(text: string): Arch[] {
  return ARCHS.filter((arch) => findMnemonic(text, arch) !== undefined);
}

/** Longest word worth a spelling hint (chosen): the longest mnemonic has 21 letters. */
const LONGEST = 32;

/** The candidate a person probably meant, if any. */
export function closest(text: string, candidates: Iterable<string>): string | undefined {
  return text.length > LONGEST ? undefined : nearest(text, candidates);
}
