import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FromWorker, PrintedLine, ToWorker } from './messages.ts';
import { ConsoleProgram } from './program.ts';
import { ConsoleRunner, type WorkerLike } from './runner.ts';

/** Both sides with a task between them, as a worker has; `deaf` workers hear nothing. */
function pair(options: { readonly deaf?: boolean } = {}) {
  let made = 0;
  let ended = 0;
  const make = (): Promise<WorkerLike> => {
    made++;
    let alive = true;
    const later = (body: () => void) => setTimeout(() => alive && body(), 0);
    const worker: WorkerLike = {
      onmessage: null,
      onerror: null,
      postMessage: (message: ToWorker) => void (options.deaf !== true && later(() => program.receive(message))),
      terminate: () => {
        alive = false;
        ended++;
      },
    };
    const program = new ConsoleProgram((data: FromWorker) =>
      later(() => worker.onmessage?.({ data } as MessageEvent<FromWorker>)),
    );
    return Promise.resolve(worker);
  };
  const printed: PrintedLine[] = [];
  const batches: number[] = [];
  const runner = new ConsoleRunner(make, (lines) => {
    printed.push(...lines);
    batches.push(lines.length);
  });
  const asked: string[] = [];
  const client = {
    call: (name: string, params: { readonly names?: readonly string[] }) => {
      asked.push(name);
      if (name !== 'register.peek') return Promise.reject(new Error('there is no bench yet'));
      return Promise.resolve([{ name: params.names?.[0], offset: 0, width: 32, value: 7, fields: [] }]);
    },
  } as never;
  return { runner, client, printed, batches, asked, counts: () => ({ made, ended }) };
}

describe('the console in its worker', () => {
  beforeEach(() => void vi.stubGlobal('requestAnimationFrame', (done: () => void) => setTimeout(done, 5)));
  afterEach(() => void vi.unstubAllGlobals());

  it('asks the bench through the page, and keeps its variables from line to line', async () => {
    const { runner, client, printed, asked, counts } = pair();
    expect(await runner.run(client, 'let n = GPU_ID + 1')).toBeUndefined();
    expect(runner.variables).toEqual(['n']);
    expect(await runner.run(client, 'print n')).toBeUndefined();
    expect(printed).toEqual([{ kind: 'out', text: '0x8' }]);
    expect(asked).toEqual(['register.peek']);
    expect(await runner.run(client, 'status')).toBe('there is no bench yet');
    expect(counts()).toEqual({ made: 1, ended: 0 });
  });

  it('stops a program whose worker is still being made, and says when none can be had', async () => {
    const { runner, client, asked } = pair();
    const going = runner.run(client, 'peek GPU_ID');
    runner.stop();
    expect(await going).toBe('stopped');
    expect(asked).toEqual([]);
    expect(await runner.run(client, 'peek GPU_ID')).toBeUndefined();
    const without = new ConsoleRunner(
      () => Promise.reject(new Error('refused')),
      () => {},
    );
    expect(await without.run(client, 'print 1')).toBe("the console's worker cannot be had: refused");
  });

  it('stops a loop without an end, and goes on with the next line', async () => {
    const { runner, client, counts } = pair();
    const going = runner.run(client, 'let a = 1; while 1 { let a = a ^ 1 }');
    await new Promise((r) => setTimeout(r, 30));
    runner.stop();
    expect(await going).toBe('stopped');
    expect(runner.variables).toEqual(['a']);
    expect(await runner.run(client, 'print a')).toBeUndefined();
    expect(counts()).toEqual({ made: 1, ended: 0 });
  });

  it('stops while the bench has not answered yet', async () => {
    const { runner } = pair();
    const going = runner.run({ call: () => new Promise<never>(() => {}) }, 'advance 10s');
    await new Promise((r) => setTimeout(r, 30));
    runner.stop();
    expect(await going).toBe('stopped');
  });

  it('is slowed to the pace of the screen while it prints without an end', async () => {
    const { runner, client, printed, batches } = pair();
    const going = runner.run(client, 'while 1 { print 1 }');
    await new Promise((r) => setTimeout(r, 200));
    runner.stop();
    await going;
    expect(printed.length).toBeGreaterThan(0);
    // One batch for a picture, each of no more than a rest apart.
    expect(batches.length).toBeLessThan(60);
    expect(Math.max(...batches)).toBeLessThan(1000);
  });

  it('ends a worker that does not hear, and makes another for the next line', async () => {
    vi.useFakeTimers();
    try {
      const { runner, client, counts } = pair({ deaf: true });
      const going = runner.run(client, 'print 1');
      await vi.advanceTimersByTimeAsync(10);
      runner.stop();
      await vi.advanceTimersByTimeAsync(1100);
      expect(await going).toMatch(/did not stop by itself/);
      expect(counts()).toEqual({ made: 1, ended: 1 });
      void runner.run(client, 'print 1');
      await vi.advanceTimersByTimeAsync(10);
      expect(counts().made).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });
});
