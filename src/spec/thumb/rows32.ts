/**
 * The 32-bit Thumb encodings of ARMv7-M with the DSP extension, except data processing rows that come in
 * regular families (families.ts). Most specific first. Facts: ARMv7-M ARM, A5.3 and A7.7.
 */
import { row, type Row } from './row.ts';

const SIZES = [
  ['b', '00'],
  ['h', '01'],
  ['', '10'],
] as const;

function loadsAndStores(): Row[] {
  const rows: Row[] = [
    // Rt = 15 of byte and halfword loads: preload and unallocated memory hints. They do nothing.
    row('1111100 U 0001 1111 1111 iiiiiiiiiiii', 'nop', 'pld{c} {lit}'),
    row('111110001001 nnnn 1111 iiiiiiiiiiii', 'nop', 'pld{c} {mem}'),
    row('111110000001 nnnn 1111 1100 iiiiiiii', 'nop', 'pld{c} {memneg}'),
    row('111110000001 nnnn 1111 000000 hh mmmm', 'nop', 'pld{c} [{n}, {m}{lsl}]'),
    row('1111100 U 1001 1111 1111 iiiiiiiiiiii', 'nop', 'pli{c} {lit}', { pc: 'n' }),
    row('111110011001 nnnn 1111 iiiiiiiiiiii', 'nop', 'pli{c} {mem}'),
    row('111110010001 nnnn 1111 1100 iiiiiiii', 'nop', 'pli{c} {memneg}'),
    row('111110010001 nnnn 1111 000000 hh mmmm', 'nop', 'pli{c} [{n}, {m}{lsl}]'),
    row('1111100 U 0011 1111 1111 iiiiiiiiiiii', 'nop', 'nop.w'),
    row('111110001011 nnnn 1111 iiiiiiiiiiii', 'nop', 'nop.w'),
    row('111110000011 nnnn 1111 1100 iiiiiiii', 'nop', 'nop.w'),
    row('111110000011 nnnn 1111 000000 hh mmmm', 'nop', 'nop.w'),
    row('1111100 U 1011 1111 1111 iiiiiiiiiiii', 'nop', 'nop.w'),
    row('111110011011 nnnn 1111 iiiiiiiiiiii', 'nop', 'nop.w'),
    row('111110010011 nnnn 1111 1100 iiiiiiii', 'nop', 'nop.w'),
    row('111110010011 nnnn 1111 000000 hh mmmm', 'nop', 'nop.w'),
  ];
  for (const signed of ['', 's']) {
    for (const [suffix, size] of SIZES) {
      if (signed === 's' && suffix === '') continue;
      const g = signed === 's' ? '1' : '0';
      const load = `ldr${signed}${suffix}`;
      // A word load may write PC: the loaded value is a branch target.
      const pc = suffix === '' ? 'd' : '';
      const w = `1111100${g}`;
      rows.push(
        row(`${w} U ${size}1 1111 tttt iiiiiiiiiiii`, `${load}.lit`, `${load}{c}.w {d}, {lit}`, {
          pc,
        }),
        row(`${w} 1 ${size}1 nnnn tttt iiiiiiiiiiii`, `${load}.i`, `${load}{c}.w {d}, {mem}`, { pc }),
        row(`${w} 0 ${size}1 nnnn tttt 000000 hh mmmm`, `${load}.r`, `${load}{c}.w {d}, [{n}, {m}{lsl}]`, { pc }),
        row(`${w} 0 ${size}1 nnnn tttt 1110 iiiiiiii`, `${load}.t`, `${load}t{c} {d}, {mem}`),
        row(`${w} 0 ${size}1 nnnn tttt 1100 iiiiiiii`, `${load}.n`, `${load}{c} {d}, {memneg}`, { pc }),
        row(`${w} 0 ${size}1 nnnn tttt 11U1 iiiiiiii`, `${load}.pre`, `${load}{c} {d}, {pre}`, { pc }),
        row(`${w} 0 ${size}1 nnnn tttt 10U1 iiiiiiii`, `${load}.post`, `${load}{c} {d}, {post}`, { pc }),
      );
      if (signed === 's') continue;
      const store = `str${suffix}`;
      rows.push(
        row(`${w} 1 ${size}0 nnnn tttt iiiiiiiiiiii`, `${store}.i`, `${store}{c}.w {d}, {mem}`),
        row(`${w} 0 ${size}0 nnnn tttt 000000 hh mmmm`, `${store}.r`, `${store}{c}.w {d}, [{n}, {m}{lsl}]`),
        row(`${w} 0 ${size}0 nnnn tttt 1110 iiiiiiii`, `${store}.t`, `${store}t{c} {d}, {mem}`),
        row(`${w} 0 ${size}0 nnnn tttt 1100 iiiiiiii`, `${store}.n`, `${store}{c} {d}, {memneg}`),
        row(`${w} 0 ${size}0 nnnn tttt 11U1 iiiiiiii`, `${store}.pre`, `${store}{c} {d}, {pre}`),
        row(`${w} 0 ${size}0 nnnn tttt 10U1 iiiiiiii`, `${store}.post`, `${store}{c} {d}, {post}`),
      );
    }
  }
  return rows;
}

export const ROWS32: readonly Row[] = [
  // Load and store multiple, dual, exclusive; table branch (A5.3.5, A5.3.6).
  row('1110100010 1 1 1101 rr0r rrrrrrrrrrrr', 'pop', 'pop{c}.w {list}'),
  row('1110100100 1 0 1101 0r0r rrrrrrrrrrrr', 'push', 'push{c}.w {list}'),
  row('1110100010 W 0 nnnn 0r0r rrrrrrrrrrrr', 'stm', 'stmia{c}.w {n}{w}, {list}'),
  row('1110100010 W 1 nnnn rr0r rrrrrrrrrrrr', 'ldm', 'ldmia{c}.w {n}{w}, {list}'),
  row('1110100100 W 0 nnnn 0r0r rrrrrrrrrrrr', 'stmdb', 'stmdb{c} {n}{w}, {list}'),
  row('1110100100 W 1 nnnn rr0r rrrrrrrrrrrr', 'ldmdb', 'ldmdb{c} {n}{w}, {list}'),
  row('111010000100 nnnn tttt aaaa iiiiiiii', 'strex', 'strex{c} {a}, {d}, {mem}', { imm: 'x4' }),
  row('111010000101 nnnn tttt 1111 iiiiiiii', 'ldrex', 'ldrex{c} {d}, {mem}', { imm: 'x4' }),
  row('111010001100 nnnn tttt 1111 0100 aaaa', 'strexb', 'strexb{c} {a}, {d}, [{n}]'),
  row('111010001100 nnnn tttt 1111 0101 aaaa', 'strexh', 'strexh{c} {a}, {d}, [{n}]'),
  row('111010001101 nnnn tttt 1111 0100 1111', 'ldrexb', 'ldrexb{c} {d}, [{n}]'),
  row('111010001101 nnnn tttt 1111 0101 1111', 'ldrexh', 'ldrexh{c} {d}, [{n}]'),
  row('111010001101 nnnn 1111 0000 0000 mmmm', 'tbb', 'tbb{c} [{n}, {m}]', { pc: 'n' }),
  row('111010001101 nnnn 1111 0000 0001 mmmm', 'tbh', 'tbh{c} [{n}, {m}, lsl #1]', { pc: 'n' }),
  row('1110100 0U111 1111 tttt aaaa iiiiiiii', 'undefined', 'undefined'),
  row('1110100 1U101 1111 tttt aaaa iiiiiiii', 'ldrd.lit', 'ldrd{c} {d}, {a}, {lit}', { imm: 'x4' }),
  row('1110100 1U100 nnnn tttt aaaa iiiiiiii', 'strd.i', 'strd{c} {d}, {a}, {memU}', { imm: 'x4' }),
  row('1110100 1U110 nnnn tttt aaaa iiiiiiii', 'strd.pre', 'strd{c} {d}, {a}, {pre}', { imm: 'x4' }),
  row('1110100 0U110 nnnn tttt aaaa iiiiiiii', 'strd.post', 'strd{c} {d}, {a}, {post}', { imm: 'x4' }),
  row('1110100 1U101 nnnn tttt aaaa iiiiiiii', 'ldrd.i', 'ldrd{c} {d}, {a}, {memU}', { imm: 'x4' }),
  row('1110100 1U111 nnnn tttt aaaa iiiiiiii', 'ldrd.pre', 'ldrd{c} {d}, {a}, {pre}', { imm: 'x4' }),
  row('1110100 0U111 nnnn tttt aaaa iiiiiiii', 'ldrd.post', 'ldrd{c} {d}, {a}, {post}', { imm: 'x4' }),
  // Plain immediates and bit fields (A5.3.3).
  row('11110i100000 1111 0 iii dddd iiiiiiii', 'adr.add', 'adr{c}.w {d}, {lit}'),
  row('11110i101010 1111 0 iii dddd iiiiiiii', 'adr.sub', 'adr{c}.w {d}, {litneg}'),
  row('11110i100000 nnnn 0 iii dddd iiiiiiii', 'add.i', 'addw{c} {d}, {n}, {#}'),
  row('11110i101010 nnnn 0 iii dddd iiiiiiii', 'sub.i', 'subw{c} {d}, {n}, {#}'),
  row('11110i100100 jjjj 0 iii dddd iiiiiiii', 'mov.i', 'movw{c} {d}, {#}', { imm: 'mov16' }),
  row('11110i101100 jjjj 0 iii dddd iiiiiiii', 'movt', 'movt{c} {d}, {#}', { imm: 'mov16' }),
  row('111100110010 nnnn 0000 dddd 0000 hhhh', 'ssat16', 'ssat16{c} {d}, {sat}, {n}'),
  row('111100111010 nnnn 0000 dddd 0000 hhhh', 'usat16', 'usat16{c} {d}, {usat}, {n}'),
  row('1111001100 y 0 nnnn 0 iii dddd ii0hhhhh', 'ssat', 'ssat{c} {d}, {sat}, {n}{satsh}', { imm: 'raw' }),
  row('1111001110 y 0 nnnn 0 iii dddd ii0hhhhh', 'usat', 'usat{c} {d}, {usat}, {n}{satsh}', { imm: 'raw' }),
  row('111100110100 nnnn 0 iii dddd ii0hhhhh', 'sbfx', 'sbfx{c} {d}, {n}, {lsb}, {width}'),
  row('111100111100 nnnn 0 iii dddd ii0hhhhh', 'ubfx', 'ubfx{c} {d}, {n}, {lsb}, {width}'),
  row('111100110110 1111 0 iii dddd ii0hhhhh', 'bfc', 'bfc{c} {d}, {lsb}, {msbwidth}'),
  row('111100110110 nnnn 0 iii dddd ii0hhhhh', 'bfi', 'bfi{c} {d}, {n}, {lsb}, {msbwidth}'),
  // Branches and system (A5.3.4).
  row('11110011100 0 nnnn 10 0 0 hh 00 iiiiiiii', 'msr', 'msr{c} {spec}, {n}'),
  row('111100111110 1111 1000 dddd iiiiiiii', 'mrs', 'mrs{c} {d}, {spec}'),
  row('111100111010 1111 1000 0000 00000010', 'wfe', 'wfe{c}.w'),
  row('111100111010 1111 1000 0000 00000011', 'wfi', 'wfi{c}.w'),
  row('111100111010 1111 1000 0000 00000100', 'sev', 'sev{c}.w'),
  row('111100111010 1111 1000 0000 iiiiiiii', 'nop', 'nop{c}.w'),
  row('111100111011 1111 1000 1111 0010 1111', 'clrex', 'clrex{c}'),
  row('111100111011 1111 1000 1111 0100 iiii', 'dsb', 'dsb{c} {barrier}'),
  row('111100111011 1111 1000 1111 0101 iiii', 'dsb', 'dmb{c} {barrier}'),
  row('111100111011 1111 1000 1111 0110 iiii', 'isb', 'isb{c} {barrier}'),
  row('111101111111 iiii 1010 iiiiiiiiiiii', 'udf', 'udf{c}.w {#}'),
  row('11110 i 111 iiiiiii 10 i 0 iiiiiiiiiiii', 'undefined', 'undefined'),
  row('11110 i cccc iiiiii 10 i 0 i iiiiiiiiiii', 'bcc', 'b{cond}.w {label}', { imm: 'b19' }),
  row('11110 i iiiiiiiiii 10 i 1 i iiiiiiiiiii', 'b', 'b{c}.w {label}', { imm: 'b24' }),
  row('11110 i iiiiiiiiii 11 i 1 i iiiiiiiiiii', 'bl', 'bl{c} {label}', { imm: 'b24' }),
  ...loadsAndStores(),
  // Coprocessor space. Without an FPU nothing answers there: UsageFault NOCP. (111x 1111 is undefined before v8.1-M.)
  row('111 i 1110 iiiiiiii iiii hhhh iiiiiiii', 'coprocessor', 'coprocessor {cp}'),
  row('111 i 1101 iiiiiiii iiii hhhh iiiiiiii', 'coprocessor', 'coprocessor {cp}'),
  row('111 i 1100 iiiiiiii iiii hhhh iiiiiiii', 'coprocessor', 'coprocessor {cp}'),
];
