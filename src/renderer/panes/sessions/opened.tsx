/** The opened session in short: what it holds, and the way back to the live one. */
import { Facts } from '../../components/facts.tsx';
import { useAsk } from '../../engine/context.tsx';
import { countText } from '../../lib/format.ts';
import { useUi } from '../../state/ui.ts';
import { useWorkspace } from '../../workspace.ts';

export function Opened({ session }: { readonly session: string }) {
  const w = useWorkspace();
  const name = useUi((s) => s.sessionName);
  const viewSession = useUi((s) => s.viewSession);
  const { data, error } = useAsk('session.open', { id: session });
  const close = async () => {
    viewSession('live', undefined);
    await w.act(w.client.call('session.close', { session }));
  };
  const counts = Object.entries(data?.counts ?? {}).filter(([, n]) => n > 0);
  return (
    <div className="opened" role="group" aria-label="Opened session">
      <p>
        The log panes show <strong>{name ?? session}</strong>, read only.
      </p>
      <Facts
        label="Contents"
        facts={[
          ...Object.entries(data?.info ?? {}),
          ...counts.map(([view, n]) => [view, countText(n), 'mono'] as const),
        ]}
      />
      {data?.problems.map((p) => (
        <p key={p} className="state-fault">
          {p}
        </p>
      ))}
      {error !== undefined && <p className="dim">{error}</p>}
      <button type="button" className="button" onClick={() => void close()}>
        Back to the live session
      </button>
    </div>
  );
}
