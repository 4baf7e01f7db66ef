/** Breakpoints and watchpoints: added by address, shown with their hits, removed with Delete. */
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Tool } from '../../shell/tool.tsx';
import { useAct, useClient, usePoll } from '../../engine/context.tsx';
import { hex } from '../../lib/format.ts';
import { parseValue } from '../../lib/value-text.ts';

const KINDS = [
  { kind: 'execute', title: 'Execute' },
  { kind: 'write', title: 'Write' },
  { kind: 'read', title: 'Read' },
  { kind: 'access', title: 'Read or write' },
  { kind: 'exception', title: 'Exception number' },
] as const;
type Kind = (typeof KINDS)[number]['kind'];

export function Breakpoints() {
  const client = useClient();
  const act = useAct();
  const { data: points } = usePoll('debug.breakpoints', {});
  const [kind, setKind] = useState<Kind>('execute');
  const [text, setText] = useState('');
  const address = parseValue(text, { bits: 32 });
  const add = () => {
    if (!address.ok) return;
    setText('');
    void act(
      client
        .call('debug.attach', { on: true })
        .then(() => client.call('debug.break', { kind, address: Number(address.value) })),
    );
  };
  return (
    <div className="mcu-points">
      <form
        aria-label="New breakpoint"
        onSubmit={(e) => {
          e.preventDefault();
          add();
        }}
      >
        <select aria-label="Stops on" value={kind} onChange={(e) => setKind(e.target.value as Kind)}>
          {KINDS.map((k) => (
            <option key={k.kind} value={k.kind}>
              {k.title}
            </option>
          ))}
        </select>
        <input
          aria-label="Address"
          className="mono"
          placeholder="0x04003008"
          value={text}
          onChange={(e) => setText(e.target.value)}
        />
        <button type="submit" className="button" disabled={!address.ok}>
          Add
        </button>
      </form>
      <ul aria-label="Breakpoints">
        {points?.map((p) => (
          <li key={p.id}>
            <span className="mono">{hex(p.breakpoint.address, 8)}</span>
            <span>{KINDS.find((k) => k.kind === p.breakpoint.kind)?.title}</span>
            <span className="quiet">{p.refused ?? `bound, ${p.hits} hits`}</span>
            <Tool
              icon={Trash2}
              name={`Remove breakpoint at ${hex(p.breakpoint.address, 8)}`}
              onClick={() => void act(client.call('debug.unbreak', { id: p.id }))}
            />
          </li>
        ))}
      </ul>
      {points?.length === 0 && (
        <p className="quiet">None yet: double-click an instruction, press F9 on it, or type an address.</p>
      )}
    </div>
  );
}
