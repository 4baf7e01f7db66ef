/** Menus, run control, and the readouts that matter at every moment: virtual time, MCU, clock, recording. */
import {
  Circle,
  CircleSlash,
  Command,
  FastForward,
  Pause,
  Play,
  Power,
  RefreshCcw,
  Redo2,
  Square,
  StepForward,
  Undo2,
} from 'lucide-react';
import { useStatus } from '../engine/context.tsx';
import { timeText } from '../lib/format.ts';
import { CommandTool } from './command-tool.tsx';
import { MenuBar } from './menu-bar.tsx';

const HZ_PER_MHZ = 1e6;

export function TopBar({ menus }: { readonly menus: boolean }) {
  return (
    <header className="top-bar">
      {menus && <MenuBar />}
      <span className="bar-line" />
      <div className="run-bar" role="toolbar" aria-label="Run control">
        <CommandTool id="bench.boot" icon={Power} />
        <CommandTool id="run.continue" icon={Play} />
        <CommandTool id="run.fast" icon={FastForward} />
        <CommandTool id="run.pause" icon={Pause} />
        <CommandTool id="run.step" icon={StepForward} />
        <CommandTool id="run.stop" icon={Square} />
        <CommandTool id="bench.powerCycle" icon={RefreshCcw} />
        <span className="bar-line" />
        <CommandTool id="history.undo" icon={Undo2} />
        <CommandTool id="history.redo" icon={Redo2} />
      </div>
      <span className="bar-line" />
      <Readouts />
      <span className="spring" />
      <CommandTool id="palette.commands" icon={Command} />
    </header>
  );
}

function Readouts() {
  const status = useStatus();
  if (status === undefined) return <div className="readout">no bench</div>;
  const { timeNs, running, idle, mcu, gpuHz, recording } = status;
  const state = running ? (idle ? 'idle' : 'running') : 'paused';
  return (
    <>
      <div className="readout">
        <span className="hidden-text">Virtual time</span>
        <span className="mono readout-time">{timeText(timeNs)}</span>
        <span className={running ? 'state-run' : ''}>{state}</span>
      </div>
      <div className="readout">
        MCU <span className={`mono ${mcuClass(mcu)}`}>{mcu}</span>
      </div>
      <div className="readout">
        <span className="mono">{gpuHz / HZ_PER_MHZ}</span> MHz
      </div>
      <div className="readout">
        {recording ? (
          <>
            <Circle size={10} fill="currentColor" aria-hidden /> rec
          </>
        ) : (
          <>
            <CircleSlash size={10} aria-hidden /> not recording
          </>
        )}
      </div>
    </>
  );
}

function mcuClass(mcu: string): string {
  const word = mcu.toLowerCase();
  if (word.includes('fatal') || word.includes('fault')) return 'state-fault';
  return word.startsWith('enabled') || word.includes('running') ? 'state-run' : 'state-wait';
}
