/** A fault told in words: what happened, where, what it touched, and the frame that was stacked. */
import { usePoll } from '../../engine/context.tsx';
import { hexGroups } from '../../lib/format.ts';
import { showAddress } from './actions.ts';

export function Fault() {
  const { data: story } = usePoll('debug.fault', {});
  if (story === undefined) return undefined;
  return (
    <section className="mcu-fault" aria-label="Fault">
      <h3 className={story.faulted ? 'problem' : undefined}>{story.title}</h3>
      {story.words.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {story.pc !== undefined && (
        <button type="button" className="button" onClick={() => showAddress(story.pc ?? 0)}>
          Show the instruction
        </button>
      )}
      {story.bits.length > 0 && (
        <table aria-label="Fault status bits">
          <tbody>
            {story.bits.map((b) => (
              <tr key={b.name}>
                <th scope="row" className="mono">
                  {b.name}
                </th>
                <td>{b.meaning}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {story.frame !== undefined && (
        <table aria-label="Stacked frame">
          <caption>Stacked frame at {hexGroups(story.frame.at, 32)}</caption>
          <tbody>
            {Object.entries(story.frame.registers).map(([name, value]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="mono">{hexGroups(value, 32)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
