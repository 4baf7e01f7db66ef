/** Registers the firmware used that the model does not have, each with the rule by which it answers. */
import { useState } from 'react';
import { ValueInput } from '../../components/value-input.tsx';
import { useAct, useClient, usePoll } from '../../engine/context.tsx';
import { hex, hexGroups, plural } from '../../lib/format.ts';
import type { Params } from '../../../protocol/messages.ts';
import { showAddress } from './actions.ts';

type Rule = Params<'debug.setUnknownRule'>['rule'];

const KINDS = [
  { kind: 'value', title: 'A value' },
  { kind: 'echo', title: 'Echo what was written' },
  { kind: 'count', title: 'Count up' },
  { kind: 'fault', title: 'BusFault' },
] as const;

export function Unknown() {
  const client = useClient();
  const act = useAct();
  const { data: met } = usePoll('debug.unknown', {});
  const { data: others } = usePoll('debug.unknownRule', {});
  const choose = (address: number | undefined, rule: Rule) =>
    void act(client.call('debug.setUnknownRule', { address, rule }));
  return (
    <div className="mcu-unknown">
      <div className="mcu-form-row">
        All others answer{' '}
        <RuleChoice
          name="all unknown registers"
          rule={others ?? { kind: 'value', value: 0 }}
          onChange={(rule) => choose(undefined, rule)}
        />
      </div>
      <table aria-label="Unknown registers met">
        <thead>
          <tr>
            <th>Address</th>
            <th>Why</th>
            <th>Last</th>
            <th>From</th>
            <th>Answers</th>
          </tr>
        </thead>
        <tbody>
          {met?.map((r) => (
            <tr key={r.address}>
              <td className="mono">{hexGroups(r.address, 32)}</td>
              <td>{`${r.kind}: ${plural(r.reads, 'read')}, ${plural(r.writes, 'write')}`}</td>
              <td className="mono">{hexGroups(r.lastValue, 32)}</td>
              <td>
                {r.pcs.map((pc) => (
                  <button key={pc} type="button" className="link mono" onClick={() => showAddress(pc)}>
                    {hex(pc, 8)}
                  </button>
                ))}
              </td>
              <td>
                <RuleChoice name={hex(r.address, 8)} rule={r.rule} onChange={(rule) => choose(r.address, rule)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {met?.length === 0 && <p className="quiet">The firmware has used nothing that the model does not have.</p>}
    </div>
  );
}

/** The rule as a choice; a value is typed where it is the rule. */
function RuleChoice(props: {
  readonly name: string;
  /** Undefined: as all others. */
  readonly rule: Rule | undefined;
  readonly onChange: (rule: Rule) => void;
}) {
  const { name, rule, onChange } = props;
  const [editing, setEditing] = useState(false);
  const value = rule?.value ?? 0;
  return (
    <>
      <select
        aria-label={`Rule for ${name}`}
        value={rule?.kind ?? ''}
        onChange={(e) => {
          const kind = KINDS.find((k) => k.kind === e.target.value)?.kind;
          if (kind === 'value') setEditing(true);
          if (kind !== undefined) onChange(kind === 'value' ? { kind, value } : { kind });
        }}
      >
        {rule === undefined && <option value="">as all others</option>}
        {KINDS.map((k) => (
          <option key={k.kind} value={k.kind}>
            {k.title}
          </option>
        ))}
      </select>
      {rule?.kind === 'value' &&
        (editing ? (
          <ValueInput
            label={`Value of ${name}`}
            value={BigInt(value)}
            context={{ bits: 32 }}
            onCommit={(v) => {
              setEditing(false);
              onChange({ kind: 'value', value: Number(v) });
            }}
            onCancel={() => setEditing(false)}
          />
        ) : (
          <button
            type="button"
            className="link mono"
            aria-label={`Change value of ${name}`}
            onClick={() => setEditing(true)}
          >
            {hexGroups(value, 32)}
          </button>
        ))}
    </>
  );
}
