/** Messages that stay until they are read, and the banner of a lost engine with the ways on. */
import { Copy, X } from 'lucide-react';
import { useAsk } from '../engine/context.tsx';
import type { Message } from '../state/ui.ts';
import { useUi } from '../state/ui.ts';
import { useWorkspace } from '../workspace.ts';
import { Tool } from './tool.tsx';

export function Banners({ lost }: { readonly lost: string | undefined }) {
  const messages = useUi((s) => s.messages);
  return (
    <div className="banners">
      {lost !== undefined && <LostBanner reason={lost} />}
      {messages.map((m) => (
        <MessageBanner key={m.id} message={m} />
      ))}
    </div>
  );
}

function MessageBanner({ message }: { readonly message: Message }) {
  const dismiss = useUi((s) => s.dismiss);
  return (
    <div className={`banner banner-${message.level}`} role={message.level === 'error' ? 'alert' : 'status'}>
      <strong>{message.level === 'error' ? 'Error' : message.level === 'warning' ? 'Warning' : 'Note'}</strong>
      <span className="banner-text">{message.text}</span>
      <Tool icon={Copy} name="Copy the message" onClick={() => void navigator.clipboard.writeText(message.text)} />
      <Tool icon={X} name="Dismiss the message" onClick={() => dismiss(message.id)} />
    </div>
  );
}

function LostBanner({ reason }: { readonly reason: string }) {
  const { commands, layout } = useWorkspace();
  // Its session can still be asked; where that fails the host itself is gone.
  const newest = useAsk('log.query', { view: 'snapshot', order: 'desc', limit: 1 });
  const row = newest.data?.rows[0];
  const label = row?.[newest.data?.columns.indexOf('label') ?? -1];
  const connected = newest.error === undefined;
  return (
    <div className="banner banner-error" role="alert">
      <strong>The bench stopped</strong>
      <span className="banner-text">{reason.replace(/\.$/, '')}. Its session is kept.</span>
      {connected ? (
        <>
          <button type="button" className="button button-primary" onClick={() => commands.run('bench.recover')}>
            {label === undefined ? 'Go back to before its last input' : `Go back to its last snapshot: ${label}`}
          </button>
          <button type="button" className="button" onClick={() => layout.show('sessions')}>
            Show its session
          </button>
          <button type="button" className="button" onClick={() => commands.run('bench.new')}>
            New bench
          </button>
        </>
      ) : (
        <button type="button" className="button" onClick={() => location.reload()}>
          Connect again
        </button>
      )}
    </div>
  );
}
