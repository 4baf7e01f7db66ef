/** Registers the firmware used that the model does not have, each with the rule by which it answers. */
import { useAct, useClient, usePoll } from '../../engine/context.tsx';
import { hex, hexGroups, plural } from '../../lib/format.ts';
import { showAddress } from './actions.ts';

const RULES = [
  { id: 'value', title: 'Value 0', rule: { kind: 'value', value: 0 } },
  { id: 'ones', title: 'Value ffffffff', rule: { kind: 'value', value: 0xffff_ffff } },
  { id: 'echo', title: 'Echo what was written', rule: { kind: 'echo' } },
  { id: 'count', title: 'Count up', rule: { kind: 'count' } },
  { id: 'fault', title: 'BusFault', rule: { kind: 'fault' } },
] as const;

export function Unknown() {
  const client = useClient();
  const act = useAct();
  const { data: met } = usePoll('debug.unknown', {});
  const choose = (address: number | undefined, id: string) => {
    const rule = RULES.find((r) => r.id === id)?.rule;
    if (rule !== undefined) void act(client.call('debug.setUnknownRule', { address, rule }));
  };
  return (
    <div className="mcu-unknown">
      <label>
        All others answer{' '}
        <select
          aria-label="Rule for all unknown registers"
          defaultValue="value"
          onChange={(e) => choose(undefined, e.target.value)}
        >
          {RULES.map((r) => (
            <option key={r.id} value={r.id}>
              {r.title}
            </option>
          ))}
        </select>
      </label>
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
                <select
                  aria-label={`Rule for ${hex(r.address, 8)}`}
                  defaultValue=""
                  onChange={(e) => choose(r.address, e.target.value)}
                >
                  <option value="">as all others</option>
                  {RULES.map((rule) => (
                    <option key={rule.id} value={rule.id}>
                      {rule.title}
                    </option>
                  ))}
                </select>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {met?.length === 0 && <p className="quiet">The firmware has used nothing that the model does not have.</p>}
    </div>
  );
}
