import { describe, expect, it, vi } from 'vitest';
import { Client, type Transport } from '../../protocol/client.ts';
import type { Status } from '../../protocol/messages.ts';
import { findPlace } from '../lib/registers.ts';
import { Live } from './live.ts';
import { Poll } from './poll.ts';
import { RegisterValues } from './register-values.ts';

interface Sent {
  readonly id: number;
  readonly name: string;
  readonly params: unknown;
}

/** A host whose answers the test gives. */
function fakeHost() {
  const sent: Sent[] = [];
  let receive: (frame: unknown) => void = () => {};
  let close: (reason: string) => void = () => {};
  const transport: Transport = {
    send: (frame) => sent.push(frame as Sent),
    onFrame: (listener) => (receive = listener),
    onClose: (listener) => (close = listener),
  };
  const client = new Client(transport);
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
  return {
    client,
    sent,
    settle,
    answer: async (result: unknown) => {
      receive({ id: sent.at(-1)?.id, result });
      await settle();
    },
    notice: (notice: string, data: unknown) => receive({ notice, data }),
    close: (reason: string) => close(reason),
  };
}

const STATUS = {
  protocol: 1,
  powered: true,
  booted: true,
  timeNs: 5,
  mcu: 'ENABLED',
  gpuHz: 1,
  gpuPower: 'on',
  branch: 0,
  accesses: 1,
  jobs: 0,
  faults: 0,
  session: 's',
  recording: true,
  running: false,
  mode: 'paced',
  idle: true,
  bare: false,
  firmwareName: 'reference',
} as const satisfies Status;
const CHANGED = { timeNs: 6, accesses: 1, jobs: 0, faults: 0, running: false, idle: true, mcu: 'ENABLED', branch: 0 };

describe('the live status', () => {
  it('is asked for after a change, one question at a time', async () => {
    const host = fakeHost();
    const live = new Live(host.client);
    const listener = vi.fn<() => void>();
    live.subscribe(listener);
    for (let i = 0; i < 5; i++) host.notice('changed', CHANGED);
    expect(host.sent).toHaveLength(1);
    await host.answer(STATUS);
    expect(live.status()?.timeNs).toBe(5);
    expect(host.sent).toHaveLength(2);
    await host.answer({ ...STATUS, timeNs: 6 });
    expect(live.status()?.timeNs).toBe(6);
    expect(host.sent).toHaveLength(2);
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it('knows why the bench is gone, until there is another', async () => {
    const host = fakeHost();
    const live = new Live(host.client);
    host.notice('bench', { reason: 'out of memory' });
    expect(live.lost()).toBe('out of memory');
    host.notice('bench', { session: 'b' });
    expect(live.lost()).toBeUndefined();
    host.close('closed');
    await host.settle();
    expect(live.lost()).toMatch(/closed/);
  });
});

describe('a poll', () => {
  it('asks again for a new version, and keeps the answer meanwhile', async () => {
    const host = fakeHost();
    const poll = new Poll(host.client, 'snapshot.list');
    poll.want({}, 1);
    await host.answer([]);
    expect(poll.state().data).toEqual([]);
    poll.want({}, 1);
    expect(host.sent).toHaveLength(1);
    poll.want({}, 2);
    poll.want({}, 3);
    expect(host.sent).toHaveLength(2);
    expect(poll.state().data).toEqual([]);
    await host.answer([]);
    expect(host.sent).toHaveLength(3);
  });

  it('drops an answer to what is wanted no more', async () => {
    const host = fakeHost();
    const poll = new Poll(host.client, 'register.peek');
    poll.want({ names: ['A'] }, 1);
    poll.want({ names: ['B'] }, 1);
    await host.answer([]);
    expect(poll.state().data).toBeUndefined();
    expect(host.sent.at(-1)?.params).toEqual({ names: ['B'] });
    await host.answer([]);
    expect(poll.state().data).toEqual([]);
    poll.want(undefined, 2);
    expect(poll.state().data).toBeUndefined();
  });
});

describe('register values', () => {
  const gpuId = findPlace('GPU_ID');
  const fault = findPlace('GPU_FAULT_ADDR');
  if (gpuId === undefined || fault === undefined) throw new Error('registers are missing');

  it('are peeked by words, both halves of wide registers', async () => {
    const host = fakeHost();
    const values = new RegisterValues(host.client);
    values.want([gpuId, fault], 1);
    expect(host.sent[0]).toMatchObject({
      name: 'register.peekWords',
      params: { space: 'host', offsets: [0, fault.offset, fault.offset + 4] },
    });
    await host.answer(Uint32Array.of(7, 0x1000, 0x7f00));
    expect(values.valueOf(gpuId)).toBe(7n);
    expect(values.valueOf(fault)).toBe(0x7f00_0000_1000n);
  });

  it('are forgotten with the machine', async () => {
    const host = fakeHost();
    const values = new RegisterValues(host.client);
    values.want([gpuId], 1);
    await host.answer(Uint32Array.of(7));
    values.want([gpuId], -1);
    expect(values.valueOf(gpuId)).toBeUndefined();
    values.want([gpuId], 2);
    expect(host.sent).toHaveLength(2);
  });
});
