/** What is wrong with the text, as a list that leads to the places. */
import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { plural } from '../../lib/format.ts';
import type { StreamEditor } from './editor.ts';

const ICONS = { error: CircleAlert, warning: TriangleAlert, info: Info } as const;
/** Problems listed; the editor marks them all. */
const SHOWN = 50;

export function Problems({ editor }: { readonly editor: StreamEditor }) {
  const problems = useSyncExternalStore(editor.subscribe, editor.problems);
  const errors = problems.filter((p) => p.severity === 'error').length;
  return (
    <div className="stream-problems">
      <p role="status" className="dim">
        {problems.length === 0 ? 'No problems.' : `${plural(problems.length, 'problem')}, ${plural(errors, 'error')}`}
      </p>
      {problems.length > 0 && (
        <ul aria-label="Problems">
          {problems.slice(0, SHOWN).map((p) => {
            const Glyph = ICONS[p.severity];
            return (
              <li key={`${p.line}:${p.column}:${p.rule}`}>
                <button type="button" className={`problem problem-${p.severity}`} onClick={() => editor.goTo(p)}>
                  <Glyph size={14} aria-label={p.severity} />
                  <span className="mono">
                    {p.line}:{p.column}
                  </span>
                  <span>{p.rule}</span>
                  <span className="dim">{p.remedy}</span>
                </button>
                {p.fix !== undefined && (
                  <button type="button" className="button button-small" onClick={() => editor.fix(p)}>
                    {p.fix.title}
                  </button>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
