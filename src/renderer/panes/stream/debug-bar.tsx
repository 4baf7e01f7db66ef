/** The bar of the debugger: run control, where the stream stands, and what a fault means. */
import {
  ArrowDownToDot,
  ArrowUpFromDot,
  Bug,
  CircleDot,
  Pause,
  Redo2,
  Rewind,
  RotateCcw,
  Square,
  StepBack,
} from 'lucide-react';
import { CommandTool } from '../../shell/command-tool.tsx';
import { debuggingOf } from './debug.ts';
import { standingWords, useStreamDebug } from './debug-state.ts';
import { useDocuments } from './documents.ts';
import { faultWords } from './fault-words.ts';
import { useWorkspace } from '../../workspace.ts';

export function DebugBar() {
  const w = useWorkspace();
  const now = useStreamDebug();
  const { debugged, running, stop } = now;
  const stale = useStale();
  return (
    <>
      <div className="pane-bar" role="toolbar" aria-label="Stream debugger">
        <CommandTool id="stream.debug" icon={Bug}>
          {debugged === undefined || now.finished ? 'Debug' : 'Continue'}
        </CommandTool>
        {debugged !== undefined && (
          <>
            <CommandTool id="stream.debugPause" icon={Pause} />
            <CommandTool id="stream.step" icon={ArrowDownToDot} />
            <CommandTool id="stream.stepOver" icon={Redo2} />
            <CommandTool id="stream.stepOut" icon={ArrowUpFromDot} />
            <CommandTool id="stream.stepBack" icon={StepBack} />
            <CommandTool id="stream.runBack" icon={Rewind} />
            <CommandTool id="stream.debugAgain" icon={RotateCcw} />
            <CommandTool id="stream.debugEnd" icon={Square} />
          </>
        )}
        <CommandTool id="stream.breakpoint" icon={CircleDot} />
        <output className="stream-standing" aria-label="Where the stream stands">
          {standingWords(now)}
        </output>
        {stale && !running && (
          <button
            type="button"
            className="button button-small"
            title="The text was edited since the stream began"
            onClick={() => void debuggingOf(w).restart()}
          >
            Debug the edited text
          </button>
        )}
      </div>
      {!running && stop?.reason === 'fault' && stop.detail !== undefined && <FaultNote detail={stop.detail} />}
    </>
  );
}

/** The text of the stream has been edited since it began. */
function useStale(): boolean {
  const debugged = useStreamDebug((s) => s.debugged);
  const text = useDocuments((s) => s.list.find((d) => d.id === debugged?.document)?.text);
  return debugged !== undefined && text !== undefined && text !== debugged.text;
}

function FaultNote({ detail }: { readonly detail: string }) {
  return (
    <div className="stream-fault" role="alert">
      <p className="mono state-fault">{detail}</p>
      {faultWords(detail).map((words) => (
        <p key={words}>{words}</p>
      ))}
    </div>
  );
}
