/**
 * Breakpoints and watchpoints: where, on what condition, after how many hits, or only to log. Each says whether it is
 * bound, pending or refused, and why; the form adds one or changes the one that is being edited.
 */
import { Pencil, Trash2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { BreakpointState } from '../../../protocol/debug.ts';
import { expressionProblem } from '../../../protocol/debug-expression.ts';
import { Tool } from '../../shell/tool.tsx';
import { useAct, useClient, usePoll } from '../../engine/context.tsx';
import { hex, plural } from '../../lib/format.ts';
import { showAddress } from './actions.ts';
import { draftOf, EMPTY, readDraft, type Draft, type Kind } from './draft.ts';

const KINDS = [
  { kind: 'execute', title: 'Execute', where: 'address, function, or file.c:line' },
  { kind: 'write', title: 'Write', where: 'address, variable, or register' },
  { kind: 'read', title: 'Read', where: 'address, variable, or register' },
  { kind: 'access', title: 'Read or write', where: 'address, variable, or register' },
  { kind: 'exception', title: 'Exception', where: 'number, 0 for any' },
  { kind: 'mmu', title: 'MMU fault', where: 'address space plus 1, 0 for any' },
] as const;

export function Breakpoints() {
  const client = useClient();
  const act = useAct();
  const { data: points } = usePoll('debug.breakpoints', {});
  const { data: symbols } = usePoll('debug.symbols', {});
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const [editing, setEditing] = useState<number>();
  const [more, setMore] = useState(false);
  const { data: named } = usePoll('debug.findSymbols', { text: draft.where.trim().slice(0, 200), limit: 20 });
  const addressOf = (name: string): number | undefined => named?.find((s) => s.name === name)?.address;
  const result = readDraft(draft, symbols?.files ?? [], addressOf);
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const done = () => {
    setDraft(EMPTY);
    setEditing(undefined);
    setMore(false);
  };
  const submit = () => {
    if (typeof result === 'string') return;
    const id = editing;
    void act(
      client
        .call('debug.attach', { on: true })
        .then(() =>
          id === undefined
            ? client.call('debug.break', result)
            : client.call('debug.change', { id, breakpoint: result }),
        ),
    );
    done();
  };
  const watches = draft.kind === 'read' || draft.kind === 'write' || draft.kind === 'access';
  return (
    <div className="mcu-points">
      <form
        aria-label={editing === undefined ? 'New breakpoint' : `Breakpoint ${editing}`}
        onSubmit={(e) => {
          e.preventDefault();
          submit();
        }}
        onKeyDown={(e) => e.key === 'Escape' && done()}
      >
        <div className="mcu-form-row">
          <select aria-label="Stops on" value={draft.kind} onChange={(e) => change({ kind: e.target.value as Kind })}>
            {KINDS.map((k) => (
              <option key={k.kind} value={k.kind}>
                {k.title}
              </option>
            ))}
          </select>
          <input
            aria-label="Where"
            className="mono"
            placeholder={KINDS.find((k) => k.kind === draft.kind)?.where}
            list="mcu-point-names"
            value={draft.where}
            spellCheck={false}
            onChange={(e) => change({ where: e.target.value })}
          />
          <datalist id="mcu-point-names">
            {draft.where.length > 1 && named?.map((s) => <option key={`${s.name} ${s.address}`} value={s.name} />)}
          </datalist>
          <button
            type="submit"
            className="button"
            disabled={typeof result === 'string'}
            title={typeof result === 'string' ? result : undefined}
          >
            {editing === undefined ? 'Add' : 'Change'}
          </button>
          <button type="button" className="button" aria-expanded={more} onClick={() => setMore(!more)}>
            Conditions
          </button>
        </div>
        {more && (
          <div className="mcu-form-more">
            {watches && (
              <>
                <Field label="Bytes" value={draft.size} onChange={(size) => change({ size })} />
                <Field label="Only this value" value={draft.value} hint="any" onChange={(value) => change({ value })} />
              </>
            )}
            <Field
              label="Condition"
              value={draft.condition}
              hint="r0 == 3 && [sp + 4] != 0"
              bad={draft.condition !== '' && expressionProblem(draft.condition) !== undefined}
              onChange={(condition) => change({ condition })}
            />
            <Field label="Hits passed over" value={draft.ignore} hint="0" onChange={(ignore) => change({ ignore })} />
            <Field
              label="Log instead of stopping"
              value={draft.log}
              hint="request {r0} of group {r4}"
              onChange={(log) => change({ log })}
            />
          </div>
        )}
      </form>
      <ul aria-label="Breakpoints">
        {points?.map((p) => (
          <Point
            key={p.id}
            point={p}
            onEdit={() => {
              setEditing(p.id);
              setDraft(draftOf(p));
              setMore(true);
            }}
          />
        ))}
      </ul>
      {points?.length === 0 && (
        <p className="quiet">None yet: double-click an instruction or a line, press F9 on it, or say where above.</p>
      )}
    </div>
  );
}

function Field(props: {
  readonly label: string;
  readonly value: string;
  readonly hint?: string;
  readonly bad?: boolean;
  readonly onChange: (value: string) => void;
}) {
  return (
    <label>
      <span>{props.label}</span>
      <input
        className={props.bad === true ? 'mono filter-bad' : 'mono'}
        aria-invalid={props.bad === true}
        value={props.value}
        placeholder={props.hint}
        spellCheck={false}
        onChange={(e) => props.onChange(e.target.value)}
      />
    </label>
  );
}

const STATUS = { bound: '● bound', pending: '◐ pending', refused: '✕ refused', off: '○ off' } as const;

function Point({ point: p, onEdit }: { readonly point: BreakpointState; readonly onEdit: () => void }): ReactNode {
  const client = useClient();
  const act = useAct();
  const { breakpoint: b, addresses } = p;
  const [address] = addresses;
  const title = KINDS.find((k) => k.kind === b.kind)?.title ?? b.kind;
  const where = p.place === '' ? hex(address ?? b.address ?? 0, 8) : p.place;
  const name = `${title} ${where}`;
  const details = [
    b.condition === undefined ? '' : `if ${b.condition}`,
    b.value === undefined ? '' : `value ${hex(b.value)}`,
    b.ignore === 0 ? '' : `after ${plural(b.ignore, 'hit')}`,
    b.log === undefined ? '' : `logs “${b.log}”`,
    b.by === 'gdb' ? 'set by GDB' : '',
  ].filter((d) => d !== '');
  return (
    <li>
      <input
        type="checkbox"
        aria-label={`${name} is on`}
        checked={b.enabled}
        onChange={(e) =>
          void act(client.call('debug.change', { id: p.id, breakpoint: { ...b, enabled: e.target.checked } }))
        }
      />
      <span>{title}</span>
      {address === undefined || b.kind !== 'execute' ? (
        <span className="mono">{where}</span>
      ) : (
        <button type="button" className="link mono" onClick={() => showAddress(address)}>
          {where}
        </button>
      )}
      <span className={`mcu-status-${p.status}`}>{STATUS[p.status]}</span>
      <span className="quiet">{plural(p.hits, 'hit')}</span>
      {details.length > 0 && <span className="quiet">{details.join(', ')}</span>}
      {p.reason !== undefined && p.status !== 'off' && <span className="mcu-reason">{p.reason}</span>}
      <span className="spring" />
      <Tool icon={Pencil} name={`Change ${name}`} onClick={onEdit} />
      <Tool
        icon={Trash2}
        name={`Remove breakpoint ${name}`}
        onClick={() => void act(client.call('debug.unbreak', { id: p.id }))}
      />
    </li>
  );
}
