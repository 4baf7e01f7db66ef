/** The debugger of the editor against an engine that answers as told: what a person's actions come to. */
import { afterEach, describe, expect, it } from 'vitest';
import type { StreamStop } from '../../../protocol/stream-debug.ts';
import type { Workspace } from '../../workspace.ts';
import { StreamDebugging } from './debug.ts';
import { forgetDebugged, lineNow, standingWords, useStreamDebug } from './debug-state.ts';
import { addDocument } from './documents.ts';

const VA = 0x7e00_0000_0000;
const TEXT = 'MOVE32 r1, #1\n// a comment\nMOVE32 r2, #2\nMOVE32 r3, #3';

const at = (word: number, more: Partial<StreamStop> = {}): StreamStop => ({
  state: 'stopped',
  reason: 'step',
  cs: 0,
  pc: VA + 8 * word,
  timeNs: 1000 + word,
  inside: false,
  ...more,
});

/** An engine whose answers are set by the test; `calls` are the requests it got. */
class FakeEngine {
  readonly calls: string[] = [];
  readonly answers = new Map<string, unknown[]>();
  readonly notices = new Map<string, (data: never) => void>();
  registers = [0, 0, 0, 0];
  job: unknown = { group: 1, queue: 0, cs: 0, va: VA, words: 3 };
  where: StreamStop = at(0);
  refresh: () => void = () => {};
  private nextId = 1;

  answer(name: string, ...values: unknown[]): this {
    this.answers.set(name, values);
    return this;
  }

  private readonly call = (name: string, params: Record<string, unknown>): Promise<unknown> => {
    this.calls.push(name === 'streamdebug.break' ? `break ${JSON.stringify(params['at'])}` : name);
    const told = this.answers.get(name)?.shift();
    if (told !== undefined) return Promise.resolve(told);
    switch (name) {
      case 'streamdebug.begin':
        return Promise.resolve({ job: this.job, stop: at(0) });
      case 'streamdebug.state':
        return Promise.resolve({ registers: [...this.registers], pc: VA, state: 'RUNNING' });
      case 'streamdebug.break':
        return Promise.resolve({ id: this.nextId++ });
      case 'streamdebug.job':
        return Promise.resolve(this.job);
      case 'streamdebug.where':
        return Promise.resolve(this.where);
      case 'streamdebug.result':
        return Promise.resolve({ finished: true, jobs: [], registers: {}, memory: {}, virtualNs: 0 });
      default:
        return Promise.resolve(undefined);
    }
  };

  /** As much of a workspace as the debugger uses. */
  workspace(): Workspace {
    const fake = {
      client: {
        call: this.call,
        on: (name: string, listener: (data: never) => void) => this.notices.set(name, listener),
      },
      live: {
        status: () => ({ booted: true, running: false }),
        subscribe: (listener: () => void) => {
          this.refresh = listener;
        },
      },
      act: (work: Promise<unknown>) => work.catch(() => undefined),
    };
    return fake as unknown as Workspace;
  }

  tell(stop: StreamStop): void {
    this.notices.get('streamStopped')?.(stop as never);
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
const now = useStreamDebug.getState;

async function begun(lines: readonly number[] = []): Promise<{ engine: FakeEngine; debugging: StreamDebugging }> {
  addDocument('test.cs', TEXT);
  const engine = new FakeEngine();
  const debugging = new StreamDebugging(engine.workspace());
  debugging.editor = { pointsOf: () => lines, togglePoint: () => {} };
  await debugging.go();
  return { engine, debugging };
}

afterEach(forgetDebugged);

describe('debugging a stream in the editor', () => {
  it('begins before the first line, with the breakpoints of lines that have instructions', async () => {
    const { engine } = await begun([2, 3]);
    expect(lineNow(now())).toBe(1);
    expect(engine.calls.filter((c) => c.startsWith('break'))).toEqual([`break {"va":${VA + 8}}`]);
    expect(standingWords(now())).toBe('stopped at line 1: step');
  });

  it('marks what changed since the last stop, not since the last look', async () => {
    const { engine, debugging } = await begun();
    engine.registers = [0, 1, 0, 0];
    engine.answer('streamdebug.run', { ...at(0), state: 'running', reason: 'time', cs: undefined }, at(2));
    await debugging.go();
    expect(now().before).toEqual([0, 0, 0, 0]);
    expect(now().state?.registers).toEqual([0, 1, 0, 0]);
    expect(lineNow(now())).toBe(4);
  });

  it('takes a stop inside another request from its notice, and lets that go on', async () => {
    const { engine, debugging } = await begun();
    let end: (stop: StreamStop) => void = () => {};
    engine.answer('streamdebug.run', new Promise<StreamStop>((resolve) => (end = resolve)));
    const running = debugging.go();
    await settled();
    expect(standingWords(now())).toBe('running');
    engine.tell(at(1, { inside: true, reason: 'breakpoint' }));
    await settled();
    expect(standingWords(now())).toBe('stopped at line 3: breakpoint, inside a driver call');
    engine.answer('streamdebug.step', { ...at(1), state: 'running', reason: 'running' });
    await debugging.step('step');
    expect(now().running).toBe(true);
    end(at(2));
    await running;
    expect(standingWords(now())).toBe('stopped at line 4: step');
  });

  it('keeps what came of it when it has ended, and goes back from there only', async () => {
    const { engine, debugging } = await begun();
    engine.answer('streamdebug.run', { ...at(0), state: 'running', reason: 'finished', cs: undefined });
    await debugging.go();
    expect(standingWords(now())).toBe('the stream has ended');
    await debugging.step('over');
    expect(engine.calls).not.toContain('streamdebug.over');
    engine.answer('streamdebug.back', at(2, { reason: 'back' }));
    await debugging.step('back');
    expect(standingWords(now())).toBe('stopped at line 4: back');
  });

  it('ends with its breakpoints taken out, and begins anew with the text as it is', async () => {
    const { engine, debugging } = await begun([1, 3]);
    await debugging.restart();
    const order = engine.calls.filter((c) => /begin|end|unbreak|^break/.test(c)).map((c) => c.split(' ')[0]);
    expect(order).toEqual([
      'streamdebug.begin',
      'break',
      'break',
      'streamdebug.unbreak',
      'streamdebug.unbreak',
      'streamdebug.end',
      'streamdebug.begin',
      'break',
      'break',
    ]);
  });

  it('is forgotten when history has gone back to before it', async () => {
    const { engine } = await begun();
    engine.job = undefined;
    engine.answer('streamdebug.job');
    engine.refresh();
    await settled();
    expect(now().debugged).toBeUndefined();
  });
});
