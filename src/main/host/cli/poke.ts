/** `tyr peek`, `tyr read`, `tyr poke`: registers of a freshly booted, bare, repeated or running bench. */
import { UsageError } from '../../../base/errors.ts';
import type { Client } from '../../../protocol/client.ts';
import type { RegisterValue } from '../../../protocol/messages.ts';
import type { Io } from './io.ts';
import { benchFlagsOf, parse, type BenchFlags } from './options.ts';
import { withBench } from './with-bench.ts';

/** Boots a bench of one's own, unless it is bare or comes from a session, then runs `body`. */
async function onBench(flags: BenchFlags, io: Io, body: (client: Client) => Promise<number>): Promise<number> {
  return withBench(flags, io, async ({ client }) => {
    const own = !flags.bare && flags.from === undefined && flags.connect === undefined;
    if (own) await client.call('bench.boot', {});
    return body(client);
  });
}

export async function peek(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parse(args, {});
  if (positionals.length === 0) throw new UsageError('usage: tyr peek NAME...');
  const flags = benchFlagsOf(values);
  return onBench(flags, io, async (client) => {
    const registers = await client.call('register.peek', { names: positionals });
    if (!flags.json) io.out(registers.map(describe).join(''));
    else io.out(`${JSON.stringify(registers.length === 1 ? documentOf(registers[0]!) : registers.map(documentOf))}\n`);
    return 0;
  });
}

export async function read(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parse(args, {});
  const [name] = positionals;
  if (name === undefined || positionals.length !== 1) throw new UsageError('usage: tyr read NAME');
  const flags = benchFlagsOf(values);
  return onBench(flags, io, async (client) => {
    const register = await client.call('register.read', { name });
    io.out(flags.json ? `${JSON.stringify(documentOf(register))}\n` : describe(register));
    return 0;
  });
}

export async function poke(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parse(args, { preview: { type: 'boolean', default: false } });
  const [name, value] = positionals;
  if (name === undefined || value === undefined || positionals.length !== 2) {
    throw new UsageError('usage: tyr poke NAME VALUE [--preview]');
  }
  const flags = benchFlagsOf(values);
  return onBench(flags, io, async (client) => {
    const { register, changes } = await client.call('register.poke', { name, value, preview: values.preview });
    if (flags.json) {
      io.out(`${JSON.stringify(values.preview ? { ...documentOf(register), changes } : documentOf(register))}\n`);
      return 0;
    }
    io.out(describe(register));
    for (const c of changes) io.out(`  ${c.name}: ${show(c.before)} -> ${show(c.after)}\n`);
    return 0;
  });
}

function documentOf(r: RegisterValue): Record<string, unknown> {
  return {
    name: r.name,
    offset: r.offset,
    value: r.value,
    fields: Object.fromEntries(r.fields.map((f) => [f.name, f.value])),
  };
}

function show(value: number | string): string {
  return typeof value === 'string' ? value : `0x${value.toString(16)}`;
}

function describe(r: RegisterValue): string {
  const fields = r.fields.map((f) => `${f.name}=${f.enumName ?? show(f.value)}`).join(' ');
  return `${r.name} = ${show(r.value)}${fields === '' ? '' : `  ${fields}`}\n`;
}
