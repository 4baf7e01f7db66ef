/** The console: commands to the bench line by line, with history and completion. */
import { Eraser, Square } from 'lucide-react';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useEngine } from '../../engine/context.tsx';
import { Tool } from '../../shell/tool.tsx';
import { complete, sharedStart } from './complete.ts';
import { clearConsole, runLine, stopLine, useConsole, variables } from './session.ts';
import { isOpen } from './syntax.ts';

/** Words offered in the list. */
const OFFERED = 12;

export default function ConsolePane() {
  const { client, live } = useEngine();
  const { lines, history, busy } = useConsole();
  const [text, setText] = useState('');
  const [at, setAt] = useState<number>();
  const [offer, setOffer] = useState<readonly string[]>([]);
  const output = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (lines.length > 0) output.current?.scrollTo({ top: output.current.scrollHeight });
  }, [lines]);

  const put = (next: string) => {
    setText(next);
    setOffer([]);
  };
  const submit = () => {
    void runLine(client, live, text);
    put('');
    setAt(undefined);
  };
  const recall = (step: number) => {
    const next = (at ?? history.length) + step;
    if (next < 0 || next > history.length) return;
    setAt(next);
    put(history[next] ?? '');
  };
  const finish = (field: HTMLTextAreaElement) => {
    const cursor = field.selectionStart;
    const { from, words } = complete(text, cursor, variables());
    const [only] = words;
    if (only === undefined) return;
    const typed = text.slice(from, cursor);
    const begins = words.filter((w) => w.toLowerCase().startsWith(typed.toLowerCase()));
    const word = words.length === 1 ? `${only} ` : sharedStart(begins.length > 0 ? begins : [typed]);
    setText(text.slice(0, from) + (word.length >= typed.length ? word : typed) + text.slice(cursor));
    setOffer(words.length === 1 ? [] : words.slice(0, OFFERED));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const field = event.currentTarget;
    const single = !text.includes('\n');
    if (event.key === 'Enter' && !event.shiftKey && !isOpen(text)) submit();
    else if (event.key === 'Tab' && !event.shiftKey && text.trim() !== '') finish(field);
    else if (event.key === 'ArrowUp' && single) recall(-1);
    else if (event.key === 'ArrowDown' && single) recall(1);
    else if (event.key === 'Escape' && busy) stopLine();
    else if (event.key === 'Escape' && text !== '') put('');
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <div className="console-output mono" ref={output} role="log" aria-label="Console output" tabIndex={0}>
        {lines.length === 0 && <p className="dim">help lists the commands. Tab completes, arrows recall.</p>}
        {lines.map((line) => (
          <div key={line.id} className={`console-${line.kind}`}>
            {line.kind === 'in' ? `> ${line.text}` : line.text}
          </div>
        ))}
      </div>
      {offer.length > 0 && (
        <p className="console-offer mono" role="status" aria-label="Completions">
          {offer.join('  ')}
        </p>
      )}
      <div className="console-line">
        <span className="mono" aria-hidden>
          &gt;
        </span>
        <textarea
          className="mono"
          aria-label="Console command"
          aria-keyshortcuts="Enter Tab ArrowUp ArrowDown Escape"
          data-autofocus
          rows={text.split('\n').length}
          spellCheck={false}
          autoCapitalize="off"
          value={text}
          placeholder="peek GPU_ID"
          onChange={(e) => put(e.target.value)}
          onKeyDown={onKeyDown}
        />
        <Tool icon={Square} name="Stop the program" keys="Esc" disabled={!busy} onClick={stopLine} />
        <Tool icon={Eraser} name="Clear the console" onClick={clearConsole} />
      </div>
    </>
  );
}
