/** Core registers, edited in place, and the words on the stack. */
import { Hex } from '../../components/hex.tsx';
import { ValueInput } from '../../components/value-input.tsx';
import { useState } from 'react';
import { MCU_REGISTERS } from '../../../protocol/debug.ts';
import { useAct, useClient, usePoll } from '../../engine/context.tsx';
import { hex, hexGroups } from '../../lib/format.ts';

const SP = MCU_REGISTERS.indexOf('sp');
/** Words of the stack shown. */
const STACK_WORDS = 16;

export function Registers() {
  const client = useClient();
  const act = useAct();
  const { data: values } = usePoll('debug.registers', {});
  const [editing, setEditing] = useState<number>();
  const sp = values?.[SP] ?? 0;
  const { data: stack } = usePoll(
    'debug.read',
    values === undefined ? undefined : { address: sp, length: STACK_WORDS * 4 },
  );
  return (
    <div className="mcu-registers">
      <table aria-label="Core registers">
        <tbody>
          {MCU_REGISTERS.map((name, i) => (
            <tr key={name} onDoubleClick={() => setEditing(i)}>
              <th scope="row">{name}</th>
              <td>
                {editing === i ? (
                  <ValueInput
                    label={`Value of ${name}`}
                    value={BigInt(values?.[i] ?? 0)}
                    context={{ bits: 32 }}
                    onCommit={(value) => {
                      setEditing(undefined);
                      void act(client.call('debug.setRegister', { name, value: Number(value) }));
                    }}
                    onCancel={() => setEditing(undefined)}
                  />
                ) : (
                  <button
                    type="button"
                    className="mcu-value"
                    aria-label={`Edit ${name}, ${hexGroups(values?.[i] ?? 0, 32)}`}
                    onClick={(e) => e.detail === 0 && setEditing(i)}
                    onKeyDown={(e) => e.key === 'F2' && setEditing(i)}
                  >
                    <Hex value={values?.[i] ?? 0} bits={32} mark />
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <table aria-label="Stack">
        <caption>Stack at {hex(sp, 8)}</caption>
        <tbody>
          {words(stack).map((word, i) => (
            <tr key={sp + i * 4}>
              <th scope="row">+{i * 4}</th>
              <td className="mono">{hexGroups(word, 32)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function words(bytes: Uint8Array | undefined): number[] {
  if (bytes === undefined) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(i * 4, true));
}
