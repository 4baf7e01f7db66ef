/**
 * Random shader programs as text, for tests: arithmetic, nested branches and loops with a number of turns that differs
 * from lane to lane, loads, stores, buffers, atomics, barriers, lanes that end early. Registers r0 to r15 hold data,
 * r20 to r27 are for addresses, r30 and above count turns. Uniforms: u0, u1 the address of data, u10 a mask of offsets.
 */

/** Uniform words of the programs from u10 on: mask of word offsets, of turns, of any offset in the buffer. */
export const TEXT_UNIFORMS = [0xffc, 7, 0x3fff] as const;

const TWO_SOURCES = [
  'IADD.u32',
  'IADD.s32.saturate',
  'ISUB.s32',
  'IMUL.i32',
  'FADD.f32',
  'FADD.f32.clamp_0_1',
  'FMIN.f32',
  'FMAX.f32',
  'MKVEC.v2i16',
  'FADD.v2f16',
  'IADD.v2u16',
  'HADD.u32',
] as const;
const THREE_SOURCES = ['FMA.f32', 'LSHIFT_OR.i32', 'RSHIFT_XOR.i32', 'LSHIFT_AND.i32', 'MUX.i32'] as const;
const ONE_SOURCE = ['MOV.i32', 'CLZ.u32', 'POPCOUNT.i32', 'FRCP.f32', 'FROUND.f32.rte', 'F32_TO_S32.rtz', 'BITREV.i32'];
const CONDITIONS = ['eq', 'gt', 'ge', 'ne', 'lt', 'le'] as const;
const ATOMICS = ['aadd', 'asmin', 'asmax', 'aumin', 'aumax', 'aand', 'aor', 'axor'] as const;
const DEEPEST = 3;
const MULTIPLIER = 1664525;
const INCREMENT = 1013904223;

export class ProgramText {
  private readonly lines: string[] = [];
  private state: number;
  private labels = 0;

  constructor(seed: number) {
    this.state = seed;
  }

  make(): string {
    this.block(0, 4 + this.random(8));
    this.lines.push('NOP.end');
    return this.lines.join('\n');
  }

  private random(below: number): number {
    this.state = (Math.imul(this.state, MULTIPLIER) + INCREMENT) >>> 0;
    return Math.floor((this.state / 2 ** 32) * below);
  }

  private pick<T>(of: readonly T[]): T {
    return of[this.random(of.length)]!;
  }

  private register(): string {
    return `r${this.random(16)}`;
  }

  private add(line: string): void {
    this.lines.push(line);
  }

  private label(): string {
    return `l${this.labels++}`;
  }

  private block(depth: number, length: number): void {
    for (let n = 0; n < length; n++) {
      const what = this.random(20);
      if (what < 8) this.arithmetic();
      else if (what < 14) this.memory();
      else if (what < 16) this.compare();
      else if (depth < DEEPEST && what < 18) this.branch(depth);
      else if (depth < DEEPEST && what < 19) this.loop(depth);
      else if (depth === 0 || this.random(12) === 0) this.add('BARRIER.slot7.wait');
      else this.arithmetic();
    }
  }

  private arithmetic(): void {
    const d = this.register();
    const half = this.random(10) === 0 ? '.h0' : this.random(10) === 0 ? '.h1' : '';
    switch (this.random(3)) {
      case 0:
        this.add(`${this.pick(ONE_SOURCE)} ${d}, ${this.register()}`);
        break;
      case 1:
        this.add(`${this.pick(TWO_SOURCES)} ${d}${half}, ${this.register()}, ${this.register()}`);
        break;
      default: {
        const name = this.pick(THREE_SOURCES);
        const lanes = name.includes('SHIFT') ? '.b00' : '';
        const a = this.register();
        const b = this.random(2) === 0 ? this.register() : '0x3020100';
        this.add(`${name} ${d}, ${a}, ${name.includes('SHIFT') ? b + lanes : this.register()}, ${this.register()}`);
      }
    }
  }

  private compare(): void {
    const [a, b] = [this.register(), this.register()];
    const condition = this.pick(CONDITIONS);
    const name = this.pick(['ICMP_OR.u32', 'ICMP_AND.s32', 'FCMP_OR.f32']);
    this.add(`${name}.${condition}.${this.pick(['m1', 'i1'])} ${this.register()}, ${a}, ${b}, ${this.register()}`);
  }

  /** An address in the data, in r20 and r21. */
  private address(): void {
    this.add(`LSHIFT_AND.i32 r20, ${this.register()}, 0x0.b00, u10`);
    if (this.random(4) === 0) this.add('LSHIFT_OR.i32 r20, lane_id.w0, 0x3020100.b22, 0x0');
    if (this.random(8) === 0) this.add('MOV.i32 r20, 0x0');
    if (this.random(12) === 0) this.add('IADD_IMM.i32 r20, r20, #0x2');
    this.add('IADD.u32 r20, r20, u0');
    this.add('MOV.i32 r21, u1');
  }

  private memory(): void {
    const offset = this.random(3) === 0 ? this.random(64) * 4 - 128 : 0;
    switch (this.random(8)) {
      case 0:
        this.address();
        this.add(`LOAD.i32.unsigned.slot0 @${this.register()}, r20, offset:${offset + 256}`);
        break;
      case 1:
        this.address();
        this.add(`STORE.i32.slot0 @${this.register()}, r20, offset:${offset + 256}`);
        break;
      case 2:
        this.address();
        this.add(`${this.pick(['LOAD.i64.unsigned', 'STORE.i64'])}.slot0 @r4:r5, r20, offset:8`);
        break;
      case 3:
        this.address();
        this.add(`${this.pick(['LOAD.i128.unsigned', 'STORE.i128'])}.slot0 @r8:r9:r10:r11, r20, offset:16`);
        break;
      case 4:
        this.address();
        this.add(
          `${this.pick(['STORE.i8.slot0', 'STORE.i16.slot0'])} @${this.register()}, r20, offset:${this.random(7)}`,
        );
        break;
      case 5:
        this.add(`LSHIFT_AND.i32 r22, ${this.register()}, 0x0.b00, u12`);
        if (this.random(2) === 0) this.add('LSHIFT_OR.i32 r22, lane_id.w0, 0x3020100.b22, 0x0');
        this.add(`LD_BUFFER.i32.unsigned.slot0 @${this.register()}, r22, ${this.pick(['0x1000000', 'r23'])}`);
        break;
      case 6:
        this.add(`LSHIFT_AND.i32 r22, ${this.register()}, 0x0.b00, u10`);
        this.add('LEA_BUFFER.slot0 @r24:r25, r22, 0x1000000');
        this.add(`STORE.i32.slot0 @${this.register()}, r24, offset:0`);
        break;
      default:
        this.address();
        this.add(
          `ATOM_RETURN.i32.slot0.${this.pick(ATOMICS)} @${this.register()}, @${this.register()}, r20, offset:0x40`,
        );
    }
  }

  private branch(depth: number): void {
    const [other, end] = [this.label(), this.label()];
    this.compare();
    this.add(`BRANCHZ.eq.reconverge ${this.register()}${this.pick(['', '.h0', '.h1'])}, ${other}`);
    this.block(depth + 1, 1 + this.random(4));
    if (this.random(10) === 0) this.add('NOP.end');
    this.add(`BRANCHZ.eq${this.pick(['', '.reconverge'])} 0x0, ${end}`);
    this.add(`${other}:`);
    this.block(depth + 1, this.random(4));
    this.add(`${end}: NOP.reconverge`);
  }

  private loop(depth: number): void {
    const start = this.label();
    const counter = `r${30 + depth}`;
    this.add(`LSHIFT_AND.i32 ${counter}, ${this.register()}, 0x0.b00, u11`);
    this.add(`${start}: NOP.reconverge`);
    this.block(depth + 1, 1 + this.random(5));
    this.add(`IADD_IMM.i32 ${counter}, ${counter}, #0xFFFFFFFF`);
    this.add(`ICMP_OR.s32.gt.m1 r29, ${counter}, 0x0, 0x0`);
    this.add(`BRANCHZ.reconverge r29${this.pick(['', '.h0'])}, ${start}`);
  }
}
