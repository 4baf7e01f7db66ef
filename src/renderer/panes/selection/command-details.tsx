/** A command of a stream: what the language service says about it, and the layout of its word. */
import { hover } from '../../../spec/cs/language.ts';
import { Facts } from '../../components/facts.tsx';
import { hex } from '../../lib/format.ts';

export interface CommandDetailsProps {
  readonly stream: string;
  readonly line: number;
  readonly text: string;
}

/** The emulated GPU is a G610: command streams of architecture 10. */
const ARCH = 10;

export function CommandDetails({ stream, line, text }: CommandDetailsProps) {
  const column = text.length - text.trimStart().length;
  const found = hover(text, 1, column + 1, ARCH);
  return (
    <>
      <p className="mono">{text.trim()}</p>
      <p className="dim">
        {stream}, line {line}
      </p>
      {found === undefined ? (
        <p className="dim">No instruction stands on this line.</p>
      ) : (
        <>
          <p className="mono">{found.title}</p>
          {found.lines.map((l) => (
            <p key={l}>{l}</p>
          ))}
          <Facts
            label="Layout of the word"
            facts={found.layout.map((b) => [
              b.msb === b.lsb ? String(b.lsb) : `${b.msb}:${b.lsb}`,
              b.value === undefined ? b.name : `${b.name} = ${hex(b.value)}`,
              'mono',
            ])}
          />
        </>
      )}
    </>
  );
}
