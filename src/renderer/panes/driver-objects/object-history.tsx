/**
 * What happened to a buffer object: the calls of its owners that named it since it got its handle, from the trace of the
 * session. Objects of the driver itself have no such calls.
 */
import type { GemView } from '../../../protocol/driver-views.ts';
import { LIVE } from '../../../protocol/window.ts';
import { resultText } from '../../../spec/uapi/errno.ts';
import { usePoll } from '../../engine/context.tsx';
import { timeText } from '../../lib/format.ts';
import { useWorkspace } from '../../workspace.ts';
import { showLog } from '../access-log/state.ts';
import { Parts } from './row-table.tsx';

interface Call {
  readonly seq: number;
  readonly timeNs: number;
  readonly name: string;
  readonly result: number;
}

/** Calls that make a handle: history before the last of them is of another object. */
const MAKERS = ['DRM_IOCTL_PANTHOR_BO_CREATE', 'DRM_IOCTL_PRIME_FD_TO_HANDLE'];
const ASKED = 500;

export function ObjectHistory({ object }: { readonly object: GemView }) {
  const [owner] = object.owners;
  if (owner === undefined) return <p className="dim">History: it belongs to the driver; no call made it.</p>;
  return <Calls key={`${owner.pid} ${owner.handle}`} pid={owner.pid} comm={owner.comm} handle={owner.handle} />;
}

function Calls({ pid, comm, handle }: { readonly pid: number; readonly comm: string; readonly handle: number }) {
  const { layout } = useWorkspace();
  const { data } = usePoll('log.query', {
    session: LIVE,
    view: 'ioctl',
    filter: {
      fields: [
        { name: 'client', op: '=', value: pid },
        { name: 'args', op: 'glob', value: `*handle":${handle}[,}]*` },
      ],
    },
    limit: ASKED,
  });
  const at = (name: string): number => data?.columns.indexOf(name) ?? -1;
  const rows = (data?.rows ?? []).map((cells): Call => ({
    seq: Number(cells[at('seq')]),
    timeNs: Number(cells[at('time_ns')]),
    name: String(cells[at('name')]),
    result: Number(cells[at('result')]),
  }));
  const calls = rows.filter((r) => NAMES_OBJECT.test(r.name));
  const made = calls.findLastIndex((r) => MAKERS.includes(r.name) && r.result === 0);
  return (
    <Parts
      caption={`History: calls of ${comm}[${pid}] that named handle ${handle}`}
      heads={['Time', 'Call', 'Result']}
      rows={calls.slice(Math.max(0, made))}
      keyOf={(r) => String(r.seq)}
      renderCells={(r) => [
        <button
          key="time"
          type="button"
          className="link mono"
          onClick={() => {
            showLog({ pane: 'driver', tab: 'ioctls', timeNs: r.timeNs });
            layout.show('driver');
          }}
        >
          {timeText(r.timeNs)}
        </button>,
        r.name,
        resultText(r.result),
      ]}
    />
  );
}

/** Calls whose handles are those of buffer objects. */
const NAMES_OBJECT = /_(BO_|VM_BIND|GEM_|PRIME_)/;
