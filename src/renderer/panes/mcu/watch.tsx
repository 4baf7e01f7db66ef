/** Watched expressions over registers, memory and names, with what they are worth now. */
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Tool } from '../../shell/tool.tsx';
import { Hex } from '../../components/hex.tsx';
import { usePoll } from '../../engine/context.tsx';
import { expressionProblem } from '../../../protocol/debug-expression.ts';
import { useMcu } from './actions.ts';

export function Watch() {
  const watched = useMcu((s) => s.watched);
  const { data: values } = usePoll('debug.evaluate', watched.length === 0 ? undefined : { expressions: [...watched] });
  const [text, setText] = useState('');
  const problem = text === '' ? undefined : expressionProblem(text);
  return (
    <div className="mcu-points">
      <form
        aria-label="New watch"
        onSubmit={(e) => {
          e.preventDefault();
          if (text === '' || problem !== undefined || watched.includes(text)) return;
          useMcu.setState({ watched: [...watched, text] });
          setText('');
        }}
      >
        <input
          aria-label="Expression"
          className={`mono ${text === '' ? '' : problem === undefined ? 'filter-good' : 'filter-bad'}`}
          placeholder="[shared + 0x3008], r0 & 0xff, u8[sp]"
          title={problem}
          value={text}
          spellCheck={false}
          onChange={(e) => setText(e.target.value)}
        />
        <button type="submit" className="button" disabled={text === '' || problem !== undefined}>
          Watch
        </button>
      </form>
      <table aria-label="Watched expressions">
        <tbody>
          {watched.map((expression, k) => {
            const value = values?.[k];
            return (
              <tr key={expression}>
                <th scope="row" className="mono">
                  {expression}
                </th>
                <td>{value?.value !== undefined && <Hex value={value.value} bits={32} mark />}</td>
                <td className="mono quiet">{value?.value}</td>
                <td className="problem">{value?.error}</td>
                <td>
                  <Tool
                    icon={Trash2}
                    name={`Stop watching ${expression}`}
                    onClick={() => useMcu.setState({ watched: watched.filter((x) => x !== expression) })}
                  />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {watched.length === 0 && <p className="quiet">Nothing is watched yet: type an expression.</p>}
    </div>
  );
}
