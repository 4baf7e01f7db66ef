/**
 * From an instruction to its steps. The operations are those of the interpreter's loop (interpreter-text.ts) and
 * leave the very same words behind, flag results included; what has no rule here is executed slowly in place.
 */
import type { Instruction } from './instruction.ts';
import { C, N, V, Z, type Step } from './step.ts';

const SP = 13;

/** Collects the steps of one block, and which registers the region uses. */
export class Steps {
  list: Step[] = [];
  /** fa and fb hold the operands the flags come from. */
  compared = false;
  /** Registers as bits. */
  used = 0;
  written = 0;

  r(n: number): string {
    this.used |= 1 << n;
    return `r${n}`;
  }

  plain(text: string, uses = 0, sets = 0): void {
    this.list.push({ kind: 'plain', text, uses, sets, keep: sets });
  }

  /** The text of a register write; SP keeps its low bits clear. */
  assign(n: number, value: string, wholeWords = false): string {
    this.used |= 1 << n;
    this.written |= 1 << n;
    return n === SP && !wholeWords ? `r13=(${value})&-4;` : `r${n}=${value};`;
  }

  write(n: number, value: string, uses = 0, wholeWords = false): void {
    this.plain(this.assign(n, value, wholeWords), uses);
  }

  setNz(value: string): void {
    this.plain(`nf=${value};`, 0, N);
    this.plain(`zf=${value};`, 0, Z);
    this.compared = false;
  }
  /** C of a shifter: V stays, so it must be there. */
  setC(value: string, uses = 0): void {
    this.list.push({ kind: 'plain', text: `cf=${value};ck=0;`, uses, sets: C, keep: C, settles: V });
  }
  /** C and V of the sum of fa and fb, kind 1 or 2; x is the sum. */
  setSum(kind: 1 | 2, operands: string, carry: string, overflow: string): void {
    this.list.push({ kind: 'plain', text: `${operands}ck=${kind};`, uses: 0, sets: 0, keep: 0, covers: C | V });
    this.list.push({ kind: 'plain', text: `cf=${carry};`, uses: 0, sets: C, keep: C, codeOnly: true });
    this.list.push({ kind: 'plain', text: `vf=${overflow};`, uses: 0, sets: V, keep: V, codeOnly: true });
    this.setNz('x');
    this.compared = kind === 1;
  }
}

/** `after`: instructions of the block behind this one. */
type Rule = (s: Steps, i: Instruction, after: number) => void;
const rules = new Map<string, Rule>();
const rule = (names: string, make: Rule): void => {
  for (const name of names.split(' ')) rules.set(name, make);
};

/** Second operands by form. */
const OPERANDS: Readonly<Record<string, (s: Steps, i: Instruction) => string>> = {
  r: (s, i) => s.r(i.decoded.m),
  i: (_, i) => literal(i.imm),
  lsl: (s, i) => `(${s.r(i.decoded.m)}<<${i.aux})`,
  lsr: (s, i) => `(${s.r(i.decoded.m)}>>>${i.aux})`,
  asr: (s, i) => `(${s.r(i.decoded.m)}>>${i.aux})`,
  ror: (s, i) => `(${s.r(i.decoded.m)}>>>${i.aux}|${s.r(i.decoded.m)}<<${32 - i.aux})`,
};
/** Carry out of the shifter, of t by aux. */
const SHIFT_CARRY: Readonly<Record<string, (by: number) => string>> = {
  lsl: (by) => `t>>>${32 - by}&1`,
  lsr: (by) => `t>>>${by - 1}&1`,
  asr: (by) => `t>>>${by - 1}&1`,
};

export function literal(v: number): string {
  return v < 0 ? `(${v | 0})` : String(v | 0);
}

const LOGIC: Readonly<Record<string, (n: string, b: string) => string>> = {
  and: (n, b) => `${n}&${b}`,
  orr: (n, b) => `${n}|${b}`,
  eor: (n, b) => `${n}^${b}`,
  bic: (n, b) => `${n}&~${b}`,
  mov: (_, b) => `${b}|0`,
  mvn: (_, b) => `~${b}`,
  tst: (n, b) => `${n}&${b}`,
  teq: (n, b) => `${n}^${b}`,
};
const TESTS = new Set(['cmp', 'cmn', 'tst', 'teq']);

/** Adjusting SP by whole words needs no mask. */
const keepsWords = (i: Instruction): boolean => !i.spWrite;

function sum(name: string, sets: boolean, form: string): Rule {
  return (s, i) => {
    const b = OPERANDS[form]!(s, i);
    const n = s.r(i.n);
    const writes = !TESTS.has(name);
    const value = { add: `${n}+${b}|0`, sub: `${n}-${b}|0`, rsb: `${b}-${n}|0`, adc: `${n}+${b}+cf|0` }[name];
    if (!sets) {
      s.write(i.d, value ?? `${n}+~${b}+cf|0`, name === 'adc' || name === 'sbc' ? C : 0, keepsWords(i));
      return;
    }
    if (name === 'sub' || name === 'cmp' || name === 'rsb') {
      const operands = name === 'rsb' ? `fa=${b};fb=${n};` : `fa=${n};fb=${b};`;
      s.setSum(1, `${operands}x=fa-fb|0;`, '(fa>>>0)>=(fb>>>0)?1:0', '(fa^fb)&(fa^x)');
    } else if (name === 'add' || name === 'cmn') {
      s.setSum(2, `fa=${n};fb=${b};x=fa+fb|0;`, '(x>>>0)<(fa>>>0)?1:0', '(fa^x)&(fb^x)');
    } else {
      s.plain(`a=${n};b=${name === 'sbc' ? '~' : ''}${b};t=cf;x=a+b+t|0;`, C);
      s.plain('cf=(a>>>0)+(b>>>0)+t>4294967295?1:0;', 0, C);
      s.plain('vf=(a^x)&(b^x);', 0, V);
      s.list.push({ kind: 'plain', text: 'ck=0;', uses: 0, sets: 0, keep: C | V });
      s.setNz('x');
    }
    if (writes) s.write(i.d, 'x', 0, keepsWords(i));
  };
}

function logic(name: string, sets: boolean, form: string): Rule {
  const make = LOGIC[name]!;
  return (s, i) => {
    const n = name === 'mov' || name === 'mvn' ? '' : s.r(i.n);
    if (!sets) {
      s.write(i.d, make(n, OPERANDS[form]!(s, i)));
      return;
    }
    const carry = SHIFT_CARRY[form];
    if (carry !== undefined) s.plain(`t=${s.r(i.decoded.m)};`);
    s.plain(`x=${make(n, OPERANDS[form]!(s, i))};`);
    if (carry !== undefined) s.setC(carry(i.aux));
    else if (form === 'i' && i.aux >= 0) s.setC(String(i.aux));
    s.setNz('x');
    if (!TESTS.has(name)) s.write(i.d, 'x');
  };
}

/** Which forms the loop has, and so may stand here. */
for (const name of ['add', 'sub', 'rsb', 'adc', 'sbc']) {
  for (const form of ['r', 'i', 'lsl', 'lsr', 'asr', 'ror']) {
    rule(`${name}.${form}`, sum(name, false, form));
    rule(`${name}s.${form}`, sum(name, true, form));
  }
}
for (const name of ['cmp', 'cmn'])
  for (const form of ['r', 'i', 'lsl', 'lsr', 'asr']) rule(`${name}.${form}`, sum(name, true, form));
for (const name of ['and', 'orr', 'eor', 'bic', 'mov', 'mvn']) {
  for (const form of ['r', 'i', 'lsl', 'lsr', 'asr', 'ror']) {
    rule(`${name}.${form}`, logic(name, false, form));
    rule(`${name}s.${form}`, logic(name, true, form));
  }
}
for (const name of ['tst', 'teq'])
  for (const form of ['r', 'i', 'lsl', 'lsr', 'asr']) rule(`${name}.${form}`, logic(name, true, form));
for (const shift of ['lsl', 'lsr', 'asr', 'ror']) {
  rule(`${shift}.i`, logic('mov', false, shift));
  if (shift !== 'ror') rule(`${shift}s.i`, logic('mov', true, shift));
}
rule('movt', (s, i) => s.write(i.d, `${s.r(i.d)}&65535|${literal(i.imm)}`));
rule('rrx', (s, i) => s.write(i.d, `${s.r(i.decoded.m)}>>>1|cf<<31`, C));
rule('rrxs', (s, i) => {
  s.plain(`t=${s.r(i.decoded.m)};x=t>>>1|cf<<31;`, C);
  s.setC('t&1');
  s.setNz('x');
  s.write(i.d, 'x');
});

/** Shifts by the low byte of a register. */
for (const [name, value, carry] of [
  ['lsl', 'b>31?0:a<<b', 'b>32?0:a>>>32-b&1'],
  ['lsr', 'b>31?0:a>>>b|0', 'b>32?0:a>>>b-1&1'],
  ['asr', 'a>>(b>31?31:b)', 'b>31?a>>>31:a>>>b-1&1'],
] as const) {
  rule(`${name}.rr`, (s, i) => {
    s.plain(`a=${s.r(i.n)};b=${s.r(i.decoded.m)}&255;`);
    s.write(i.d, value);
  });
  rule(`${name}s.rr`, (s, i) => {
    s.plain(`a=${s.r(i.n)};b=${s.r(i.decoded.m)}&255;x=${value};`);
    s.setC(`b===0?cf:${carry}`, C);
    s.setNz('x');
    s.write(i.d, 'x');
  });
}

rule('mul', (s, i) => s.write(i.d, `imul(${s.r(i.n)},${s.r(i.decoded.m)})`));
rule('muls', (s, i) => {
  s.plain(`x=imul(${s.r(i.n)},${s.r(i.decoded.m)});`);
  s.setNz('x');
  s.write(i.d, 'x');
});
rule('mla', (s, i) => s.write(i.d, `imul(${s.r(i.n)},${s.r(i.decoded.m)})+${s.r(i.decoded.a)}|0`));
rule('mls', (s, i) => s.write(i.d, `${s.r(i.decoded.a)}-imul(${s.r(i.n)},${s.r(i.decoded.m)})|0`));
rule('umull smull', (s, i) => {
  s.plain(`a=${s.r(i.n)};b=${s.r(i.decoded.m)};`);
  s.write(i.d, 'imul(a,b)');
  s.write(i.decoded.a, i.op === 'umull' ? 'high(a,b)' : 'high(a,b)-(a>>31&b)-(b>>31&a)|0');
});
const half = (r: string, which: string | undefined): string => (which === 't' ? `(${r}>>16)` : `(${r}<<16>>16)`);
for (const x of ['bb', 'bt', 'tb', 'tt']) {
  const product = (s: Steps, i: Instruction): string => `imul(${half(s.r(i.n), x[0])},${half(s.r(i.decoded.m), x[1])})`;
  rule(`smul${x}`, (s, i) => s.write(i.d, product(s, i)));
  rule(`smla${x}`, (s, i) => {
    s.plain(`t=${s.r(i.decoded.a)};b=${product(s, i)};x=t+b|0;if(((t^x)&(b^x))<0)S[20]=1;`);
    s.write(i.d, 'x');
  });
}
rule('ubfx', (s, i) => s.write(i.d, `${s.r(i.n)}>>>${i.imm}&${literal(i.aux)}`));
rule('sbfx', (s, i) => s.write(i.d, `${s.r(i.n)}<<${i.imm}>>${i.aux}`));
rule('bfi', (s, i) => s.write(i.d, `${s.r(i.d)}&${literal(~i.aux)}|${s.r(i.n)}<<${i.imm}&${literal(i.aux)}`));
for (const [name, value] of [
  ['clz', 'clz32($)'],
  ['uxtb', '$&255'],
  ['uxth', '$&65535'],
  ['sxtb', '$<<24>>24'],
  ['sxth', '$<<16>>16'],
] as const) {
  rule(name, (s, i) => s.write(i.d, value.replace('$', s.r(i.decoded.m))));
}
rule('rev', (s, i) => {
  s.plain(`x=${s.r(i.decoded.m)};`);
  s.write(i.d, 'x<<24|(x&65280)<<8|x>>>8&65280|x>>>24');
});
rule('nop it', () => undefined);

/** Adds the steps of an instruction that does not end its block. */
export function addSteps(s: Steps, i: Instruction, after: number): void {
  const known = rules.get(i.op) ?? memoryRules.get(i.op);
  if (known !== undefined) known(s, i, after);
  else {
    s.compared = false;
    s.list.push({ kind: 'slow', slow: { instruction: i, after, changes: undefined } });
  }
}

const VIEW: Readonly<Record<number, string>> = { 1: 'M8[a+t|0]', 2: 'M16[a+t>>1]', 4: 'M32[a+t>>2]' };
const ALIGNED: Readonly<Record<number, string>> = { 1: 't!==-1', 2: 't!==-1&&(a&1)===0', 4: 't!==-1&&(a&3)===0' };
const SIZE: Readonly<Record<string, number>> = {
  ldr: 4,
  ldrb: 1,
  ldrh: 2,
  ldrsb: 1,
  ldrsh: 2,
  str: 4,
  strb: 1,
  strh: 2,
};
const EXTEND: Readonly<Record<string, string>> = { ldrsb: '<<24>>24', ldrsh: '<<16>>16' };
const memoryRules = new Map<string, Rule>();

/** Address, and what the base becomes, by addressing form. */
const FORMS: Readonly<Record<string, { at: (s: Steps, i: Instruction) => string; base?: (i: Instruction) => string }>> =
  {
    i: { at: offsetAddress },
    r: { at: (s, i) => `${s.r(i.n)}+(${s.r(i.decoded.m)}<<${i.aux})|0` },
    pre: { at: offsetAddress, base: () => 'a' },
    post: { at: (s, i) => s.r(i.n), base: (i) => `a+${literal(i.imm)}|0` },
  };

function offsetAddress(s: Steps, i: Instruction): string {
  return i.imm === 0 ? s.r(i.n) : `${s.r(i.n)}+${literal(i.imm)}|0`;
}

export function tableOf(address: string, table: 'LD' | 'SD'): string {
  return `a=${address};t=${table}[a>>>12];`;
}

for (const name of Object.keys(SIZE)) {
  const size = SIZE[name]!;
  const load = name.startsWith('ldr');
  for (const [form, { at, base }] of Object.entries(FORMS)) {
    memoryRules.set(`${name}.${form}`, (s, i, after) => {
      const head = tableOf(at(s, i), load ? 'LD' : 'SD');
      const update = base === undefined ? '' : s.assign(i.n, base(i));
      const quick = load
        ? `x=${VIEW[size]!}${EXTEND[name] ?? ''};${update}${s.assign(i.d, 'x')}`
        : `${VIEW[size]!}=${s.r(i.d)};${update}`;
      const changes = (load ? 1 << i.d : 0) | (base === undefined ? 0 : 1 << i.n);
      s.list.push({ kind: 'memory', head, fast: ALIGNED[size]!, quick, slow: { instruction: i, after, changes } });
    });
  }
}
memoryRules.set('ldr.lit', (s, i, after) => {
  const slow = { instruction: i, after, changes: 1 << i.d };
  const head = tableOf(literal(i.imm), 'LD');
  s.list.push({ kind: 'memory', head, fast: ALIGNED[4]!, quick: `x=${VIEW[4]!};${s.assign(i.d, 'x')}`, slow });
});

export const inPage = (bytes: number): string => `t!==-1&&(a&3)===0&&(a&4095)<=${4096 - bytes}`;
/** Registers of a list, lowest first. */
export function registersOf(list: number): number[] {
  return Array.from({ length: 15 }, (_, r) => r).filter((r) => ((list >>> r) & 1) !== 0);
}

/** The pieces of a multiple: IMM list, AUX bytes | write-back << 16. */
export function multiple(s: Steps, i: Instruction): { bytes: number; words: string; base: string; changes: number } {
  const bytes = i.aux & 0xfff;
  const down = i.op === 'stmdb';
  const store = i.op.startsWith('stm');
  const words = registersOf(i.imm).map((r, k) => {
    const word = k === 0 ? 'M32[t]' : `M32[t+${k}]`;
    return store ? `${word}=${s.r(r)};` : s.assign(r, word, true);
  });
  const writeback = i.aux >>> 16 !== 0;
  return {
    bytes,
    words: `t=a+t>>2;${words.join('')}`,
    base: writeback ? s.assign(i.n, down ? 'a' : `a+${bytes}|0`, true) : '',
    changes: (store ? 0 : i.imm) | (writeback ? 1 << i.n : 0),
  };
}
for (const name of ['ldm', 'stm', 'stmdb']) {
  memoryRules.set(name, (s, i, after) => {
    const { bytes, words, base, changes } = multiple(s, i);
    const address = name === 'stmdb' ? `${s.r(i.n)}-${bytes}|0` : s.r(i.n);
    const head = tableOf(address, name === 'ldm' ? 'LD' : 'SD');
    s.list.push({
      kind: 'memory',
      head,
      fast: inPage(bytes),
      quick: words + base,
      slow: { instruction: i, after, changes },
    });
  });
}
for (const name of ['ldrd.i', 'strd.i']) {
  memoryRules.set(name, (s, i, after) => {
    const load = name === 'ldrd.i';
    const { a } = i.decoded;
    const head = tableOf(offsetAddress(s, i), load ? 'LD' : 'SD');
    const words = load ? s.assign(i.d, 'M32[t]') + s.assign(a, 'M32[t+1]') : `M32[t]=${s.r(i.d)};M32[t+1]=${s.r(a)};`;
    const changes = load ? (1 << i.d) | (1 << a) : 0;
    const slow = { instruction: i, after, changes };
    s.list.push({ kind: 'memory', head, fast: inPage(8), quick: `t=a+t>>2;${words}`, slow });
  });
}
