/**
 * The text of the hot loop (interpreter.ts), built from a table of operations. V8 makes a jump table only of
 * literal case labels and inlines only so much, so the loop is written out: case numbers are the positions in
 * OPERATIONS, and memory accesses are expanded in place. interpreter-text.test.ts checks that interpreter.ts is
 * what this file makes, and rewrites it with UPDATE_INTERPRETER=1.
 *
 * Locals of the loop: n instructions left, p entry of the instruction, e the entry used (p, or its IT twin), w its
 * first word, nf zf cf vf flags as in state.ts, mode ITSTATE, a b t x scratch. What is seldom needed stands in L, so
 * that the seven that live from one instruction to the next stay in registers: L[0] slot and L[1] address of the
 * page, L[2] instructions put aside when the loop has to stop, L[3] PC on leaving if L[4], L[5] ITSTATE before, L[6] as given.
 */

const D = 'R[(w >>> 8) & 15]';
const N = 'R[(w >>> 12) & 15]!';
const M = 'R[(w >>> 16) & 15]!';
const A = 'R[(w >>> 20) & 15]';
const IMM = 'E[e + 1]!';
const AUX = 'E[e + 2]!';
const NEXT = 'p += w >>> 24; continue loop;';
const SPILL = 'S[15] = L[1]! + ((p - L[0]!) >> 1); S[33] = n;';
const FLAGS_OUT = 'S[16] = nf; S[17] = zf; S[18] = cf; S[19] = vf;';
const FLAGS_IN = 'nf = S[16]!; zf = S[17]!; cf = S[18]!; vf = S[19]!;';
/** After a slow access: a fault leaves the instruction undone, anything else lets it end. */
const AFTER_SLOW =
  'if (S[30] !== 0) { L[2] = L[2]! + n; n = 0; if (S[31] !== 0) { mode = e === p ? 0 : L[5]!; break loop; } }';
const EXECUTE_SLOW = `${SPILL} ${FLAGS_OUT} S[22] = mode; x = slow.execute(E[e + 3]!, e === p ? 0 : L[5]!); ${FLAGS_IN} mode = S[22]!;
  if (x !== 0) { L[3] = S[15]!; L[2] = L[2]! + n; n = 0; L[4] = 1; break loop; }
  if (S[30] !== 0) { L[2] = L[2]! + n; n = 0; }
  ${NEXT}`;
const VIEW = { 1: 'M8[t | (a & 0xfff)]', 2: 'M16[(t | (a & 0xfff)) >> 1]', 4: 'M32[(t | (a & 0xfff)) >> 2]' } as const;
type Size = keyof typeof VIEW;

const aligned = (size: Size): string => (size === 1 ? '' : ` && (a & ${size - 1}) === 0`);

/** Loads x from a. */
function load(size: Size): string {
  return `t = LT[a >>> 12]!; if (t >= 0${aligned(size)}) x = ${VIEW[size]}!; else { ${SPILL} x = slow.load(a, ${size}); ${AFTER_SLOW} }`;
}

/** Stores Rd at a. */
function store(size: Size): string {
  return `t = ST[a >>> 12]!; if (t >= 0${aligned(size)}) ${VIEW[size]} = ${D}!; else { ${SPILL} slow.store(a, ${size}, ${D}!); ${AFTER_SLOW} }`;
}

/** A branch to x with interworking: EXC_RETURN values and even addresses leave the loop. */
const INTERWORK = `if ((x & 1) !== 0 && x >>> 28 !== 15) { a = x & -2; break dispatch; }
  ${FLAGS_OUT} S[22] = mode; S[33] = n; slow.branch(x); ${FLAGS_IN} mode = S[22]!; L[3] = S[15]!; L[2] = L[2]! + n; n = 0; L[4] = 1; break loop;`;

const setNz = 'nf = zf = x;';
const addFlags = (a: string, b: string): string =>
  `a = ${a}; b = ${b}; x = (a + b) | 0; cf = x >>> 0 < a >>> 0 ? 1 : 0; vf = (a ^ x) & (b ^ x); ${setNz}`;
const subFlags = (a: string, b: string): string =>
  `a = ${a}; b = ${b}; x = (a - b) | 0; cf = a >>> 0 >= b >>> 0 ? 1 : 0; vf = (a ^ b) & (a ^ x); ${setNz}`;
const adcFlags = (a: string, b: string): string =>
  `a = ${a}; b = ${b}; x = (a + b + cf) | 0; t = (a >>> 0) + (b >>> 0) + cf > 0xffffffff ? 1 : 0; vf = (a ^ x) & (b ^ x); cf = t; ${setNz}`;

type Case = readonly [name: string, body: string];

function arithmetic(): Case[] {
  const cases: Case[] = [];
  const two = (name: string, make: (b: string) => string, flags: (b: string) => string): void => {
    for (const [form, b] of [
      ['r', M],
      ['i', IMM],
    ] as const) {
      cases.push([`${name}.${form}`, `${D} = ${make(b)}; ${NEXT}`]);
      cases.push([`${name}s.${form}`, `${flags(b)} ${D} = x; ${NEXT}`]);
    }
  };
  two(
    'add',
    (b) => `${N} + ${b}`,
    (b) => addFlags(N, b),
  );
  two(
    'sub',
    (b) => `${N} - ${b}`,
    (b) => subFlags(N, b),
  );
  two(
    'rsb',
    (b) => `${b} - ${N}`,
    (b) => subFlags(b, N),
  );
  two(
    'adc',
    (b) => `${N} + ${b} + cf`,
    (b) => adcFlags(N, b),
  );
  two(
    'sbc',
    (b) => `${N} + ~${b} + cf`,
    (b) => adcFlags(N, `~${b}`),
  );
  for (const [form, b] of [
    ['r', M],
    ['i', IMM],
  ] as const) {
    cases.push([`cmp.${form}`, `${subFlags(N, b)} ${NEXT}`], [`cmn.${form}`, `${addFlags(N, b)} ${NEXT}`]);
  }
  return cases;
}

const LOGIC = [
  ['and', (b: string) => `${N} & ${b}`],
  ['orr', (b: string) => `${N} | ${b}`],
  ['eor', (b: string) => `${N} ^ ${b}`],
  ['bic', (b: string) => `${N} & ~${b}`],
] as const;

/** Immediate forms take their carry from AUX: 0, 1, or -1 for unchanged. BIC and MVN immediates are lowered away. */
const IMM_CARRY = `x = ${AUX}; if (x >= 0) cf = x;`;

function logic(): Case[] {
  const cases: Case[] = [];
  for (const [name, make] of LOGIC) {
    cases.push(
      [`${name}.r`, `${D} = ${make(M)}; ${NEXT}`],
      [`${name}s.r`, `x = ${make(M)}; ${setNz} ${D} = x; ${NEXT}`],
    );
    if (name === 'bic') continue;
    cases.push(
      [`${name}.i`, `${D} = ${make(IMM)}; ${NEXT}`],
      [`${name}s.i`, `${IMM_CARRY} x = ${make(IMM)}; ${setNz} ${D} = x; ${NEXT}`],
    );
  }
  cases.push(
    ['tst.r', `nf = zf = ${N} & ${M}; ${NEXT}`],
    ['tst.i', `${IMM_CARRY} nf = zf = ${N} & ${IMM}; ${NEXT}`],
    ['teq.r', `nf = zf = ${N} ^ ${M}; ${NEXT}`],
    ['teq.i', `${IMM_CARRY} nf = zf = ${N} ^ ${IMM}; ${NEXT}`],
    ['mov.r', `${D} = ${M}; ${NEXT}`],
    ['movs.r', `nf = zf = ${D} = ${M}; ${NEXT}`],
    ['mov.i', `${D} = ${IMM}; ${NEXT}`],
    ['movs.i', `${IMM_CARRY} nf = zf = ${D} = ${IMM}; ${NEXT}`],
    ['mvn.r', `${D} = ~${M}; ${NEXT}`],
    ['mvns.r', `nf = zf = ${D} = ~${M}; ${NEXT}`],
    ['movt', `${D} = (${D}! & 0xffff) | ${IMM}; ${NEXT}`],
  );
  return cases;
}

/** Shifts by AUX, 1..31 (other amounts are lowered to something else). */
const SHIFTED = [
  ['lsl', `(${M} << ${AUX})`],
  ['lsr', `(${M} >>> ${AUX})`],
  ['asr', `(${M} >> ${AUX})`],
  ['ror', `((${M} >>> ${AUX}) | (${M} << -${AUX}))`],
] as const;

function shifts(): Case[] {
  const cases: Case[] = [];
  for (const [shift, b] of SHIFTED) {
    cases.push(
      [`add.${shift}`, `${D} = ${N} + ${b}; ${NEXT}`],
      [`sub.${shift}`, `${D} = ${N} - ${b}; ${NEXT}`],
      [`rsb.${shift}`, `${D} = ${b} - ${N}; ${NEXT}`],
      ...LOGIC.map(([name, make]): Case => [`${name}.${shift}`, `${D} = ${make(b)}; ${NEXT}`]),
      [`${shift}.i`, `${D} = ${b}; ${NEXT}`],
    );
  }
  // With flags: the shifter's carry goes to C for logic, the adder's for sums. Amounts are 1..31 here, too.
  for (const [shift, b, carry] of [
    ['lsl', `t << ${AUX}`, `(t >>> (32 - ${AUX})) & 1`],
    ['lsr', `(t >>> ${AUX}) | 0`, `(t >>> (${AUX} - 1)) & 1`],
    ['asr', `t >> ${AUX}`, `(t >>> (${AUX} - 1)) & 1`],
  ] as const) {
    const operand = `t = ${M}; cf = ${carry}; x = ${b};`;
    for (const [name, value, writes] of [
      ['ands', `${N} & x`, true],
      ['orrs', `${N} | x`, true],
      ['eors', `${N} ^ x`, true],
      ['bics', `${N} & ~x`, true],
      ['mvns', '~x', true],
      ['tst', `${N} & x`, false],
      ['teq', `${N} ^ x`, false],
    ] as const) {
      cases.push([`${name}.${shift}`, `${operand} nf = zf = ${writes ? `${D} = ` : ''}${value}; ${NEXT}`]);
    }
    const plain = `(${b.replaceAll('t ', `${M} `)})`;
    cases.push(
      [`adds.${shift}`, `${addFlags(N, plain)} ${D} = x; ${NEXT}`],
      [`subs.${shift}`, `${subFlags(N, plain)} ${D} = x; ${NEXT}`],
      [`rsbs.${shift}`, `${subFlags(plain, N)} ${D} = x; ${NEXT}`],
      [`cmp.${shift}`, `${subFlags(N, plain)} ${NEXT}`],
      [`adc.${shift}`, `${D} = ${N} + ${plain} + cf; ${NEXT}`],
    );
  }
  cases.push(
    ['rrx', `a = ${M}; ${D} = (a >>> 1) | (cf << 31); ${NEXT}`],
    ['rrxs', `a = ${M}; x = (a >>> 1) | (cf << 31); cf = a & 1; nf = zf = ${D} = x; ${NEXT}`],
    ['lsls.i', `a = ${M}; b = ${AUX}; cf = (a >>> (32 - b)) & 1; nf = zf = ${D} = a << b; ${NEXT}`],
    ['lsrs.i', `a = ${M}; b = ${AUX}; cf = (a >>> (b - 1)) & 1; nf = zf = ${D} = (a >>> b) | 0; ${NEXT}`],
    ['asrs.i', `a = ${M}; b = ${AUX}; cf = (a >>> (b - 1)) & 1; nf = zf = ${D} = a >> b; ${NEXT}`],
    ['lsl.rr', `b = ${M} & 255; ${D} = b > 31 ? 0 : ${N} << b; ${NEXT}`],
    ['lsr.rr', `b = ${M} & 255; ${D} = b > 31 ? 0 : ${N} >>> b; ${NEXT}`],
    ['asr.rr', `b = ${M} & 255; ${D} = ${N} >> (b > 31 ? 31 : b); ${NEXT}`],
    [
      'lsls.rr',
      `a = ${N}; b = ${M} & 255; if (b !== 0) { cf = b > 32 ? 0 : (a >>> (32 - b)) & 1; a = b > 31 ? 0 : a << b; } nf = zf = ${D} = a; ${NEXT}`,
    ],
    [
      'lsrs.rr',
      `a = ${N}; b = ${M} & 255; if (b !== 0) { cf = b > 32 ? 0 : (a >>> (b - 1)) & 1; a = b > 31 ? 0 : (a >>> b) | 0; } nf = zf = ${D} = a; ${NEXT}`,
    ],
    [
      'asrs.rr',
      `a = ${N}; b = ${M} & 255; if (b !== 0) { if (b > 31) { a = a >> 31; cf = a & 1; } else { cf = (a >>> (b - 1)) & 1; a = a >> b; } } nf = zf = ${D} = a; ${NEXT}`,
    ],
  );
  return cases;
}

function moreData(): Case[] {
  return [
    ['mul', `${D} = Math.imul(${N}, ${M}); ${NEXT}`],
    ['muls', `nf = zf = ${D} = Math.imul(${N}, ${M}); ${NEXT}`],
    ['mla', `${D} = Math.imul(${N}, ${M}) + ${A}!; ${NEXT}`],
    ['mls', `${D} = ${A}! - Math.imul(${N}, ${M}); ${NEXT}`],
    ['umull', `a = ${N}; b = ${M}; ${D} = Math.imul(a, b); ${A} = highUnsigned(a, b); ${NEXT}`],
    [
      'smull',
      `a = ${N}; b = ${M}; ${D} = Math.imul(a, b); ${A} = highUnsigned(a, b) - ((a >> 31) & b) - ((b >> 31) & a); ${NEXT}`,
    ],
    ...['bb', 'bt', 'tb', 'tt'].flatMap((x): Case[] => {
      const half = (r: string, which: string | undefined): string =>
        which === 't' ? `(${r} >> 16)` : `((${r} << 16) >> 16)`;
      const product = `Math.imul(${half(N, x[0])}, ${half(M, x[1])})`;
      return [
        [`smul${x}`, `${D} = ${product}; ${NEXT}`],
        [
          `smla${x}`,
          `t = ${A}!; b = ${product}; x = (t + b) | 0; if (((t ^ x) & (b ^ x)) < 0) R[20] = 1; ${D} = x; ${NEXT}`,
        ],
      ];
    }),
    ['ubfx', `${D} = (${N} >>> ${IMM}) & ${AUX}; ${NEXT}`],
    ['sbfx', `${D} = (${N} << ${IMM}) >> ${AUX}; ${NEXT}`],
    ['bfi', `x = ${AUX}; ${D} = (${D}! & ~x) | ((${N} << ${IMM}) & x); ${NEXT}`],
    ['clz', `${D} = Math.clz32(${M}); ${NEXT}`],
    ['uxtb', `${D} = ${M} & 0xff; ${NEXT}`],
    ['uxth', `${D} = ${M} & 0xffff; ${NEXT}`],
    ['sxtb', `${D} = (${M} << 24) >> 24; ${NEXT}`],
    ['sxth', `${D} = (${M} << 16) >> 16; ${NEXT}`],
    ['rev', `x = ${M}; ${D} = (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24); ${NEXT}`],
    ['nop', NEXT],
  ];
}

const LOADS: readonly (readonly [name: string, size: Size, value: string])[] = [
  ['ldr', 4, 'x'],
  ['ldrb', 1, 'x'],
  ['ldrh', 2, 'x'],
  ['ldrsb', 1, '(x << 24) >> 24'],
  ['ldrsh', 2, '(x << 16) >> 16'],
];
const STORES: readonly (readonly [name: string, size: Size])[] = [
  ['str', 4],
  ['strb', 1],
  ['strh', 2],
];

function memory(): Case[] {
  const cases: Case[] = [];
  const immediate = `a = (${N} + ${IMM}) | 0;`;
  const indexed = `a = (${N} + (${M} << ${AUX})) | 0;`;
  for (const [name, size, value] of LOADS) {
    const end = `${D} = ${value}; ${NEXT}`;
    cases.push(
      [`${name}.i`, `${immediate} ${load(size)} ${end}`],
      [`${name}.r`, `${indexed} ${load(size)} ${end}`],
      // The base is written first: Rt = Rn is UNPREDICTABLE and then keeps the loaded value (chosen).
      [`${name}.pre`, `${immediate} ${load(size)} R[(w >>> 12) & 15] = a; ${end}`],
      [`${name}.post`, `a = ${N}; ${load(size)} R[(w >>> 12) & 15] = a + ${IMM}; ${end}`],
    );
  }
  cases.push(['ldr.lit', `a = ${IMM}; ${load(4)} ${D} = x; ${NEXT}`]);
  for (const [name, size] of STORES) {
    cases.push(
      [`${name}.i`, `${immediate} ${store(size)} ${NEXT}`],
      [`${name}.r`, `${indexed} ${store(size)} ${NEXT}`],
      [`${name}.pre`, `${immediate} ${store(size)} R[(w >>> 12) & 15] = a; ${NEXT}`],
      [`${name}.post`, `a = ${N}; ${store(size)} R[(w >>> 12) & 15] = a + ${IMM}; ${NEXT}`],
    );
  }
  // Multiples that stay in one page of RAM: IMM list, AUX bytes | write-back << 16. All others are executed slowly.
  const inPage = (table: string): string =>
    `t = ${table}[a >>> 12]!; if (t >= 0 && (a & 3) === 0 && (a & 0xfff) + (x & 0xfff) <= 4096)`;
  const nextRegister = 'i = 31 - Math.clz32(b & -b); b &= b - 1;';
  const loadAll = `t = (t | (a & 0xfff)) >> 2; while (b !== 0) { ${nextRegister} R[i] = M32[t++]!; }`;
  const up = `a = ${N}; x = ${AUX}; b = ${IMM};`;
  const storeAll = `t = (t | (a & 0xfff)) >> 2; while (b !== 0) { ${nextRegister} M32[t++] = R[i]!; }`;
  const baseUp = 'if (x >>> 16 !== 0) R[(w >>> 12) & 15] = a + (x & 0xfff);';
  cases.push(
    ['ldm', `${up} ${inPage('LT')} { ${loadAll} ${baseUp} ${NEXT} } ${EXECUTE_SLOW}`],
    ['ldmPc', `${up} ${inPage('LT')} { ${loadAll} ${baseUp} x = M32[t]!; ${INTERWORK} } ${EXECUTE_SLOW}`],
    ['stm', `${up} ${inPage('ST')} { ${storeAll} ${baseUp} ${NEXT} } ${EXECUTE_SLOW}`],
    [
      'stmdb',
      `x = ${AUX}; a = (${N} - (x & 0xfff)) | 0; b = ${IMM}; ${inPage('ST')} { ${storeAll} if (x >>> 16 !== 0) R[(w >>> 12) & 15] = a; ${NEXT} } ${EXECUTE_SLOW}`,
    ],
    [
      'ldrd.i',
      `a = (${N} + ${IMM}) | 0; x = 8; ${inPage('LT')} { t = (t | (a & 0xfff)) >> 2; ${D} = M32[t]!; ${A} = M32[t + 1]!; ${NEXT} } ${EXECUTE_SLOW}`,
    ],
    [
      'strd.i',
      `a = (${N} + ${IMM}) | 0; x = 8; ${inPage('ST')} { t = (t | (a & 0xfff)) >> 2; M32[t] = ${D}!; M32[t + 1] = ${A}!; ${NEXT} } ${EXECUTE_SLOW}`,
    ],
  );
  return cases;
}

/** Conditions in code order; a taken branch inside the page only moves the entry pointer. */
const CONDITIONS = [
  'zf === 0',
  'zf !== 0',
  'cf !== 0',
  'cf === 0',
  'nf < 0',
  'nf >= 0',
  'vf < 0',
  'vf >= 0',
  'cf !== 0 && zf !== 0',
  'cf === 0 || zf === 0',
  '(nf ^ vf) >= 0',
  '(nf ^ vf) < 0',
  'zf !== 0 && (nf ^ vf) >= 0',
  'zf === 0 || (nf ^ vf) < 0',
];

function branches(): Case[] {
  const jump = 'break dispatch;';
  return [
    ...CONDITIONS.map((c, i): Case => [`bcc.${i}`, `if (${c}) p += ${IMM}; else p += w >>> 24; continue loop;`]),
    ['bccFar', `if (!passes((w >>> 8) & 15, nf, zf, cf, vf)) { ${NEXT} } a = ${IMM}; ${jump}`],
    ['b', `p += ${IMM}; continue loop;`],
    ['bFar', `a = ${IMM}; ${jump}`],
    ['bl', `R[14] = ${AUX}; a = ${IMM}; ${jump}`],
    ['bx', `x = ${M}; ${INTERWORK}`],
    ['blx', `x = ${M}; R[14] = ${IMM}; ${INTERWORK}`],
    ['movPc', `a = ${M} & -2; ${jump}`],
    ['addPc', `a = (${M} + ${IMM}) & -2; ${jump}`],
    ['ldrPc.i', `a = (${N} + ${IMM}) | 0; ${load(4)} ${INTERWORK}`],
    ['cbz', `if (${N} === 0) p += ${IMM}; else p += 4; continue loop;`],
    ['cbnz', `if (${N} !== 0) p += ${IMM}; else p += 4; continue loop;`],
    ['cbzFar', `if (${N} !== 0) { ${NEXT} } a = ${IMM}; ${jump}`],
    ['cbnzFar', `if (${N} === 0) { ${NEXT} } a = ${IMM}; ${jump}`],
    ['tbbPc', `a = (${M} + ${IMM}) | 0; ${load(1)} a = (${IMM} + x * 2) | 0; ${jump}`],
    ['tbhPc', `a = (${M} * 2 + ${IMM}) | 0; ${load(2)} a = (${IMM} + x * 2) | 0; ${jump}`],
    ['it', `mode = ${IMM}; ${NEXT}`],
  ];
}

/** All operations; the position is the case number and the number in bits 7:0 of an entry. */
const CASES: readonly Case[] = [
  ['decode', `n++; ${SPILL} if (slow.decodeEntry(e, 0) !== 0) break loop; continue loop;`],
  ['pageEnd', 'n++; a = L[1]! + ((p - L[0]!) >> 1); break dispatch;'],
  ['slow', EXECUTE_SLOW],
  // A write of SP keeps its two low bits clear: done before the next instruction. The operation itself is in word 3.
  ['spWrite', `mode |= 0x100; op = E[e + 3]!; continue dispatch;`],
  // Translated code begins here: leave to it, or execute what stood here before.
  ['region', `if (L[6] !== 0) { n++; break loop; } op = UNDER[e >> 2]!; continue dispatch;`],
  ...arithmetic(),
  ...logic(),
  ...shifts(),
  ...moreData(),
  ...memory(),
  ...branches(),
];

/** Operation number by name. Refuses nothing: an unknown name has no number. */
export const OPERATIONS: ReadonlyMap<string, number> = new Map(CASES.map(([name], i) => [name, i]));

/** The whole source file, before formatting. */
export function interpreterText(): string {
  const cases = CASES.map(([name, body], i) => `case ${i}: { // ${name}\n${body}\n}`).join('\n');
  return `${HEAD}
export function createInterpreter(parts: InterpreterParts): (budget: number, hot: number) => number {
  const { S, E, UNDER, HEAT, CODE, LT, ST, M8, M16, M32, slow } = parts;
  const R = S;
  const L = new Int32Array(LOCALS);
  return function interpret(budget: number, hot: number): number {
    let n = budget | 0;
    L.fill(0);
    L[6] = hot;
    let nf = S[16]!; let zf = S[17]!; let cf = S[18]!; let vf = S[19]!;
    let mode = S[22]!;
    let a = S[15]!; let b = 0; let t = 0; let x = 0; let i = 0; let w = 0; let e = 0; let op = 0;
    t = CODE[a >>> 12]!;
    if (t < 0) { t = slow.openPage(a); if (t < 0) return budget; }
    L[0] = t;
    L[1] = a & -4096;
    let p = t + ((a & 0xffe) << 1);
    loop: while (n > 0) {
      n--;
      e = p;
      w = E[e]!;
      op = w & 0xff;
      if (mode !== 0) {
        if ((mode & 0x100) !== 0) { R[13] = R[13]! & -4; mode &= 0xff; }
        if (mode !== 0) {
          e = p + BANK_WORDS;
          w = E[e]!;
          op = w & 0xff;
          if (op === 0) { n++; ${SPILL} if (slow.decodeEntry(e, mode) !== 0) break loop; continue loop; }
          if (op !== 1) {
            L[5] = mode;
            mode = (mode & 7) === 0 ? 0 : (mode & 0xe0) | ((mode << 1) & 0x1f);
            if (!passes(L[5]! >> 4, nf, zf, cf, vf)) { ${NEXT} }
          }
        }
      }
      dispatch: for (;;) {
        switch (op) {
${cases}
        }
        break;
      }
      // A branch to a.
      t = CODE[a >>> 12]!;
      if (t < 0) {
        S[33] = n;
        t = slow.openPage(a);
        if (t < 0) { L[3] = a; L[4] = 1; L[2] = L[2]! + n; n = 0; break loop; }
      }
      if (L[6] !== 0) {
        x = HEAT[(a >>> 1) & HEAT_MASK]! + 1;
        HEAT[(a >>> 1) & HEAT_MASK] = x;
        if (x >= L[6]!) { L[3] = a; L[4] = 1; L[2] = L[2]! + n; n = 0; break loop; }
      }
      L[0] = t;
      L[1] = a & -4096;
      p = t + ((a & 0xffe) << 1);
    }
    if ((mode & 0x100) !== 0) { R[13] = R[13]! & -4; mode &= 0xff; }
    S[15] = L[4] !== 0 ? L[3]! : L[1]! + ((p - L[0]!) >> 1);
    S[16] = nf; S[17] = zf; S[18] = cf; S[19] = vf; S[22] = mode;
    return n + L[2]!;
  };
}
`;
}

const HEAD = `/**
 * The hot loop of the interpreter. Made by interpreter-text.ts, where it is explained: change it there.
 */
import { BANK_WORDS, HEAT_MASK } from './entries.ts';
import { passes } from './state.ts';

/** What the loop calls when its tables do not answer. */
export interface SlowPath {
  /** Slot of the page of an address, or -1 with EXIT set. */
  openPage(address: number): number;
  /** Decodes the instruction at S[PC] into entry e for this ITSTATE; not 0: leave the loop. */
  decodeEntry(e: number, it: number): number;
  /** Executes interned instruction number index; not 0: S[PC] is where to go on, leave the loop. */
  execute(index: number, it: number): number;
  /** A branch to an even address or an EXC_RETURN value. */
  branch(target: number): void;
  load(address: number, size: 1 | 2 | 4): number;
  store(address: number, size: 1 | 2 | 4, value: number): void;
}

export interface InterpreterParts {
  readonly S: Int32Array;
  readonly E: Int32Array;
  /** By entry: the operation under a \`region\` mark. */
  readonly UNDER: Uint8Array;
  /** How often branches of the loop went to an address, by HEAT_MASK of its halfword. */
  readonly HEAT: Int32Array;
  readonly CODE: Int32Array;
  readonly LT: Int32Array;
  readonly ST: Int32Array;
  readonly M8: Uint8Array;
  readonly M16: Uint16Array;
  readonly M32: Int32Array;
  readonly slow: SlowPath;
}

/** The upper word of an unsigned 32 by 32 bit product. */
function highUnsigned(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const middle = ah * bl + ((al * bl) >>> 16);
  const low = al * bh + (middle % 0x10000);
  return (ah * bh + Math.floor(middle / 0x10000) + Math.floor(low / 0x10000)) | 0;
}

/** Words the loop keeps beside its locals. */
const LOCALS = 7;

/**
 * Makes the loop over one core's tables: runs up to budget instructions, returns how many are left. With hot not 0
 * it leaves before an instruction marked \`region\`, and when a branch goes to an address for the hot-th time.
 */`;
