/**
 * The call stack: functions, inlined ones in between, interrupted code below handlers; each leads to its place, and
 * to its variables below.
 */
import { usePoll } from '../../engine/context.tsx';
import { hex, hexGroups } from '../../lib/format.ts';
import { showAddress, useMcu } from './actions.ts';
import { Variables } from './variables.tsx';

const FOUND: Readonly<Record<string, string>> = {
  registers: 'where the MCU stands',
  rules: 'found by the unwind rules of the symbol file',
  prologue: 'found by reading the beginning of the function',
  'link register': 'found by the link register',
  'stack words': 'found among the words of the stack: it may be wrong',
  exception: 'interrupted by the exception above',
};

export function CallStack() {
  const { data: frames } = usePoll('debug.callStack', {});
  const { data: symbols } = usePoll('debug.symbols', {});
  const shown = useMcu((s) => s.frame);
  const show = (frame: number, pc: number) => {
    showAddress(pc);
    useMcu.setState({ frame });
  };
  return (
    <div className="mcu-frames">
      <ol className="mcu-stack" aria-label="Call stack">
        {frames?.map((f, k) => {
          const { place } = f;
          const file = place?.file === undefined ? undefined : symbols?.files[place.file];
          const name = place === undefined || place.name === '' ? hex(f.pc, 8) : place.name;
          return (
            // Frames have no identity but their place in the stack.
            <li key={`${k} ${f.pc}`}>
              {f.exception !== undefined && <p className="mcu-exception">{`${f.exception} interrupted`}</p>}
              <button
                type="button"
                className="mcu-frame"
                aria-current={k === shown}
                title={FOUND[f.by]}
                onClick={() => show(k, f.pc)}
              >
                <span className="mono">{[name, ...(place?.inlined ?? [])].join(' › ')}</span>
                <span className="quiet mono">{hexGroups(f.pc, 32)}</span>
                {file !== undefined && place?.line !== undefined && (
                  <span className="quiet">{`${file.name}:${place.line}`}</span>
                )}
                {f.by === 'stack words' && <span className="quiet">guessed</span>}
              </button>
            </li>
          );
        })}
      </ol>
      <Variables />
    </div>
  );
}
