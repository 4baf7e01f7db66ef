/**
 * Who waits for whom: unsignalled fences, syncobjs and calls that wait, as plain rows. Taken from the saved form of
 * the live objects, because walking a timeline as the driver does would shorten it.
 */
import type { FenceRecord, FenceRef } from '../../driver/drm/fence.ts';
import type { TyrDevice } from '../../driver/tyr/driver.ts';
import type { FenceView, SyncobjView, WaitView } from '../../protocol/driver-views.ts';
import { syncobjOwners } from './driver-objects.ts';

export interface FencesView {
  readonly fences: FenceView[];
  readonly syncobjs: SyncobjView[];
  readonly waits: WaitView[];
}

const idOf = (ref: FenceRef | undefined): number[] => (typeof ref === 'number' ? [ref] : []);

export function fencesView(device: TyrDevice): FencesView {
  const { drm } = device;
  const { fences } = drm.fences.save();
  const byId = new Map(fences.map((f) => [f.id, f]));
  const sources = fenceSources(device);
  const names = (target: string, payload: number): string => {
    if (target === drm.waiters.id) return `wait ${payload}`;
    if (target === drm.fences.id) return `fence ${payload}`;
    return `${target} ${payload}`;
  };
  const owners = syncobjOwners(device);
  return {
    fences: fences.map((f) => ({
      id: f.id,
      kind: f.chain !== undefined ? 'point' : f.array !== undefined ? 'array' : 'fence',
      context: f.context,
      seqno: f.seqno,
      of: sources.get(f.id) ?? '',
      members: [...(f.array?.members.flatMap(idOf) ?? []), ...idOf(f.chain?.own), ...idOf(f.chain?.prev)],
      waiters: f.callbacks.map((c) => names(c.target, c.payload)),
    })),
    syncobjs: drm.syncobjs.save().objects.map(({ id, refs, content }) => ({
      id,
      refs,
      owners: owners.get(id) ?? [],
      ...contentView(content, byId),
    })),
    waits: drm.waiters.save().waiters.map((w) => ({
      id: w.id,
      pid: drm.file(w.file)?.client.pid ?? 0,
      kind: w.purpose.kind,
      items: w.entries.map((e) => ({ syncobj: e.syncobj, point: e.point, fence: idOf(e.fence)[0] })),
    })),
  };
}

/** Fences of jobs: the one the hardware signals, and the one user space gets. */
function fenceSources(device: TyrDevice): Map<number, string> {
  const out = new Map<number, string>();
  for (const group of device.sched.groups.values()) {
    for (const queue of group.queues) {
      const name = `group ${group.id} queue ${queue.index}`;
      const { inFlight, jobs } = queue.save(device.drm.fences);
      for (const job of inFlight) for (const id of idOf(job.fence)) out.set(id, `${name}: ring job ${job.seqno}`);
      const tell = (entries: typeof jobs.waiting, state: string): void => {
        for (const { finished } of entries) for (const id of idOf(finished)) out.set(id, `${name}: ${state} job`);
      };
      tell(jobs.waiting, 'waiting');
      tell(jobs.running, 'running');
    }
  }
  return out;
}

type Content = Pick<SyncobjView, 'fence' | 'state' | 'error' | 'timeline' | 'signalled' | 'submitted'>;

function contentView(content: FenceRef | undefined, byId: ReadonlyMap<number, FenceRecord>): Content {
  const record = typeof content === 'number' ? byId.get(content) : content;
  if (record === undefined) return { state: 'empty', error: 0, timeline: false, signalled: 0, submitted: 0 };
  const { signaled, error, seqno, chain } = record;
  return {
    ...(signaled ? {} : { fence: record.id }),
    state: !signaled ? 'pending' : error === 0 ? 'signalled' : 'error',
    error,
    timeline: chain !== undefined,
    signalled: chain === undefined ? 0 : signaled ? seqno : lastSignalled(record, byId),
    submitted: chain === undefined ? 0 : seqno,
  };
}

/** The point before the oldest one that has not signalled. */
function lastSignalled(head: FenceRecord, byId: ReadonlyMap<number, FenceRecord>): number {
  let oldest = head;
  for (;;) {
    const prev = oldest.chain?.prev;
    const next = typeof prev === 'number' ? byId.get(prev) : undefined;
    if (next?.chain === undefined || next.context !== head.context) return oldest.chain?.prevSeqno ?? 0;
    oldest = next;
  }
}
