/** The opened session in short: what it holds, and the way back to the live one. */
import { Facts } from '../../components/facts.tsx';
import { goToPlace } from '../../engine/sessions.ts';
import { countText, timeText } from '../../lib/format.ts';
import { useUi, type OpenedSession } from '../../state/ui.ts';
import { useWorkspace } from '../../workspace.ts';

export function Opened({ opened }: { readonly opened: OpenedSession }) {
  const w = useWorkspace();
  const viewSession = useUi((s) => s.viewSession);
  const close = async () => {
    viewSession(undefined);
    await w.act(w.client.call('session.close', { session: opened.session }));
  };
  const counts = Object.entries(opened.counts).filter(([, n]) => n > 0);
  return (
    <div className="opened" role="group" aria-label="Opened session">
      <p>
        The log panes show <strong>{opened.name}</strong>, read only.
      </p>
      <Facts
        label="Contents"
        facts={[...Object.entries(opened.info), ...counts.map(([view, n]) => [view, countText(n), 'mono'] as const)]}
      />
      {opened.opensAt !== undefined && (
        <p>
          {opened.opensAt.marker ? 'Marked' : 'What matters'}: {opened.opensAt.text} at{' '}
          {timeText(opened.opensAt.timeNs)}{' '}
          <button type="button" className="button" onClick={() => goToPlace(w, opened.opensAt)}>
            Show
          </button>
        </p>
      )}
      {opened.problems.map((p) => (
        <p key={p} className="state-fault">
          {p}
        </p>
      ))}
      <button type="button" className="button" onClick={() => void close()}>
        Back to the live session
      </button>
    </div>
  );
}
