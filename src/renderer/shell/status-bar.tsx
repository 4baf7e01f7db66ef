/** What the bench holds, in one line; faults stand out by colour and word. */
import type { Status } from '../../protocol/messages.ts';
import { useStatus } from '../engine/context.tsx';
import { plural } from '../lib/format.ts';
import { selectionText } from '../state/selection.ts';
import { useUi } from '../state/ui.ts';
import { useProgress } from './progress.tsx';

const DETAIL = [
  ['cs', 'CS instructions'],
  ['mcu', 'MCU control flow'],
] as const;

/** What is recorded beyond the usual, with the rows the session lacks. */
function detailText(detail: NonNullable<Status['detail']>): string {
  const levels = DETAIL.filter(([level]) => detail[level].on).map(([level, name]) => {
    const { recorded, dropped } = detail[level];
    const lost = dropped === 0 ? '' : `, ${dropped.toLocaleString('en')} dropped`;
    return `${name} (${plural(recorded, 'row')}${lost})`;
  });
  return `recording ${levels.join(', ')}`;
}

export function StatusBar() {
  const status = useStatus();
  const selection = useUi((s) => s.selection);
  const opened = useUi((s) => s.opened);
  const progress = useProgress();
  return (
    <footer className="status-bar" aria-label="Status">
      {status === undefined ? (
        <span>no bench; File, New Bench starts one</span>
      ) : (
        <>
          <span>{plural(status.accesses, 'access', 'accesses')}</span>
          <span>{plural(status.jobs, 'job')}</span>
          <span className={status.faults > 0 ? 'state-fault' : ''}>{plural(status.faults, 'fault')}</span>
          {status.gpuPower === 'asleep' && <span className="state-wait">GPU powered off</span>}
          {status.branch > 0 && <span>branch {status.branch}</span>}
          {status.detail !== undefined && <span className="state-wait">{detailText(status.detail)}</span>}
          <span>firmware {status.firmwareName}</span>
          <span>session {status.session}</span>
        </>
      )}
      {opened !== undefined && <span className="state-wait">log panes show {opened.name}, read only</span>}
      {progress !== undefined && <span>{progress}</span>}
      <span className="spring" />
      {selection !== undefined && <span className="mono">{selectionText(selection)}</span>}
    </footer>
  );
}
