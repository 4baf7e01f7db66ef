/** The MCU pane: run control above, the code beside registers and lists. Values are asked of the engine, never kept. */
import {
  ArrowDownToDot,
  ArrowLeft,
  ArrowRightToLine,
  ArrowUpFromDot,
  ChevronsDown,
  CircleDot,
  Locate,
  Pause,
  Play,
  Redo,
  Rewind,
  Undo,
} from 'lucide-react';
import { useState } from 'react';
import { PowerNotice } from '../../components/power-notice.tsx';
import { Empty } from '../../components/empty.tsx';
import { usePoll, useStatus } from '../../engine/context.tsx';
import { countText, hex } from '../../lib/format.ts';
import { useWorkspace } from '../../workspace.ts';
import { Tool } from '../../shell/tool.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { mcuActions, useMcu, type CodeView, type McuTab } from './actions.ts';
import { Breakpoints } from './breakpoints.tsx';
import { CallStack } from './call-stack.tsx';
import { Fault } from './fault.tsx';
import { Listing } from './listing.tsx';
import { Recording } from './recording.tsx';
import { Registers } from './registers.tsx';
import { Source } from './source.tsx';
import { Symbols } from './symbols.tsx';
import { System } from './system.tsx';
import { Unknown } from './unknown.tsx';
import { Watch } from './watch.tsx';

const TABS: readonly { readonly id: McuTab; readonly title: string }[] = [
  { id: 'registers', title: 'Registers' },
  { id: 'stack', title: 'Call stack' },
  { id: 'watch', title: 'Watch' },
  { id: 'breakpoints', title: 'Breakpoints' },
  { id: 'system', title: 'NVIC and MPU' },
  { id: 'fault', title: 'Fault' },
  { id: 'recording', title: 'Profile' },
  { id: 'symbols', title: 'Symbols' },
  { id: 'unknown', title: 'Unknown registers' },
];
const VIEWS: readonly { readonly id: CodeView; readonly title: string }[] = [
  { id: 'disassembly', title: 'Disassembly' },
  { id: 'source', title: 'Source' },
];

export default function McuPane() {
  const status = useStatus();
  if (status === undefined || !status.powered) {
    return <Empty command="bench.boot">There is no machine yet. Boot the demo to see its MCU run.</Empty>;
  }
  return <Powered running={status.running && !status.idle} />;
}

function Powered({ running }: { readonly running: boolean }) {
  const w = useWorkspace();
  const [actions] = useState(() => mcuActions(w));
  const { at, tab, view } = useMcu();
  const { data: state } = usePoll('debug.state', {});
  const pc = state?.pc ?? 0;
  const off = state?.state === 'off';
  return (
    <div className="mcu">
      <div className="pane-bar" role="toolbar" aria-label="MCU run control">
        {running ? (
          <Tool icon={Pause} name="Pause the MCU" onClick={() => void actions.pause()} />
        ) : (
          <Tool icon={Play} name="Run to breakpoint" disabled={off} onClick={() => void actions.run()} />
        )}
        <Tool
          icon={ArrowDownToDot}
          name="Step instruction"
          disabled={off}
          onClick={() => void actions.step('instruction')}
        />
        <Tool icon={Redo} name="Step over" disabled={off} onClick={() => void actions.step('over')} />
        <Tool icon={ArrowUpFromDot} name="Step out" disabled={off} onClick={() => void actions.step('out')} />
        <Tool icon={ChevronsDown} name="Step line" disabled={off} onClick={() => void actions.step('line over')} />
        <Tool icon={ArrowRightToLine} name="Step into line" disabled={off} onClick={() => void actions.step('line')} />
        <Tool icon={ArrowLeft} name="Step back" disabled={off} onClick={() => void actions.stepBack('instruction')} />
        <Tool icon={Undo} name="Step back over" disabled={off} onClick={() => void actions.stepBack('over')} />
        <Tool icon={Rewind} name="Run back to breakpoint" disabled={off} onClick={() => void actions.runBack()} />
        <Tool
          icon={Locate}
          name="Show the PC"
          pressed={at === undefined}
          onClick={() => useMcu.setState({ at: undefined, source: undefined })}
        />
        <Tool icon={CircleDot} name="Toggle breakpoint at the PC" onClick={() => void actions.toggle(pc)} />
        <output className={`mcu-state mcu-state-${state?.state ?? 'off'}`} aria-live="polite">
          {state === undefined
            ? ''
            : `${state.state}${state.state === 'stopped' ? `: ${state.reason}` : ''}${state.inside ? ' (inside a call)' : ''} · ${countText(state.instructions)} instructions`}
        </output>
      </div>
      <PowerNotice what="the MCU does not run, and its memory is not mapped" />
      <div className="mcu-body">
        <div className="mcu-code">
          <Tabs label="Code" tabs={VIEWS} shown={view} onShow={(id) => useMcu.setState({ view: id })}>
            {view === 'disassembly' ? (
              <Listing
                pc={pc}
                at={at ?? pc}
                onToggle={(address) => void actions.toggle(address)}
                onRunTo={(address) => void actions.runTo(address)}
                onLabel={(address, name, comment) => void actions.label(address, name, comment)}
              />
            ) : (
              <Source pc={pc} at={at ?? pc} onToggle={(file, line) => void actions.toggleLine(file, line)} />
            )}
          </Tabs>
        </div>
        <div className="mcu-side">
          <Tabs label="Parts of the MCU" tabs={TABS} shown={tab} onShow={(id) => useMcu.setState({ tab: id })}>
            {tab === 'registers' && <Registers />}
            {tab === 'stack' && <CallStack />}
            {tab === 'watch' && <Watch />}
            {tab === 'breakpoints' && <Breakpoints />}
            {tab === 'system' && <System />}
            {tab === 'fault' && <Fault />}
            {tab === 'recording' && <Recording />}
            {tab === 'symbols' && <Symbols />}
            {tab === 'unknown' && <Unknown />}
          </Tabs>
        </div>
      </div>
      <p className="hidden-text">{`Program counter ${hex(pc, 8)}`}</p>
    </div>
  );
}
