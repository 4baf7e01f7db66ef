/**
 * The JavaScript of a region. One function with registers and flags in locals; blocks are nested by the dominator
 * tree, so that loops are loops and joins are labelled breaks (Ramsey, "Beyond Relooper"). Label X is the way out:
 * there the locals go back to the state words. `cnt` is what is left of the budget; it is looked at on back edges
 * only, for the longest way to the next look, so a region never runs over it.
 */
import { advanceIt } from '../state.ts';
import { analyse, type Flow } from './flow.ts';
import type { Instruction } from './instruction.ts';
import { addSteps, inPage, literal, multiple, Steps, tableOf } from './operations.ts';
import { successors, type Block, type Region } from './region.ts';
import { C, liveBefore, N, OUT, prune, testOf, V, Z, type Slow, type Step, type Test } from './step.ts';

export interface RegionText {
  /** A function that puts locals back into the state words. */
  readonly spill: string;
  /** The body of the region's function of `cnt`. */
  readonly text: string;
  /** Instructions the budget must have for at least. */
  readonly need: number;
}

/** A block as steps. `tail` comes after the guard: what a conditional end does before it goes. */
interface Body {
  readonly block: Block;
  steps: Step[];
  tail: Step[];
  readonly guard: Test | undefined;
  readonly test: Test | undefined;
  /** Locals x is an address without interworking. */
  readonly plainTarget: boolean;
}

const FLAGS = [
  ['n', N, 16],
  ['z', Z, 17],
  ['c', C, 18],
  ['v', V, 19],
] as const;

/** C and V of a sum that was kept as its operands; see step.ts. */
const SUM_FLAGS =
  'if(ck===0){S[18]=cf;S[19]=vf;}' +
  'else if(ck===1){S[18]=(fa>>>0)>=(fb>>>0)?1:0;S[19]=(fa^fb)&(fa^(fa-fb));}' +
  'else{S[18]=((fa+fb)>>>0)<(fa>>>0)?1:0;S[19]=(fa^(fa+fb))&(fb^(fa+fb));}';

export function regionText(region: Region): RegionText {
  const flow = analyse(region);
  const s = new Steps();
  const bodies = new Map(flow.order.map((block) => [block.pc, bodyOf(block, s)]));
  dropDeadFlags(flow, bodies);
  return { ...new Printer(flow, bodies, s).print(region.entry), need: flow.need(region.entry) };
}

/** Steps of all instructions of a block, those that end it in `tail`. */
function bodyOf(block: Block, s: Steps): Body {
  s.list = [];
  s.compared = false;
  const all = block.items.flatMap((item) => item.instructions);
  const ends = block.items.at(-1)?.end !== undefined;
  for (const [k, i] of all.entries()) {
    if (ends && k === all.length - 1) continue;
    const after = block.count - 1 - k;
    if (i.it === 0) addSteps(s, i, after);
    else addConditional(s, i, after);
  }
  const steps = s.list;
  const last = all.at(-1)!;
  const guard = block.guard === 0 ? undefined : testOf(block.guard >> 4, s.compared);
  const { compared } = s;
  s.list = [];
  if (ends) addEnd(s, last);
  const tail = s.list;
  let test: Test | undefined;
  if (block.end.kind === 'branch') test = testOf(block.end.condition, compared);
  else if (block.end.kind === 'compare') {
    test = { text: `${s.r(block.end.n)}${block.end.zero ? '===' : '!=='}0`, uses: 0 };
  }
  return { block, steps, tail, guard, test, plainTarget: last.op === 'movPc' || last.op === 'addPc' };
}

/** An instruction in an IT block. */
function addConditional(s: Steps, i: Instruction, after: number): void {
  const outer = s.list;
  const { compared } = s;
  const test = testOf(i.it >> 4, compared);
  s.list = [];
  addSteps(s, i, after);
  const body = s.list;
  const setsFlags = body.some((step) => step.kind === 'slow' || (step.kind === 'plain' && step.sets !== 0));
  s.compared = compared && !setsFlags;
  s.list = outer;
  const previous = outer.at(-1);
  const joins = previous?.kind === 'if' && previous.test.text === test.text && !touchesFlags(previous.body);
  if (joins) outer.splice(-1, 1, { ...previous, body: [...previous.body, ...body] });
  else outer.push({ kind: 'if', test, body });
}

function touchesFlags(body: readonly Step[]): boolean {
  return body.some(
    (step) => step.kind === 'slow' || (step.kind === 'plain' && (step.sets !== 0 || /f[ab]=/.test(step.text))),
  );
}

/** What the last instruction does before it goes; an indirect target is left in x. */
function addEnd(s: Steps, i: Instruction): void {
  const { m } = i.decoded;
  const slow: Slow = { instruction: i, after: 0, changes: 0 };
  const load = (address: string, fast: string, quick: string): void => {
    s.list.push({ kind: 'memory', head: tableOf(address, 'LD'), fast, quick, slow });
  };
  switch (i.op) {
    case 'bl':
      s.write(14, literal(i.aux));
      break;
    case 'bx':
      s.plain(`x=${s.r(m)};`);
      break;
    case 'blx':
      s.plain(`x=${s.r(m)};`);
      s.write(14, literal(i.imm));
      break;
    case 'movPc':
      s.plain(`x=${s.r(m)};`);
      break;
    case 'addPc':
      s.plain(`x=${s.r(m)}+${literal(i.imm)}|0;`);
      break;
    case 'ldrPc.i':
      load(`${s.r(i.n)}+${literal(i.imm)}|0`, 't!==-1&&(a&3)===0', 'x=M32[a+t>>2];');
      break;
    case 'ldmPc': {
      const { bytes, words, base } = multiple(s, i);
      load(s.r(i.n), inPage(bytes), `${words}x=M32[t+${bytes / 4 - 1}];${base}`);
      break;
    }
    case 'tbbPc':
      load(`${s.r(m)}+${literal(i.imm)}|0`, 't!==-1', 'x=M8[a+t|0];');
      break;
    case 'tbhPc':
      load(`(${s.r(m)}<<1)+${literal(i.imm)}|0`, 't!==-1&&(a&1)===0', 'x=M16[a+t>>1];');
      break;
    case 'slow':
      s.list.push({ kind: 'slow', slow });
      break;
    default:
      break;
  }
}

/** Removes the flag writes that nothing reads, by liveness over the region. Every way out reads all flags. */
function dropDeadFlags(flow: Flow, bodies: ReadonlyMap<number, Body>): void {
  const liveIn = new Map<number, number>();
  const after = ({ block, test, guard, tail }: Body): number => {
    let live = test?.uses ?? 0;
    const list = successors(block);
    const leaves = !['jump', 'branch', 'compare', 'call'].includes(block.end.kind);
    if (leaves || list.length === 0) live |= OUT;
    for (const to of list) {
      const inside = flow.inside(block.pc, to);
      if (inside) live |= liveIn.get(to) ?? 0;
      if (!inside || flow.isBack(block.pc, to)) live |= OUT;
    }
    return liveBefore(tail, live) | (guard === undefined ? 0 : live | guard.uses);
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const { pc } of flow.order.toReversed()) {
      const body = bodies.get(pc)!;
      const live = liveBefore(body.steps, after(body));
      if (liveIn.get(pc) === live) continue;
      liveIn.set(pc, live);
      changed = true;
    }
  }
  for (const body of bodies.values()) body.steps = prune(body.steps, after(body));
}

class Printer {
  private readonly flow: Flow;
  private readonly bodies: ReadonlyMap<number, Body>;
  private readonly steps: Steps;
  /** Flags that stay in locals, and those of them that are written, as bits. */
  private flags = 0;
  private flagsWritten = 0;
  private spill = '';
  private reload = '';
  /** Some way out goes to an address that is yet to be looked at. */
  private indirect = false;

  constructor(flow: Flow, bodies: ReadonlyMap<number, Body>, steps: Steps) {
    this.flow = flow;
    this.bodies = bodies;
    this.steps = steps;
  }

  print(entry: number): { spill: string; text: string } {
    for (const { steps, tail, test, guard } of this.bodies.values()) {
      this.countFlags(steps);
      this.countFlags(tail);
      this.flags |= (test?.uses ?? 0) | (guard?.uses ?? 0);
    }
    if ((this.flagsWritten & (C | V)) !== 0) this.flagsWritten |= C | V;
    this.flags |= this.flagsWritten;
    const { used, written } = this.steps;
    const registers = (bits: number): number[] =>
      Array.from({ length: 16 }, (_, r) => r).filter((r) => (bits >>> r) & 1);
    const flags = (bits: number) => FLAGS.filter(([, bit]) => (bits & bit) !== 0);
    const sums = (this.flagsWritten & C) !== 0;
    const plain = flags(this.flagsWritten & (N | Z));
    const locals = [...registers(written).map((r) => `r${r}`), ...plain.map(([f]) => `${f}f`)];
    if (sums) locals.push('ck', 'cf', 'vf', 'fa', 'fb');
    this.spill = `spill(${locals.join(',')});`;
    const stores = [
      ...registers(written).map((r) => `S[${r}]=r${r};`),
      ...plain.map(([f, , at]) => `S[${at}]=${f}f;`),
      sums ? SUM_FLAGS : '',
    ].join('');
    this.reload =
      registers(used)
        .map((r) => `r${r}=S[${r}];`)
        .join('') +
      flags(this.flags)
        .map(([f, , at]) => `${f}f=S[${at}];`)
        .join('') +
      'ck=0;';
    const begin = [
      ...registers(used).map((r) => `r${r}=S[${r}]`),
      ...flags(this.flags).map(([f, , at]) => `${f}f=S[${at}]`),
      'pc=0,a=0,b=0,t=0,x=0,fa=0,fb=0,ck=0,k=0',
    ];
    const body = this.tree(entry);
    const end = this.indirect ? 'if(k!==0&&((pc&1)===0||pc>>>28===15)){leave(pc);return;}S[15]=pc&-2;' : 'S[15]=pc;';
    return {
      spill: `function spill(${locals.join(',')}){${stores}}`,
      text: `let ${begin.join(',')};X:{${body}}${this.spill}S[33]=cnt;${end}`,
    };
  }

  private countFlags(steps: readonly Step[]): void {
    for (const step of steps) {
      if (step.kind === 'plain') {
        this.flags |= step.uses;
        this.flagsWritten |= step.sets | (step.covers ?? 0);
      } else if (step.kind === 'if') {
        this.flags |= step.test.uses;
        this.countFlags(step.body);
      }
    }
  }

  /** A block with all it dominates. Joins among them follow it, each behind its label. */
  private tree(pc: number): string {
    const { flow } = this;
    const joins = flow.children.get(pc)!.filter((to) => flow.isMerge(to));
    let text = this.block(this.bodies.get(pc)!);
    for (const to of joins) text = `B${name(to)}:{${text}}${this.tree(to)}`;
    return flow.isLoop(pc) ? `L${name(pc)}:for(;;){${text}}` : text;
  }

  private block(body: Body): string {
    const { block, guard } = body;
    const text = `cnt=cnt-${block.count}|0;${this.all(body.steps)}`;
    const tail = this.all(body.tail) + this.end(body);
    return guard === undefined
      ? text + tail
      : `${text}if(${guard.text}){${tail}}else{${this.go(block.pc, block.next)}}`;
  }

  private end({ block, test, plainTarget }: Body): string {
    const { end, pc, candidates } = block;
    switch (end.kind) {
      case 'exit':
        return exit(end.target);
      case 'jump':
      case 'call':
        return this.go(pc, end.target);
      case 'branch':
      case 'compare':
        return `if(${test!.text}){${this.go(pc, end.target)}}else{${this.go(pc, end.next)}}`;
      case 'table': {
        const i = block.items.at(-1)!.instructions.at(-1)!;
        const cases = [...end.targets].map(([x, to]) => `case ${x}:{${this.go(pc, to)}}`).join('');
        return `switch(x){${cases}}pc=${literal(i.pc + 4)}+2*x|0;break X;`;
      }
      case 'gone':
        return '';
      case 'indirect': {
        if (plainTarget) return 'pc=x&-2;break X;';
        this.indirect = true;
        const known = candidates.map((to) => `if(x===${literal(to | 1)}){${this.go(pc, to)}}`).join('');
        return `${known}pc=x;k=1;break X;`;
      }
    }
  }

  /** Goes from a block to an address. */
  private go(from: number, to: number): string {
    const { flow } = this;
    if (!flow.inside(from, to)) return exit(to);
    if (flow.isBack(from, to)) return `if(cnt<${flow.need(to)}){${exit(to)}}continue L${name(to)};`;
    return flow.isMerge(to) ? `break B${name(to)};` : this.tree(to);
  }

  private all(steps: readonly Step[]): string {
    return steps.map((step) => this.step(step)).join('');
  }

  private step(step: Step): string {
    switch (step.kind) {
      case 'plain':
        return step.text;
      case 'if':
        return `if(${step.test.text}){${this.all(step.body)}}`;
      case 'slow':
        return this.slow(step.slow);
      case 'memory':
        return `${step.head}if(${step.fast}){${step.quick}}else{${this.slow(step.slow)}}`;
    }
  }

  /** Slow execution: the state words hold everything, the locals take back what it changed. */
  private slow({ instruction: i, after, changes }: Slow): string {
    const { length } = i.decoded;
    const call = `cold(${i.index},${i.it},${literal(i.pc)},${length},cnt+${after}|0,${advanceIt(i.it)})`;
    if (after === 0 && changes === 0 && isEnd(i)) return `${this.spill}${call};return;`;
    const back =
      changes === undefined
        ? this.reload
        : [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]
            .filter((r) => (changes >>> r) & 1)
            .map((r) => `r${r}=S[${r}];`)
            .join('');
    return `${this.spill}if(${call}!==0)return;${back}`;
  }
}

/** Ends its block: slow execution has set PC. */
function isEnd({ op }: Instruction): boolean {
  return op === 'slow' || /Pc/.test(op);
}

const name = (pc: number): string => (pc >>> 0).toString(16);
const exit = (target: number): string => `pc=${literal(target)};break X;`;
