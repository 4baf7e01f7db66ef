/**
 * The register accesses of the host as a list that other programs can carry out on a machine: C, Rust, Python, and
 * a shell script for `devmem`. Writes and reads in the order of the newest history; of reads that poll one register
 * only the last is kept, as a wait for the value it gave.
 */
import { registerAt, wordName } from '../../../spec/registers/lookup.ts';
import type { SessionReader } from '../reader.ts';
import { History } from './history.ts';
import type { Progress, Sink } from './sink.ts';

export type PokeLanguage = 'c' | 'rust' | 'python' | 'sh';

type Kind = 'write' | 'read' | 'wait';

interface Poke {
  readonly kind: Kind;
  readonly offset: number;
  readonly value: number;
  readonly name: string;
}

/** Read that says nothing about another machine: what it gave is not expected. */
const COUNTERS = /^GPU_(CYCLE_COUNT|TIMESTAMP)/;

const hex32 = (value: number): string => `0x${(value >>> 0).toString(16).padStart(8, '0')}`;

/** Accesses of driver, user and scripts; several reads of one word in a row become one wait. */
export function* pokesOf(session: SessionReader, progress: Progress): Generator<Poke> {
  let held: { poke: Poke; times: number } | undefined;
  let done = 0;
  const names = new Map<number, string>();
  const nameOf = (offset: number): string => {
    let name = names.get(offset);
    if (name === undefined) {
      const at = registerAt(offset);
      names.set(offset, (name = at === undefined ? hex32(offset) : wordName(at)));
    }
    return name;
  };
  for (const { value, kind } of new History(session).accesses(({ initiator }) => initiator !== 'mcu')) {
    progress(done++);
    const { offset, op } = kind;
    const poke: Poke = { kind: op, offset, value, name: nameOf(offset) };
    if (held !== undefined && poke.kind === 'read' && held.poke.offset === poke.offset) {
      held = { poke, times: held.times + 1 };
      continue;
    }
    if (held !== undefined) yield settle(held);
    held = undefined;
    if (poke.kind === 'read') held = { poke, times: 1 };
    else yield poke;
  }
  if (held !== undefined) yield settle(held);
}

function settle({ poke, times }: { poke: Poke; times: number }): Poke {
  return times > 1 && !COUNTERS.test(poke.name) ? { ...poke, kind: 'wait' } : poke;
}

interface Template {
  readonly head: readonly string[];
  line(poke: Poke): string;
  readonly tail: readonly string[];
}

const CODE: Readonly<Record<Kind, number>> = { write: 0, read: 1, wait: 2 };
const ABOUT = 'Register accesses of a Tyr Workbench session, in order.';
const MEANING = 'Kinds: 0 write the value, 1 read (the value is what the session read), 2 read until it is the value.';

const TEMPLATES: Readonly<Record<PokeLanguage, Template>> = {
  c: {
    head: [
      `/* ${ABOUT} */`,
      `/* ${MEANING} */`,
      '#include <stddef.h>',
      '#include <stdint.h>',
      '',
      'struct tyr_poke { uint8_t kind; uint32_t offset; uint32_t value; };',
      '',
      'static const struct tyr_poke tyr_pokes[] = {',
    ],
    line: (p) => `\t{ ${CODE[p.kind]}, ${hex32(p.offset)}u, ${hex32(p.value)}u }, /* ${p.name} */`,
    tail: [
      '};',
      '',
      '/* Carries the list out on a mapped register window. Gives the number of reads that differed, or -1 - i when',
      ' * the wait at index i was not over after `tries` reads. */',
      'long tyr_replay(volatile uint8_t *window, unsigned long tries)',
      '{',
      '\tlong differing = 0;',
      '',
      '\tfor (size_t i = 0; i < sizeof(tyr_pokes) / sizeof(tyr_pokes[0]); i++) {',
      '\t\tconst struct tyr_poke *p = &tyr_pokes[i];',
      '\t\tvolatile uint32_t *reg = (volatile uint32_t *)(window + p->offset);',
      '',
      '\t\tif (p->kind == 0) {',
      '\t\t\t*reg = p->value;',
      '\t\t} else if (p->kind == 1) {',
      '\t\t\tdiffering += *reg != p->value;',
      '\t\t} else {',
      '\t\t\tunsigned long left = tries;',
      '',
      '\t\t\twhile (*reg != p->value)',
      '\t\t\t\tif (left-- == 0)',
      '\t\t\t\t\treturn -1 - (long)i;',
      '\t\t}',
      '\t}',
      '\treturn differing;',
      '}',
    ],
  },
  rust: {
    head: [
      `//! ${ABOUT}`,
      `//! ${MEANING}`,
      '',
      '#[derive(Clone, Copy)]',
      'pub struct Poke {',
      '    pub kind: u8,',
      '    pub offset: u32,',
      '    pub value: u32,',
      '}',
      '',
      'const fn p(kind: u8, offset: u32, value: u32) -> Poke {',
      '    Poke { kind, offset, value }',
      '}',
      '',
      'pub static POKES: &[Poke] = &[',
    ],
    line: (p) => `    p(${CODE[p.kind]}, ${hex32(p.offset)}, ${hex32(p.value)}), // ${p.name}`,
    tail: [
      '];',
      '',
      '/// Carries the list out with the given accessors. Gives the number of reads that differed, or the index of',
      '/// the wait that was not over after `tries` reads.',
      'pub fn replay(',
      '    mut read: impl FnMut(u32) -> u32,',
      '    mut write: impl FnMut(u32, u32),',
      '    tries: usize,',
      ') -> Result<usize, usize> {',
      '    let mut differing = 0;',
      '    for (i, poke) in POKES.iter().enumerate() {',
      '        match poke.kind {',
      '            0 => write(poke.offset, poke.value),',
      '            1 => differing += usize::from(read(poke.offset) != poke.value),',
      '            _ => {',
      '                if !(0..tries).any(|_| read(poke.offset) == poke.value) {',
      '                    return Err(i);',
      '                }',
      '            }',
      '        }',
      '    }',
      '    Ok(differing)',
      '}',
    ],
  },
  python: {
    head: ['#!/usr/bin/env python3', `"""${ABOUT}`, '', MEANING, '"""', '', 'POKES = ['],
    line: (p) => `    (${CODE[p.kind]}, ${hex32(p.offset)}, ${hex32(p.value)}),  # ${p.name}`,
    tail: [
      ']',
      '',
      '',
      'def replay(read, write, tries=100000):',
      '    """Carries the list out with read(offset) and write(offset, value); yields each read that differed."""',
      '    for index, (kind, offset, value) in enumerate(POKES):',
      '        if kind == 0:',
      '            write(offset, value)',
      '        elif kind == 1:',
      '            got = read(offset)',
      '            if got != value:',
      '                yield index, offset, value, got',
      '        elif not any(read(offset) == value for _ in range(tries)):',
      '            raise TimeoutError(f"poke {index}: offset {offset:#x} did not become {value:#x}")',
    ],
  },
  sh: {
    head: [
      '#!/bin/sh',
      `# ${ABOUT}`,
      '# Usage: sh FILE BASE, where BASE is the physical address of the register window. Needs devmem.',
      'set -eu',
      'base=${1:?name the physical address of the register window}',
      'write() { devmem $((base + $1)) 32 "$2"; }',
      'read_is() {',
      '  got=$(devmem $((base + $1)) 32)',
      '  [ $((got)) -eq $(($2)) ] || echo "$3: expected $2, read $got"',
      '}',
      'wait_for() {',
      '  tries=1000',
      '  while [ $(($(devmem $((base + $1)) 32))) -ne $(($2)) ]; do',
      '    tries=$((tries - 1))',
      '    [ $tries -gt 0 ] || { echo "$3: did not become $2"; exit 1; }',
      '  done',
      '}',
    ],
    line: (p) => {
      const verb = { write: 'write', read: 'read_is', wait: 'wait_for' }[p.kind];
      return `${verb} ${hex32(p.offset)} ${hex32(p.value)}${p.kind === 'write' ? ` # ${p.name}` : ` '${p.name}'`}`;
    },
    tail: [],
  },
};

/** Writes the list in a language. */
export function exportPokes(session: SessionReader, language: PokeLanguage, out: Sink, progress: Progress): void {
  const { head, line, tail } = TEMPLATES[language];
  for (const text of head) out(`${text}\n`);
  for (const poke of pokesOf(session, progress)) out(`${line(poke)}\n`);
  for (const text of tail) out(`${text}\n`);
}
