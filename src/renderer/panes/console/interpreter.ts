/**
 * Runs programs of the console against the bench, in the console's worker. The program is data walked by this file: it can reach nothing but
 * the commands below, so that nothing has to be evaluated as code. It can be stopped between any two steps.
 */
import type { Bench } from '../../../protocol/scenario.ts';
import { nearest } from '../../../base/nearest.ts';
import { findRegister, suggest } from '../../../spec/registers/index.ts';
import { COMMANDS, type ConsoleCommand } from './commands.ts';
import { ConsoleProblem, operate, parseProgram, type Argument, type Expression, type Statement } from './syntax.ts';

export type Print = (text: string, kind?: 'out' | 'good' | 'bad') => void;

/** Steps between two rests, in which Stop is heard and what was printed is handed over (chosen). */
const STEPS_BETWEEN_RESTS = 256;
/** Widest value a variable may grow to, in bits. */
const MAX_BITS = 256;

/** Ended by the person. */
export class Stopped extends Error {}

export class Interpreter {
  /** Variables; they last from line to line. */
  readonly variables = new Map<string, bigint>();
  readonly bench: Bench;
  readonly print: Print;
  private readonly rest: () => Promise<void>;
  private steps = 0;
  private stopping = false;

  /** `rest` lets messages in; tests hand in one that returns at once. */
  constructor(bench: Bench, print: Print, rest: () => Promise<void>) {
    this.bench = bench;
    this.print = print;
    this.rest = rest;
  }

  /** Runs a program to its end. Rejects with ConsoleProblem, Stopped, or what the bench answered. */
  async run(text: string): Promise<void> {
    this.steps = 0;
    this.stopping = false;
    await this.all(parseProgram(text));
  }

  stop(): void {
    this.stopping = true;
  }

  /** The value of an expression; names are variables, else registers and fields, peeked. */
  async value(e: Expression, line: number): Promise<bigint> {
    switch (e.kind) {
      case 'number':
        return e.value;
      case 'name':
        return this.variables.get(e.name) ?? (await this.peek(e.name, line));
      case 'unary': {
        const of = await this.value(e.of, line);
        return e.op === '-' ? -of : e.op === '~' ? ~of : e.op === '!' ? (of === 0n ? 1n : 0n) : of;
      }
      case 'binary': {
        const left = await this.value(e.left, line);
        if (e.op === '&&' && left === 0n) return 0n;
        if (e.op === '||' && left !== 0n) return 1n;
        const right = await this.value(e.right, line);
        if (e.op === '&&' || e.op === '||') return right === 0n ? 0n : 1n;
        return this.bounded(e.op, left, right, line);
      }
    }
  }

  private bounded(op: string, left: bigint, right: bigint, line: number): bigint {
    try {
      const result = operate(op, left, right);
      if (BigInt.asIntN(MAX_BITS, result) !== result) throw new RangeError(`the result is wider than ${MAX_BITS} bits`);
      return result;
    } catch (error) {
      throw error instanceof RangeError ? new ConsoleProblem(line, error.message.toLowerCase()) : error;
    }
  }

  private async peek(name: string, line: number): Promise<bigint> {
    if (!isRegister(name)) {
      const near = nearest(name, this.variables.keys()) ?? suggest(name, 1)[0];
      const hint = near === undefined ? '' : `; did you mean ${near}?`;
      throw new ConsoleProblem(line, `${name} is no variable and no register${hint}`);
    }
    return BigInt(await this.bench.peek(name));
  }

  private async all(list: readonly Statement[]): Promise<void> {
    for (const statement of list) {
      await this.step();
      await this.one(statement);
    }
  }

  private async step(): Promise<void> {
    if (++this.steps % STEPS_BETWEEN_RESTS === 0) await this.rest();
    if (this.stopping) throw new Stopped('stopped');
  }

  private async one(s: Statement): Promise<void> {
    switch (s.kind) {
      case 'let':
        this.variables.set(s.name, await this.value(s.value, s.line));
        return;
      case 'if':
        await this.all((await this.value(s.test, s.line)) === 0n ? s.otherwise : s.body);
        return;
      case 'while':
        while ((await this.value(s.test, s.line)) !== 0n) {
          await this.step();
          await this.all(s.body);
        }
        return;
      case 'repeat': {
        const count = await this.value(s.count, s.line);
        for (let i = 0n; i < count; i++) {
          await this.step();
          await this.all(s.body);
        }
        return;
      }
      case 'command':
        await this.command(s.verb, s.args, s.line);
    }
  }

  private async command(verb: string, args: readonly Argument[], line: number): Promise<void> {
    const command: ConsoleCommand | undefined = Object.hasOwn(COMMANDS, verb) ? COMMANDS[verb] : undefined;
    if (command === undefined) {
      const near = nearest(verb, Object.keys(COMMANDS));
      const hint = near === undefined ? 'help lists them' : `did you mean ${near}?`;
      throw new ConsoleProblem(line, `there is no command ${verb}; ${hint}`);
    }
    const [least, most] = command.takes;
    if (args.length < least || args.length > most) throw new ConsoleProblem(line, `usage: ${command.form}`);
    await command.run(this, args, line);
  }
}

/** True for a register, or a field behind it. */
export function isRegister(name: string): boolean {
  return (
    findRegister(name) !== undefined || findRegister(name.slice(0, Math.max(0, name.lastIndexOf('.')))) !== undefined
  );
}
