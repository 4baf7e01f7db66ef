/** The client over a transport that is slow, refuses, or ends. */
import { describe, expect, it } from 'vitest';
import { Client, EngineLost, type Transport } from './client.ts';

interface Sent {
  readonly id: number;
  readonly name: string;
}

function rig(refuse: (frame: unknown) => boolean = () => false) {
  const sent: Sent[] = [];
  let frame: (f: unknown) => void = () => {};
  let close: (reason: string) => void = () => {};
  const transport: Transport = {
    send(f) {
      if (refuse(f)) throw new Error('cannot be sent');
      sent.push(f as Sent);
    },
    onFrame: (l) => (frame = l),
    onClose: (l) => (close = l),
  };
  const client = new Client(transport);
  return { client, sent, answer: (id: number) => frame({ id, result: 'hash' }), close: (r: string) => close(r) };
}

describe('the client', () => {
  it('keeps a bounded number of requests under way and sends the rest in order', async () => {
    const { client, sent, answer } = rig();
    const all = Array.from({ length: 1000 }, () => client.call('bench.stateHash', {}));
    expect(sent.length).toBeLessThan(200);
    for (let i = 0; i < sent.length; i++) answer(sent[i]!.id);
    expect(await Promise.all(all)).toHaveLength(1000);
    expect(sent.map((s) => s.id)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
  });

  it('rejects what was asked when the host goes, sent or not', async () => {
    const { client, close } = rig();
    const all = Array.from({ length: 300 }, () => client.call('bench.stateHash', {}));
    close('gone');
    const ends = await Promise.allSettled(all);
    expect(ends.every((e) => e.status === 'rejected' && e.reason instanceof EngineLost)).toBe(true);
    await expect(client.call('bench.stateHash', {})).rejects.toThrow(/gone/);
  });

  it('rejects alone what cannot be sent, and answers of the wrong shape', async () => {
    let n = 0;
    const { client, answer } = rig(() => n++ === 0);
    await expect(client.call('bench.stateHash', {})).rejects.toThrow(/cannot be sent/);
    const good = client.call('bench.stateHash', {});
    const bad = client.call('bench.status', {});
    answer(2);
    answer(3);
    expect(await good).toBe('hash');
    await expect(bad).rejects.toThrow(/wrong shape/);
  });
});
