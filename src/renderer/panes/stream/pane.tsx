/** Command streams: texts in an editor, their words, the run, and what came of it. */
import { Binary, FilePlus, FolderOpen, Play, Save, Square, WandSparkles, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useAsk, useStatus } from '../../engine/context.tsx';
import { messageOf } from '../../lib/errors.ts';
import { plural, timeText } from '../../lib/format.ts';
import { CommandTool } from '../../shell/command-tool.tsx';
import { Tool } from '../../shell/tool.tsx';
import { useUi } from '../../state/ui.ts';
import { useWorkspace } from '../../workspace.ts';
import { DebugBar } from './debug-bar.tsx';
import { DebugPanel } from './debug-panel.tsx';
import { debuggingOf } from './debug.ts';
import { useStreamDebug } from './debug-state.ts';
import { activeDocument, closeDocument, openExample, useDocuments } from './documents.ts';
import { StreamEditor } from './editor.ts';
import { loadMonaco } from './monaco.ts';
import { Problems } from './problems.tsx';
import { Results } from './results.tsx';
import { cancelRun, useStreamRun } from './run.ts';
import { Words } from './words-panel.tsx';

export default function StreamPane() {
  const host = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState<string>();
  const editor = useEditor(host, setFailed);
  const [words, setWords] = useState(false);
  const debugged = useStreamDebug((s) => s.debugged !== undefined);
  return (
    <>
      <Bar editor={editor} words={words} onWords={() => setWords(!words)} />
      <DebugBar />
      <Documents />
      <div className="stream-body">
        <div className="stream-split">
          <div className="stream-editor mono" ref={host}>
            {failed !== undefined && <p role="alert">The editor could not be loaded: {failed}</p>}
          </div>
          {words && <Words />}
          {debugged && <DebugPanel editor={editor} />}
        </div>
      </div>
      {editor !== undefined && <Problems editor={editor} />}
      <Results />
    </>
  );
}

/** Size of code, as `.mono` in styles/base.css. */
const FONT_PX = 12;

/** Loads Monaco into an element and keeps it on the active document. */
function useEditor(
  host: React.RefObject<HTMLDivElement | null>,
  onFailed: (reason: string) => void,
): StreamEditor | undefined {
  const w = useWorkspace();
  const [editor, setEditor] = useState<StreamEditor>();
  const document = useDocuments(activeDocument);
  const list = useDocuments((s) => s.list);
  const theme = useUi((s) => s.preferences.theme);
  const zoom = useUi((s) => s.preferences.zoom);
  useEffect(() => {
    let made: StreamEditor | undefined;
    let gone = false;
    const debugging = debuggingOf(w);
    const actions = {
      run: () => void w.commands.run('stream.run'),
      save: () => void w.commands.run('stream.save'),
      pointsChanged: () => void debugging.syncBreakpoints(),
    };
    loadMonaco().then(
      (monaco) => {
        if (gone || host.current === null) return;
        made = new StreamEditor(monaco, host.current, actions);
        debugging.editor = made;
        setEditor(made);
      },
      (error: unknown) => onFailed(messageOf(error)),
    );
    return () => {
      gone = true;
      if (debugging.editor === made) debugging.editor = undefined;
      made?.dispose();
    };
  }, [w, host, onFailed]);
  useEffect(() => {
    if (document !== undefined) editor?.show(document);
    editor?.keepOnly(new Set(list.map((d) => d.id)));
  }, [editor, document, list]);
  useEffect(() => {
    // After the tokens of this theme are in force.
    const frame = requestAnimationFrame(() => editor?.restyle(theme, FONT_PX * zoom));
    return () => cancelAnimationFrame(frame);
  }, [editor, theme, zoom]);
  return editor;
}

interface BarProps {
  readonly editor: StreamEditor | undefined;
  readonly words: boolean;
  readonly onWords: () => void;
}

function Bar({ editor, words, onWords }: BarProps) {
  const w = useWorkspace();
  const { busy, queue, limitMs } = useStreamRun();
  const status = useStatus();
  // Whether a run is possible depends on it.
  useStreamDebug((s) => s.finished);
  const examples = (useAsk('example.list', {}).data ?? []).filter((e) => e.kind === 'stream');
  return (
    <div className="pane-bar">
      <CommandTool id="stream.run" icon={Play}>
        Run
      </CommandTool>
      <Tool icon={Square} name="Cancel the run" disabled={!busy} onClick={() => cancelRun(w)} />
      <label className="stream-field">
        Queue
        <select value={queue} onChange={(e) => useStreamRun.setState({ queue: Number(e.target.value) })}>
          {Array.from({ length: QUEUES }, (_, i) => (
            <option key={i}>{i}</option>
          ))}
        </select>
      </label>
      <label className="stream-field">
        Limit
        <input
          type="number"
          min={1}
          max={3_600_000}
          value={limitMs}
          aria-label="Virtual time limit in ms"
          onChange={(e) => useStreamRun.setState({ limitMs: Math.max(1, Number(e.target.value)) })}
        />
        ms
      </label>
      <span className="bar-line" />
      <CommandTool id="stream.new" icon={FilePlus} />
      <CommandTool id="stream.open" icon={FolderOpen} />
      <CommandTool id="stream.save" icon={Save} />
      <Tool icon={WandSparkles} name="Format the text" keys="Shift+Alt+F" onClick={() => editor?.format()} />
      <Tool icon={Binary} name="Words" pressed={words} onClick={onWords} />
      <select
        aria-label="Examples"
        value=""
        onChange={(e) => {
          if (e.target.value !== '') void openExample(w, e.target.value);
        }}
      >
        <option value="">Examples…</option>
        {examples.map((e) => (
          <option key={e.name} value={e.name}>
            {e.name}
          </option>
        ))}
      </select>
      <span className="spring" />
      <span role="status" className="dim">
        {busy ? `running, ${timeText(status?.timeNs ?? 0)}` : ''}
      </span>
    </div>
  );
}

/** Queues of a group on this GPU that a run may use (CSIF: eight streams a group). */
const QUEUES = 8;

function Documents() {
  const list = useDocuments((s) => s.list);
  const active = useDocuments((s) => activeDocument(s)?.id);
  return (
    <div className="stream-tabs" role="group" aria-label={plural(list.length, 'open stream')}>
      {list.map((d) => (
        <span key={d.id} className="stream-tab" data-active={d.id === active}>
          <button
            type="button"
            className="tool"
            aria-pressed={d.id === active}
            onClick={() => useDocuments.setState({ active: d.id })}
          >
            {d.name}
          </button>
          <Tool icon={X} name={`Close ${d.name}`} onClick={() => closeDocument(d.id)} />
        </span>
      ))}
    </div>
  );
}
