/** Notes at instants of the session: added now, changed in place, gone to, taken away. */
import { CornerUpLeft, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Marker } from '../../../protocol/history.ts';
import { timeText } from '../../lib/format.ts';
import { Tool } from '../../shell/tool.tsx';
import { useWorkspace } from '../../workspace.ts';

export interface NotesProps {
  readonly notes: readonly Marker[];
  readonly onGo: (timeNs: number) => void;
}

export function Notes({ notes, onGo }: NotesProps) {
  const w = useWorkspace();
  const [text, setText] = useState('');
  const edit = (id: number, words: string) => void w.act(w.client.call('marker.edit', { id, text: words }));
  return (
    <section className="history-notes" aria-label="Notes">
      <form
        className="pane-bar"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() === '') return;
          void w.act(w.client.call('note.add', { text: text.trim() }));
          setText('');
        }}
      >
        <input
          type="text"
          aria-label="Note at the present instant"
          placeholder="Note at the present instant"
          className="history-text"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="button" disabled={text.trim() === ''}>
          Add
        </button>
      </form>
      <ul className="plain-list" aria-label="Notes of this session">
        {notes.map((n) => (
          <li key={n.id}>
            <Tool icon={CornerUpLeft} name={`Go to ${timeText(n.timeNs)}`} onClick={() => onGo(n.timeNs)} />
            <span className="mono dim">{timeText(n.timeNs)}</span>
            <input
              key={n.text}
              type="text"
              aria-label={`Text of the note at ${timeText(n.timeNs)}`}
              className="history-text"
              defaultValue={n.text}
              onBlur={(event) => {
                if (event.target.value !== n.text) edit(n.id, event.target.value);
              }}
              onKeyDown={(event) => {
                if (event.key === 'Enter') event.currentTarget.blur();
              }}
            />
            <Tool icon={Trash2} name={`Remove the note at ${timeText(n.timeNs)}`} onClick={() => edit(n.id, '')} />
          </li>
        ))}
      </ul>
      {notes.length === 0 && <p className="dim history-none">No notes yet.</p>}
    </section>
  );
}
