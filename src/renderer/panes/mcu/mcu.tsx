/** The MCU pane: run control above, the listing beside registers and lists. Values are asked of the engine, never kept. */
import { ArrowDownToDot, ArrowLeft, CircleDot, Locate, Pause, Play, Rewind } from 'lucide-react';
import { useState } from 'react';
import { Empty } from '../../components/empty.tsx';
import { usePoll, useStatus } from '../../engine/context.tsx';
import { countText, hex } from '../../lib/format.ts';
import { useWorkspace } from '../../workspace.ts';
import { Tool } from '../../shell/tool.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { mcuActions, useMcu } from './actions.ts';
import { Breakpoints } from './breakpoints.tsx';
import { Listing } from './listing.tsx';
import { Registers } from './registers.tsx';
import { Unknown } from './unknown.tsx';

const TABS = [
  { id: 'registers', title: 'Registers' },
  { id: 'breakpoints', title: 'Breakpoints' },
  { id: 'unknown', title: 'Unknown registers' },
] as const;
type Tab = (typeof TABS)[number]['id'];

export default function McuPane() {
  const status = useStatus();
  if (status === undefined || !status.powered) {
    return <Empty command="bench.boot">There is no machine yet. Boot the demo to see its MCU run.</Empty>;
  }
  return <Powered />;
}

function Powered() {
  const w = useWorkspace();
  const [actions] = useState(() => mcuActions(w));
  const [tab, setTab] = useState<Tab>('registers');
  const { at, running } = useMcu();
  const { data: state } = usePoll('debug.state', {});
  const pc = state?.pc ?? 0;
  const stopped = state?.state !== 'off';
  return (
    <div className="mcu">
      <div className="pane-bar" role="toolbar" aria-label="MCU run control">
        {running ? (
          <Tool icon={Pause} name="Pause the MCU" onClick={actions.pause} />
        ) : (
          <Tool icon={Play} name="Run to breakpoint" disabled={!stopped} onClick={() => void actions.run()} />
        )}
        <Tool icon={ArrowDownToDot} name="Step instruction" disabled={!stopped} onClick={() => void actions.step()} />
        <Tool icon={ArrowLeft} name="Step back" disabled={!stopped} onClick={() => void actions.stepBack()} />
        <Tool icon={Rewind} name="Run back to breakpoint" disabled={!stopped} onClick={() => void actions.runBack()} />
        <Tool
          icon={Locate}
          name="Show the PC"
          pressed={at === undefined}
          onClick={() => useMcu.setState({ at: undefined })}
        />
        <Tool icon={CircleDot} name="Toggle breakpoint at the PC" onClick={() => void actions.toggle(pc)} />
        <output className="mcu-state" aria-live="polite">
          {state === undefined
            ? ''
            : `${state.state}${state.state === 'stopped' ? `: ${state.reason}` : ''} · ${countText(state.instructions)} instructions`}
        </output>
      </div>
      <div className="mcu-body">
        <Listing pc={pc} at={at ?? pc} onToggle={(address) => void actions.toggle(address)} />
        <div className="mcu-side">
          <Tabs label="Parts of the MCU" tabs={TABS} shown={tab} onShow={setTab}>
            {tab === 'registers' && <Registers />}
            {tab === 'breakpoints' && <Breakpoints />}
            {tab === 'unknown' && <Unknown />}
          </Tabs>
        </div>
      </div>
      <p className="hidden-text">{`Program counter ${hex(pc, 8)}`}</p>
    </div>
  );
}
