import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { CREATE_SESSION } from '../../main/session/schema.ts';
import { QuickOpen } from './quick-open.ts';
import { registerObjectSources, STATEMENTS } from './object-sources.ts';

const ANSWERS: Readonly<Record<string, unknown>> = {
  'driver.objects': [
    { id: 3, size: 4096, label: 'ring', flags: 0, refs: 1, owners: [], exclusiveVm: 0, resident: true, mappings: [] },
  ],
  'driver.groups': [{ id: 1, owner: 'client 1', state: 'active', queues: [{}] }],
  'debug.findSymbols': [{ name: 'shared_ring', address: 0x4000, size: 64, kind: 'object' }],
};
const ROWS: Readonly<Record<string, unknown>> = {
  job: { columns: ['id', 'group_id', 'queue', 'status', 'submitted_ns'], rows: [[7, 1, 0, 'done', 5]] },
  blob: { columns: ['sha256', 'size', 'name'], rows: [['ab'.repeat(32), 12, 'ring image']] },
};

function open(alive: boolean) {
  const quickOpen = new QuickOpen();
  const call = (name: string, params: { view?: string }) =>
    name === 'log.query'
      ? Promise.resolve(ROWS[params.view ?? ''])
      : alive
        ? Promise.resolve(ANSWERS[name])
        : Promise.reject(new Error('there is no bench yet'));
  registerObjectSources({ client: { call }, quickOpen, layout: { show: () => {} } } as never);
  const find = async (text: string) =>
    (await quickOpen.find(text, new AbortController().signal)).map((e) => `${e.kind}: ${e.label}`);
  return { find };
}

describe('quick open of what the machine holds', () => {
  it('finds buffer objects, groups, jobs and blobs by name or number', async () => {
    const { find } = open(true);
    expect(await find('ring')).toEqual(['buffer object: BO 3 ring', `blob: ring image ${'ab'.repeat(6)}`]);
    expect(await find('job 7')).toEqual(['job: Job 7 done']);
    expect(await find('group')).toEqual(['group: Group 1 of client 1']);
    expect(await find('@shared')).toEqual(['object: shared_ring']);
  });

  it('finds what a session holds without a bench', async () => {
    expect(await open(false).find('job 7')).toEqual(['job: Job 7 done']);
    expect(await open(false).find('@shared')).toEqual([]);
  });

  it('offers statements that a session can run', async () => {
    expect(await open(true).find(':fault')).toContain('SQL: Faults: jobs, streams and the driver');
    expect(await open(true).find(':')).toHaveLength(STATEMENTS.length);
    const db = new Database(':memory:');
    db.exec(CREATE_SESSION);
    for (const [, sql] of STATEMENTS) expect(db.prepare(sql).all()).toEqual([]);
    db.close();
  });
});
