import { describe, expect, it } from 'vitest';
import { LogSource, PAGE_ROWS, type LogQuestion } from './log-source.ts';

/** A client over a growing list of numbers. */
function counted(length: number) {
  const state = { length, asked: [] as number[], complete: true };
  const call = (_: string, params: { offset: number; limit: number }) => {
    state.asked.push(params.offset);
    const rows = Array.from({ length: Math.max(0, Math.min(params.limit, state.length - params.offset)) }, (_v, i) => [
      params.offset + i,
      'x',
    ]);
    const page = {
      total: state.length,
      complete: state.complete,
      columns: ['seq', 'name'],
      rows,
      offset: params.offset,
    };
    return new Promise((resolve) => setTimeout(resolve, 0, page));
  };
  const question: LogQuestion = { session: 'live', view: 'register_access', filter: {} };
  const source = new LogSource({ call } as never);
  source.want(question, 0);
  return { state, source, question };
}
const settle = () => new Promise((r) => setTimeout(r, 5));

describe('rows of the log by index', () => {
  it('loads the pages in view alone and gives rows by name', async () => {
    const { state, source } = counted(1_000_000);
    source.visible(500_000, 500_040);
    await settle();
    expect(source.state().total).toBe(1_000_000);
    expect(source.rowAt(500_007)).toEqual({ seq: 500_007, name: 'x' });
    expect(source.rowAt(1000)).toBeUndefined();
    expect(state.asked).toEqual([0, 500_000]);
    source.visible(500_010, 500_050);
    await settle();
    expect(state.asked).toHaveLength(2);
  });

  it('keeps a bounded number of pages', async () => {
    const { source } = counted(1_000_000);
    await settle();
    for (let i = 0; i < 300; i++) {
      source.visible(i * PAGE_ROWS, i * PAGE_ROWS + 10);
      await settle();
    }
    expect(source.rowAt(0)).toBeUndefined();
    expect(source.rowAt(299 * PAGE_ROWS)).toBeDefined();
  });

  it('grows at its end without asking for full pages again', async () => {
    const { state, source, question } = counted(250);
    source.visible(0, 249);
    await settle();
    expect(source.rowAt(249)).toBeDefined();
    state.length = 260;
    state.asked = [];
    source.want(question, 1);
    await settle();
    expect(source.state().total).toBe(260);
    expect(source.rowAt(259)?.['seq']).toBe(259);
    expect(state.asked.every((o) => o === 200)).toBe(true);
  });

  it('begins a new list with another question and drops answers to the old one', async () => {
    const { source, question } = counted(10);
    source.select(4);
    source.want({ ...question, view: 'ioctl' }, 0);
    expect(source.state()).toMatchObject({ total: 0, selected: undefined });
    await settle();
    expect(source.state().total).toBe(10);
  });

  it('goes on asking while rows are being counted, and stops when told', async () => {
    const { state, source, question } = counted(10);
    state.complete = false;
    source.want(question, 1);
    await settle();
    source.want(question, 2);
    await settle();
    expect(state.asked.length).toBeGreaterThan(1);
    source.want(undefined, 0);
    await settle();
    const asked = state.asked.length;
    await settle();
    expect(state.asked).toHaveLength(asked);
  });
});
