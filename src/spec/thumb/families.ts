/**
 * The regular families of 32-bit Thumb encodings: data processing with modified immediate or shifted register,
 * register shifts, extensions, parallel arithmetic, multiplies. One list entry per operation makes its rows.
 * Facts: ARMv7-M ARM, A5.3.1, A5.3.11 to A5.3.17.
 */
import { row, type Row } from './row.ts';

const bin = (v: number, width: number): string => v.toString(2).padStart(width, '0');

/** Four-bit operation codes of data processing; `test` is the form with Rd = 15 and S, `alone` the one with Rn = 15. */
const OPERATIONS: readonly (readonly [code: number, name: string, test?: string | undefined, alone?: string])[] = [
  [0, 'and', 'tst'],
  [1, 'bic'],
  [2, 'orr', undefined, 'mov'],
  [3, 'orn', undefined, 'mvn'],
  [4, 'eor', 'teq'],
  [8, 'add', 'cmn'],
  [10, 'adc'],
  [11, 'sbc'],
  [13, 'sub', 'cmp'],
  [14, 'rsb'],
];

function dataProcessing(): Row[] {
  const rows: Row[] = [];
  for (const [code, name, test, alone] of OPERATIONS) {
    const w = name === 'orn' ? '' : '.w';
    const op = bin(code, 4);
    const immediate = { imm: 'expand', flags: 'S' } as const;
    const shifted = { imm: 'shift', flags: 'S' } as const;
    if (test !== undefined) {
      rows.push(
        row(`11110i0 ${op} 1 nnnn 0 iii 1111 iiiiiiii`, `${test}.i`, `${test}{c}.w {n}, {x}`, {
          imm: 'expand',
          flags: 'always',
        }),
        row(`1110101 ${op} 1 nnnn 0 iii 1111 iiyymmmm`, `${test}.sh`, `${test}{c}.w {n}, {m}{sh}`, {
          imm: 'shift',
          flags: 'always',
        }),
      );
    }
    if (alone !== undefined) {
      rows.push(row(`11110i0 ${op} S 1111 0 iii dddd iiiiiiii`, `${alone}.i`, `${alone}{s}{c}.w {d}, {x}`, immediate));
      if (alone === 'mov') {
        rows.push(
          row('1110101 0010 S 1111 0 000 dddd 0000mmmm', 'mov.r', 'mov{s}{c}.w {d}, {m}', { flags: 'S' }),
          row('1110101 0010 S 1111 0 000 dddd 0011mmmm', 'mov.sh', 'rrx{s}{c} {d}, {m}', {
            ...shifted,
            fixed: { y: 3 },
          }),
        );
        for (const [y, shift] of ['lsl', 'lsr', 'asr', 'ror'].entries()) {
          const drawing = `1110101 0010 S 1111 0 iii dddd ii${bin(y, 2)}mmmm`;
          rows.push(row(drawing, `${shift}.i`, `${shift}{s}{c}.w {d}, {m}, {shift#}`, { ...shifted, fixed: { y } }));
        }
      } else {
        rows.push(
          row(`1110101 ${op} S 1111 0 iii dddd iiyymmmm`, `${alone}.sh`, `${alone}{s}{c}.w {d}, {m}{sh}`, shifted),
        );
      }
    }
    rows.push(
      row(`11110i0 ${op} S nnnn 0 iii dddd iiiiiiii`, `${name}.i`, `${name}{s}{c}${w} {d}, {n}, {x}`, immediate),
      row(`1110101 ${op} S nnnn 0 iii dddd iiyymmmm`, `${name}.sh`, `${name}{s}{c}${w} {d}, {n}, {m}{sh}`, shifted),
    );
  }
  rows.push(
    row('111010101100 nnnn 0iii dddd ii00mmmm', 'pkhbt', 'pkhbt{c} {d}, {n}, {m}{sh}', {
      imm: 'shift',
      fixed: { y: 0 },
    }),
    row('111010101100 nnnn 0iii dddd ii10mmmm', 'pkhtb', 'pkhtb{c} {d}, {n}, {m}{sh}', {
      imm: 'shift',
      fixed: { y: 2 },
    }),
  );
  return rows;
}

function registerOperations(): Row[] {
  const rows: Row[] = [];
  for (const [i, name] of ['lsl', 'lsr', 'asr', 'ror'].entries()) {
    rows.push(
      row(`111110100${bin(i, 2)}S nnnn 1111 dddd 0000 mmmm`, `${name}.rr`, `${name}{s}{c}.w {d}, {n}, {m}`, {
        flags: 'S',
      }),
    );
  }
  for (const [i, size] of ['h', 'h', 'b16', 'b16', 'b', 'b'].entries()) {
    const name = `${i & 1 ? 'u' : 's'}xt`;
    const w = size === 'b16' ? '' : '.w';
    rows.push(
      row(`111110100${bin(i, 3)} 1111 1111 dddd 10hh mmmm`, `${name}${size}`, `${name}${size}{c}${w} {d}, {m}{rot}`),
      row(`111110100${bin(i, 3)} nnnn 1111 dddd 10hh mmmm`, `${name}a${size}`, `${name}a${size}{c} {d}, {n}, {m}{rot}`),
    );
  }
  const kinds = [
    ['add8', 0],
    ['add16', 1],
    ['asx', 2],
    ['sub8', 4],
    ['sub16', 5],
    ['sax', 6],
  ] as const;
  for (const [i, prefix] of ['s', 'q', 'sh', '', 'u', 'uq', 'uh'].entries()) {
    if (prefix === '') continue;
    for (const [kind, code] of kinds) {
      const name = `${prefix}${kind}`;
      rows.push(row(`111110101${bin(code, 3)} nnnn 1111 dddd 0${bin(i, 3)} mmmm`, name, `${name}{c} {d}, {n}, {m}`));
    }
  }
  for (const [i, name] of ['qadd', 'qdadd', 'qsub', 'qdsub'].entries()) {
    rows.push(row(`111110101000 nnnn 1111 dddd 10${bin(i, 2)} mmmm`, name, `${name}{c} {d}, {m}, {n}`));
  }
  // Rm stands twice in these encodings; the second copy is the one taken.
  for (const [i, name] of ['rev', 'rev16', 'rbit', 'revsh'].entries()) {
    const w = name === 'rbit' ? '' : '.w';
    rows.push(row(`111110101001 hhhh 1111 dddd 10${bin(i, 2)} mmmm`, name, `${name}{c}${w} {d}, {m}`));
  }
  rows.push(
    row('111110101010 nnnn 1111 dddd 1000 mmmm', 'sel', 'sel{c} {d}, {n}, {m}'),
    row('111110101011 hhhh 1111 dddd 1000 mmmm', 'clz', 'clz{c} {d}, {m}'),
  );
  return rows;
}

/** Multiplies with an accumulator; `alone` is the form without one (Ra = 15). X and Y choose halves, h the variant. */
const ACCUMULATE: readonly (readonly [code: string, low: string, name: string, alone?: string])[] = [
  ['000', '0000', 'mla', 'mul'],
  ['000', '0001', 'mls'],
  ['010', '0000', 'smlad', 'smuad'],
  ['010', '0001', 'smladx', 'smuadx'],
  ['011', '0000', 'smlawb', 'smulwb'],
  ['011', '0001', 'smlawt', 'smulwt'],
  ['100', '0000', 'smlsd', 'smusd'],
  ['100', '0001', 'smlsdx', 'smusdx'],
  ['101', '0000', 'smmla', 'smmul'],
  ['101', '0001', 'smmlar', 'smmulr'],
  ['110', '0000', 'smmls'],
  ['110', '0001', 'smmlsr'],
  ['111', '0000', 'usada8', 'usad8'],
  ...['bb', 'bt', 'tb', 'tt'].map((x, i) => ['001', bin(i, 4), `smla${x}`, `smul${x}`] as const),
];

/** Long multiplies and divides: Rt is RdLo (kept as d), Ra RdHi. */
const LONG: readonly (readonly [code: string, low: string, name: string])[] = [
  ['000', '0000', 'smull'],
  ['010', '0000', 'umull'],
  ['100', '0000', 'smlal'],
  ...['bb', 'bt', 'tb', 'tt'].map((x, i) => ['100', `10${bin(i, 2)}`, `smlal${x}`] as const),
  ['100', '1100', 'smlald'],
  ['100', '1101', 'smlaldx'],
  ['101', '1100', 'smlsld'],
  ['101', '1101', 'smlsldx'],
  ['110', '0000', 'umlal'],
  ['110', '0110', 'umaal'],
];

function multiplies(): Row[] {
  const rows: Row[] = [];
  for (const [code, low, name, alone] of ACCUMULATE) {
    if (alone !== undefined) {
      const w = alone === 'mul' ? '.w' : '';
      rows.push(row(`111110110${code} nnnn 1111 dddd ${low} mmmm`, alone, `${alone}{c}${w} {d}, {n}, {m}`));
    }
    rows.push(row(`111110110${code} nnnn aaaa dddd ${low} mmmm`, name, `${name}{c} {d}, {n}, {m}, {a}`));
  }
  for (const [code, low, name] of LONG) {
    rows.push(row(`111110111${code} nnnn dddd aaaa ${low} mmmm`, name, `${name}{c} {d}, {a}, {n}, {m}`));
  }
  rows.push(
    row('111110111001 nnnn 1111 dddd 1111 mmmm', 'sdiv', 'sdiv{c} {d}, {n}, {m}'),
    row('111110111011 nnnn 1111 dddd 1111 mmmm', 'udiv', 'udiv{c} {d}, {n}, {m}'),
  );
  return rows;
}

export const FAMILIES: readonly Row[] = [...dataProcessing(), ...registerOperations(), ...multiplies()];
