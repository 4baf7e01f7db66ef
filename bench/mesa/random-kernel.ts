/**
 * Random kernels of a fixed seed: expressions of all integer widths and binary32 in vectors of one to four, with
 * branches, loops and switches between them. Only operations whose result is exact everywhere are used, so the
 * comparison is exact: no division of floats, no fused multiply-add (renderers differ), `precise` throughout.
 */
import { kernelOf, type Kernel } from './kernels.ts';
import type { Driver } from './tools.ts';

interface Base {
  readonly scalar: string;
  readonly vector: string;
  /** 0 for float and bool. */
  readonly bits: number;
  readonly signed: boolean;
}

const integer = (scalar: string, vector: string, bits: number, signed: boolean): Base => ({
  scalar,
  vector,
  bits,
  signed,
});
const BASES = {
  u32: integer('uint', 'uvec', 32, false),
  i32: integer('int', 'ivec', 32, true),
  u16: integer('uint16_t', 'u16vec', 16, false),
  i16: integer('int16_t', 'i16vec', 16, true),
  u8: integer('uint8_t', 'u8vec', 8, false),
  i8: integer('int8_t', 'i8vec', 8, true),
  u64: integer('uint64_t', 'u64vec', 64, false),
  i64: integer('int64_t', 'i64vec', 64, true),
  f32: integer('float', 'vec', 0, true),
  bool: integer('bool', 'bvec', 0, false),
} as const;
type BaseName = keyof typeof BASES;

/** Mixes of types a kernel works with; GL takes those of 32 bits. */
const MIXES: readonly (readonly BaseName[])[] = [
  ['u32', 'i32', 'bool'],
  ['f32', 'u32', 'i32', 'bool'],
  ['u16', 'i16', 'u32', 'bool'],
  ['u8', 'i8', 'u32', 'bool'],
  ['u64', 'i64', 'u32', 'bool'],
  ['u32', 'i32', 'f32', 'u16', 'i16', 'bool'],
  ['u32', 'u8', 'i8', 'u16', 'i16', 'i32', 'bool'],
  ['f32', 'i16', 'u16', 'i8', 'u64', 'u32', 'bool'],
];
const GL_MIXES = 2;
const EXTENSIONS = ['int64', 'int16', 'int8'].map((t) => `GL_EXT_shader_explicit_arithmetic_types_${t}`);

interface Variable {
  readonly name: string;
  readonly base: BaseName;
  readonly width: number;
}
type Shape = Omit<Variable, 'name'>;

/** Largest number of words an invocation writes: 256 invocations fill the buffer. */
const WORDS = 56;
const INVOCATIONS = 256;
const MAX_DEPTH = 2;

const typeOf = ({ base, width }: Shape): string => (width === 1 ? BASES[base].scalar : `${BASES[base].vector}${width}`);

class Generator {
  private state: number;
  private readonly bases: readonly BaseName[];
  private readonly lines: string[] = [];
  private readonly variables: Variable[] = [];
  /** Those statements may assign to. */
  private readonly mutable: Variable[] = [];
  private names = 0;

  constructor(seed: number, driver: Driver) {
    this.state = seed >>> 0;
    this.bases = MIXES[seed % (driver === 'gl' ? GL_MIXES : MIXES.length)] ?? [];
  }

  /** A number below `n` (the generator known as mulberry32). */
  private below(n: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
  }

  private one<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  private chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  private list(width: number, item: () => string): string {
    return Array.from({ length: width }, item).join(',');
  }

  /** A value of a shape from the buffers. */
  private leaf({ base, width }: Shape): string {
    const word = (): string => `x[i*8u+${this.below(8)}u]`;
    const scalar = (): string => {
      const { scalar: name, bits } = BASES[base];
      if (base === 'f32') return `f[i*8u+${this.below(8)}u]`;
      if (base === 'bool') return `((${word()}&${2 ** this.below(9)}u)!=0u)`;
      if (bits === 64) return `${name}(packUint2x32(uvec2(${word()},${word()})))`;
      return bits === 32 ? `${name}(${word()})` : `${name}(${word()}>>${this.one([0, 3, 8, 16, 20])}u)`;
    };
    return width === 1 ? scalar() : `${typeOf({ base, width })}(${this.list(width, scalar)})`;
  }

  /** A variable of a shape, or a leaf. */
  private pick(shape: Shape): string {
    const fit = this.variables.filter((v) => v.base === shape.base && v.width === shape.width);
    return fit.length > 0 && this.chance(85) ? this.one(fit).name : this.leaf(shape);
  }

  private expression(shape: Shape): string {
    const { base, width } = shape;
    if (this.chance(12)) {
      const converted = this.conversion(shape);
      if (converted !== undefined) return converted;
    }
    const vectors = this.variables.filter((v) => v.base === base && v.width > 1);
    if (vectors.length > 0 && this.chance(14)) {
      const { name, width: from } = this.one(vectors);
      return `${name}.${Array.from({ length: width }, () => 'xyzw'[this.below(from)]).join('')}`;
    }
    if (width > 1 && this.chance(14))
      return `${typeOf(shape)}(${this.list(width, () => this.pick({ base, width: 1 }))})`;
    if (base === 'bool') return this.condition(shape);
    return base === 'f32' ? this.float(shape) : this.whole(shape);
  }

  private conversion({ base, width }: Shape): string | undefined {
    const from = this.variables.filter((v) => v.width === width && v.base !== base);
    if (from.length === 0 || base === 'bool') return undefined;
    const v = this.one(from);
    const { bits, signed } = BASES[base];
    if (v.base !== 'f32') return `${typeOf({ base, width })}(${v.name})`;
    const limit = `${Math.min(2 ** (bits - 1) - 1, 2 ** 24)}.0`;
    return `${typeOf({ base, width })}(clamp(${v.name},${signed ? `-${limit}` : '0.0'},${limit}))`;
  }

  private condition(shape: Shape): string {
    const { width } = shape;
    const base = this.one(this.bases.filter((b) => b !== 'bool'));
    const p = (s: Shape): string => this.pick(s);
    if (width > 1) {
      const compare = this.one(['lessThan', 'greaterThan', 'lessThanEqual', 'greaterThanEqual', 'equal', 'notEqual']);
      return `${compare}(${p({ base, width })},${p({ base, width })})`;
    }
    switch (this.below(4)) {
      case 0:
        return `(${p(shape)}${this.one(['&&', '||', '^^'])}${p(shape)})`;
      case 1:
        return `${this.one(['any', 'all'])}(${p({ base: 'bool', width: this.one([2, 3, 4]) })})`;
      default:
        return `(${p({ base, width: 1 })}${this.one(['<', '>', '<=', '>=', '==', '!='])}${p({ base, width: 1 })})`;
    }
  }

  private float(shape: Shape): string {
    const p = (): string => this.pick(shape);
    const type = typeOf(shape);
    const forms: (() => string)[] = [
      () => `${p()}+${p()}`,
      () => `${p()}-${p()}`,
      () => `${p()}*${p()}`,
      () => `min(${p()},${p()})+${type}(1.0)`,
      () => `max(${p()},${p()})-${type}(2.5)`,
      () => `${this.one(['abs', '-', 'floor', 'ceil', 'trunc', 'fract', 'roundEven', 'sign'])}(${p()})`,
      () => `clamp(${p()},${type}(-1.0),${type}(1.0))`,
      () => `mix(${p()},${p()},${this.pick({ base: 'bool', width: shape.width })})`,
      () => `(${this.pick({ base: 'bool', width: 1 })}?${p()}:${p()})`,
      () => `-(${p()})*abs(${p()})`,
    ];
    return this.one(forms)();
  }

  private whole(shape: Shape): string {
    const p = (): string => this.pick(shape);
    const type = typeOf(shape);
    const { bits, signed } = BASES[shape.base];
    const mask = `${type}(${bits - 1})`;
    const literal = (): string => `${type}(${this.one([0, 1, 2, 3, 5, 7, 15, this.below(127), 100])})`;
    const forms: (() => string)[] = [
      () => `${p()}+${p()}`,
      () => `${p()}-${p()}`,
      () => `${p()}*${p()}`,
      () => `(${p()}${this.one(['&', '|', '^'])}${p()})`,
      () => `~(${p()})`,
      () => `(${p()}<<(${p()}&${mask}))`,
      () => `(${p()}>>(${p()}&${mask}))`,
      () => `(${p()}${this.one(['<<', '>>'])}${type}(${this.below(bits)}))`,
      () => `min(${p()},${p()})`,
      () => `max(${p()},${p()})`,
      () => (signed ? `${this.one(['abs', '-', 'sign'])}(${p()})` : `(${p()}&~(${p()}))`),
      () => `(${this.pick({ base: 'bool', width: 1 })}?${p()}:${p()})`,
      () => `(${p()}*${literal()}+${p()})`,
      () => `(${p()}^${literal()})`,
    ];
    if (bits === 32) {
      const offset = this.below(31);
      const count = 1 + this.below(32 - offset);
      forms.push(
        () => `bitfieldReverse(${p()})`,
        () => `${type}(${this.one(['bitCount', 'findLSB', 'findMSB'])}(${p()}))`,
        () => `bitfieldExtract(${p()},${offset},${count})`,
        () => `bitfieldInsert(${p()},${p()},${offset},${count})`,
      );
    }
    return this.one(forms)();
  }

  private define(shape: Shape, value: string, mutable: boolean): void {
    const v = { ...shape, name: `v${this.names++}` };
    this.lines.push(`${shape.base === 'f32' ? 'precise ' : ''}${typeOf(shape)} ${v.name}=${value};`);
    this.variables.push(v);
    if (mutable) this.mutable.push(v);
  }

  private assign(): void {
    const v = this.one(this.mutable);
    this.lines.push(`${v.name}=${this.expression(v)};`);
  }

  /** Statements in braces; what they declare ends with them. */
  private block(open: string, depth: number, close: string): void {
    const known = this.variables.length;
    this.lines.push(open);
    for (let n = this.below(4); n > 0; n--) this.statement(depth + 1);
    this.assign();
    this.variables.length = known;
    this.lines.push(close);
  }

  private statement(depth: number): void {
    if (depth > MAX_DEPTH || this.chance(72)) {
      const shape = { base: this.one(this.bases), width: this.one([1, 1, 1, 2, 3, 4]) };
      this.define(shape, this.expression(shape), false);
      return;
    }
    const condition = this.pick({ base: 'bool', width: 1 });
    const number = this.pick({ base: 'u32', width: 1 });
    switch (this.below(4)) {
      case 0:
        this.assign();
        return;
      case 1:
        this.block(`if(${condition}){`, depth, '}');
        if (this.chance(50)) this.block('else{', depth, '}');
        return;
      case 2: {
        const k = `k${this.names++}`;
        const stop = this.chance(40) ? `if(${condition}) ${this.one(['break', 'continue'])};` : '';
        const bound = this.one(['3u', '5u', `(${number}&7u)`]);
        this.block(`for(uint ${k}=0u;${k}<${bound};${k}++){${stop}`, depth, '}');
        return;
      }
      default:
        this.lines.push(`switch(${number}&3u){`);
        for (let n = 0; n < 3; n++) this.block(`case ${n}u:{`, depth, `}${this.chance(60) ? 'break;' : ''}`);
        this.block('default:{', depth, '}}');
    }
  }

  /** The components of a variable as words. */
  private words(v: Variable): string[] {
    const { bits, signed } = BASES[v.base];
    return Array.from({ length: v.width }, (_, c) => (v.width === 1 ? v.name : `${v.name}.${'xyzw'[c]}`)).flatMap(
      (e) => {
        if (v.base === 'f32') return [`(isnan(${e})?0x7fc00000u:floatBitsToUint(${e}+0.0))`];
        if (bits === 64) return [`unpackUint2x32(uint64_t(${e})).x`, `unpackUint2x32(uint64_t(${e})).y`];
        return [signed ? `uint(int(${e}))` : `uint(${e})`];
      },
    );
  }

  kernel(driver: Driver): string {
    for (const base of this.bases) {
      for (const width of [1, this.one([2, 3, 4])]) this.define({ base, width }, this.leaf({ base, width }), true);
    }
    for (let n = 14 + this.below(16); n > 0; n--) this.statement(0);
    const results = [...this.variables.slice(-14), ...this.mutable].flatMap((v) => this.words(v)).slice(0, WORDS);
    const size = this.one([8, 16, 32, 64]);
    return [
      '#version 450',
      `// run: --dispatch ${INVOCATIONS / size},1,1 --init hzfzz`,
      ...(driver === 'gl' ? [] : EXTENSIONS.map((e) => `#extension ${e} : require`)),
      `layout(local_size_x=${size}) in;`,
      'layout(std430,set=0,binding=0) readonly buffer X{uint x[];};',
      'layout(std430,set=0,binding=1) buffer Y{uint y[];};',
      'layout(std430,set=0,binding=2) readonly buffer F{float f[];};',
      'void main(){ uint i=gl_GlobalInvocationID.x;',
      ...this.lines,
      ...results.map((word, k) => `y[i*${results.length}u+${k}u]=${word};`),
      '}',
      '',
    ].join('\n');
  }
}

/** `count` kernels that follow from `seed`. */
export function randomKernels(seed: number, count: number, driver: Driver): Kernel[] {
  return Array.from({ length: count }, (_, n) => {
    const number = seed * 1000 + n;
    return kernelOf(`random-${number}`, new Generator(number, driver).kernel(driver));
  });
}
