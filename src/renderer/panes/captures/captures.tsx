/** Captured runs: opened from files, replayed through the driver, and what their buffers were found to hold. */
import { FolderOpen, Files, RotateCcw, Square, X } from 'lucide-react';
import { useState, useSyncExternalStore, type DragEvent } from 'react';
import type { CaptureEntryInfo, CaptureVerdict } from '../../../protocol/capture.ts';
import { useAsk, useEngine } from '../../engine/context.tsx';
import { countText, hex, hexGroups, plural, timeText } from '../../lib/format.ts';
import { useProgress } from '../../shell/progress.tsx';
import { Tool } from '../../shell/tool.tsx';
import { useWorkspace } from '../../workspace.ts';
import { cancelReplay, closeCapture, openCapture, replayCapture, takeFiles, useCaptures } from './actions.ts';
import { droppedFiles } from './files.ts';

export default function CapturesPane() {
  const w = useWorkspace();
  const { live } = useEngine();
  const changes = useSyncExternalStore(live.subscribe, live.version);
  const { version } = useCaptures();
  const { data: captures = [] } = useAsk('capture.list', {}, changes + version);
  const [over, setOver] = useState(false);
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void w.act(droppedFiles(event.dataTransfer).then((files) => takeFiles(w, files)));
  };
  return (
    <div
      className={over ? 'captures captures-over' : 'captures'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <div className="pane-bar" role="toolbar" aria-label="Captures">
        <Tool icon={FolderOpen} name="Open capture folder" onClick={() => void openCapture(w)}>
          Folder…
        </Tool>
        <Tool icon={Files} name="Open capture files or archive" onClick={() => void openCapture(w, 'files')}>
          Files or archive…
        </Tool>
      </div>
      <div className="pane-scroll">
        {captures.length === 0 && (
          <p className="dim">
            A capture is what a user-space driver asked of the kernel, with the memory it had. Open its folder, or drop
            it here: it is replayed through the driver, and the buffers it leaves are compared.
          </p>
        )}
        <ul className="plain-list" aria-label="Captures">
          {captures.map((capture) => (
            <Entry key={capture.id} capture={capture} busy={captures.some((c) => c.state !== 'idle')} />
          ))}
        </ul>
      </div>
    </div>
  );
}

const STATES = {
  idle: '',
  running: 'replaying',
  waiting: 'stopped at a breakpoint: continue in the Shader pane',
} as const;

function Entry({ capture, busy }: { readonly capture: CaptureEntryInfo; readonly busy: boolean }) {
  const w = useWorkspace();
  const progress = useProgress();
  const { id, name, state, verdict } = capture;
  const variant = capture.variant === '' ? '' : `, ${capture.variant}`;
  return (
    <li className="capture" aria-label={name}>
      <div className="capture-head">
        <strong>{name}</strong>
        {state === 'idle' ? (
          <Tool icon={RotateCcw} name={`Replay ${name}`} disabled={busy} onClick={() => void replayCapture(w, id)}>
            Replay
          </Tool>
        ) : (
          <Tool icon={Square} name={`Cancel the replay of ${name}`} onClick={() => void cancelReplay(w)}>
            Cancel
          </Tool>
        )}
        <Tool icon={X} name={`Close ${name}`} disabled={state !== 'idle'} onClick={() => void closeCapture(w, id)} />
      </div>
      <p className="dim">
        {capture.kernel}
        {variant}: {plural(capture.calls, 'call')}, {plural(capture.submits, 'submission')},{' '}
        {plural(capture.buffers, 'buffer')}, compared {capture.compare}
      </p>
      <output
        className={`capture-verdict ${verdict?.ok === true && state === 'idle' ? 'capture-good' : ''}`}
        aria-live="polite"
      >
        {state === 'idle'
          ? verdictText(verdict)
          : `${STATES[state]}${state === 'running' && progress !== undefined ? ` · ${progress}` : ''}`}
      </output>
      {verdict !== undefined && state === 'idle' && verdict.buffers.length > 0 && (
        <Buffers name={name} verdict={verdict} />
      )}
    </li>
  );
}

function verdictText(verdict: CaptureVerdict | undefined): string {
  if (verdict === undefined) return 'not replayed yet';
  if (verdict.cancelled) return 'given up';
  const time = timeText(verdict.virtualNs);
  if (verdict.fault !== undefined) return `✗ failed: ${verdict.fault}`;
  return verdict.ok
    ? `✓ agrees (${verdict.compare}), ${plural(verdict.submits, 'submission')}, at ${time}`
    : `✗ differs: ${plural(verdict.differing, 'word')}, at ${time}`;
}

function Buffers({ name, verdict }: { readonly name: string; readonly verdict: CaptureVerdict }) {
  return (
    <table className="capture-buffers" aria-label={`Buffers of ${name}`}>
      <thead>
        <tr>
          <th scope="col">Buffer</th>
          <th scope="col">Verdict</th>
          <th scope="col">First at</th>
          <th scope="col">Got</th>
          <th scope="col">Wanted</th>
        </tr>
      </thead>
      <tbody>
        {verdict.buffers.map((b) => (
          <tr key={b.name}>
            <th scope="row" title={`${hexGroups(b.va, 48)}, ${countText(b.size)} bytes`}>
              {b.name}
            </th>
            <td className={b.differing > 0 ? 'capture-bad' : undefined}>
              {b.differing > 0 ? `✗ ${plural(b.differing, 'word')}` : b.compared ? '✓ agrees' : 'not compared'}
            </td>
            <td className="mono">{b.first === undefined ? '' : hex(b.first.offset)}</td>
            <td className="mono">{b.first === undefined ? '' : hexGroups(b.first.got, 32)}</td>
            <td className="mono">{b.first === undefined ? '' : hexGroups(b.first.want, 32)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
