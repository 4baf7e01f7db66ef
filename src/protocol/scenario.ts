/**
 * The bench as a script sees it: what `tyr run FILE.ts` hands to the module's default function and what the
 * console of the workspace offers. Every call goes over the protocol; time passes only where a call says so.
 */
import type { Client } from './client.ts';
import type { BootResult, Params, RegisterValue, Status, StreamResult } from './messages.ts';

export interface Expectation {
  readonly text: string;
  readonly ok: boolean;
  /** What was found instead, when it failed. */
  readonly got: string | undefined;
}

/** How `Bench.poll` waits. */
export interface PollOptions {
  /** Virtual ns between two reads. */
  readonly everyNs?: number;
  /** Virtual ns after which it gives up. */
  readonly timeoutNs?: number;
}

const POLL_EVERY_NS = 10_000;
const POLL_TIMEOUT_NS = 100_000_000;

export type Scenario = (bench: Bench) => Promise<void>;

/** What a scenario module may export as `options`: the bench it wants. */
export interface ScenarioOptions {
  readonly bare?: boolean;
}

export class Bench {
  readonly client: Pick<Client, 'call'>;
  /** All expectations so far, in order. */
  readonly expectations: Expectation[] = [];
  private readonly print: (text: string) => void;

  constructor(client: Pick<Client, 'call'>, print: (text: string) => void) {
    this.client = client;
    this.print = print;
  }

  /** Writes a line for the reader. */
  log(text: string): void {
    this.print(text);
  }

  /** Loads the driver, which probes the GPU and boots the firmware. */
  boot(): Promise<BootResult> {
    return this.client.call('bench.boot', {});
  }

  status(): Promise<Status> {
    return this.client.call('bench.status', {});
  }

  /** A register or field without side effects. 64-bit registers as `0x...` text. */
  async peek(name: string): Promise<number | string> {
    const [r] = await this.client.call('register.peek', { names: [name] });
    return r?.value ?? 0;
  }

  /** A register with its fields, without side effects. */
  async inspect(name: string): Promise<RegisterValue> {
    const [r] = await this.client.call('register.peek', { names: [name] });
    if (r === undefined) throw new Error(`no answer for ${name}`);
    return r;
  }

  /** Reads as the CPU does: costs time and may have side effects. */
  async read(name: string): Promise<number | string> {
    return (await this.client.call('register.read', { name, by: 'script' })).value;
  }

  /** Writes as the CPU does. `value`: a number, `0x...` text for 64 bits, or the name of an enum value. */
  async poke(name: string, value: number | string): Promise<void> {
    await this.client.call('register.poke', { name, value, by: 'script' });
  }

  /** Reads until `done` accepts the value; gives the last value either way. */
  async poll(
    name: string,
    done: (value: number | string) => boolean,
    options: PollOptions = {},
  ): Promise<number | string> {
    const every = options.everyNs ?? POLL_EVERY_NS;
    const tries = Math.ceil((options.timeoutNs ?? POLL_TIMEOUT_NS) / every);
    let value = await this.read(name);
    for (let i = 0; i < tries && !done(value); i++) {
      await this.advance(every);
      value = await this.read(name);
    }
    return value;
  }

  /** Lets virtual time pass. */
  async advance(ns: number, until: 'time' | 'idle' | 'event' = 'time'): Promise<number> {
    return (await this.client.call('time.advance', { ns, until })).timeNs;
  }

  /** Assembled words on a queue of a fresh group; waits for the end. */
  submit(stream: Params<'stream.run'>): Promise<StreamResult> {
    return this.client.call('stream.run', stream);
  }

  /** Bytes of memory; `space` physical, mcu, or as (with the address-space number). */
  memory(space: 'physical' | 'as' | 'mcu', address: number, length: number, as = 0): Promise<Uint8Array> {
    return this.client.call('memory.read', { space, as, address, length });
  }

  /** Puts bytes into memory from outside. */
  async load(space: 'physical' | 'as' | 'mcu', address: number, bytes: Uint8Array, as = 0): Promise<void> {
    await this.client.call('memory.write', { space, as, address, bytes });
  }

  /** Named point to come back to. */
  async snapshot(label: string): Promise<number> {
    return (await this.client.call('snapshot.take', { label })).id;
  }

  async restore(id: number): Promise<void> {
    await this.client.call('snapshot.restore', { id });
  }

  /** Notes whether something holds; the run goes on and fails at its end. */
  expect(text: string, ok: boolean, got?: unknown): void {
    this.expectations.push({ text, ok, got: ok || got === undefined ? undefined : String(got) });
  }

  /** Expects a register or field to have a value. */
  async expectRegister(name: string, value: number | string): Promise<void> {
    const got = await this.peek(name);
    this.expect(`${name} is ${show(value)}`, BigInt(got) === BigInt(value), show(got));
  }
}

function show(value: number | string): string {
  return typeof value === 'number' ? `0x${value.toString(16)}` : value;
}
