/**
 * The Shader pane: run control above, the disassembly beside warps, registers, a watched lane, local memory,
 * breakpoints and faults. Everything shown is asked of the engine.
 */
import { ArrowDownToDot, ArrowLeft, FileInput, Flame, Pause, Play, StepForward } from 'lucide-react';
import { useState, type ClipboardEvent } from 'react';
import type { ShaderProgram, ShaderStop, ShaderTask } from '../../../protocol/shader-debug.ts';
import { disassembleWord } from '../../../spec/valhall/disassemble.ts';
import { Empty } from '../../components/empty.tsx';
import { useClient, usePoll, useStatus } from '../../engine/context.tsx';
import { plural, timeText } from '../../lib/format.ts';
import { Tool } from '../../shell/tool.tsx';
import { useWorkspace } from '../../workspace.ts';
import { Tabs } from '../../components/tabs.tsx';
import { shaderActions, showInstruction, useShader, wordsOf, type ShaderActions } from './actions.ts';
import { Lane } from './lane.tsx';
import { Listing } from './listing.tsx';
import { LocalMemory } from './memory.tsx';
import { Faults, Points } from './points.tsx';
import { Registers } from './registers.tsx';
import { programTitle } from './title.ts';
import { firstLane } from './values.ts';
import { Warps } from './warps.tsx';

const TABS = [
  { id: 'warps', title: 'Warps' },
  { id: 'registers', title: 'Registers' },
  { id: 'lane', title: 'Lane' },
  { id: 'memory', title: 'Memory' },
  { id: 'breakpoints', title: 'Breakpoints' },
  { id: 'faults', title: 'Faults' },
] as const;
type Tab = (typeof TABS)[number]['id'];

export default function ShaderPane() {
  const status = useStatus();
  if (status === undefined || !status.powered) {
    return <Empty command="capture.open">There is no machine yet. Open a capture to see its shaders run.</Empty>;
  }
  return <Powered />;
}

function Powered() {
  const w = useWorkspace();
  const [actions] = useState(() => shaderActions(w));
  const { data: programs = [] } = usePoll('shaderdebug.programs', {});
  const { data: stop } = usePoll('shaderdebug.where', {});
  const { data: tasks = [] } = usePoll('shaderdebug.tasks', {});
  const chosen = useShader((s) => s.program);
  const id = chosen ?? stop?.program ?? newest(programs)?.id;
  const program = programs.find((p) => p.id === id);
  // A program's words are pasted like a file is opened.
  const onPaste = (event: ClipboardEvent) => {
    if (event.target instanceof HTMLInputElement) return;
    const bytes = wordsOf(event.clipboardData.getData('text/plain'));
    if (bytes !== undefined) void actions.openWords({ name: 'pasted words', bytes });
  };
  return (
    <div className="shader" onPaste={onPaste}>
      <RunControl actions={actions} programs={programs} shown={id} stop={stop} />
      {id === undefined || program === undefined ? (
        <Empty command="capture.open">
          No shader has run on this bench. Open a capture and replay it, run a compute job, or open a shader binary.
        </Empty>
      ) : (
        <div className="shader-body">
          <div className="shader-listing">
            <Listing
              program={id}
              address={program.address}
              tasks={tasks}
              stop={stop}
              onToggle={(index) => void actions.toggle(id, index)}
            />
          </div>
          <Side actions={actions} programs={programs} program={id} stop={stop} tasks={tasks} />
        </div>
      )}
    </div>
  );
}

/** The program that ran last, else the one opened last. */
function newest(programs: readonly ShaderProgram[]): ShaderProgram | undefined {
  return programs.findLast((p) => p.address !== undefined) ?? programs.at(-1);
}

interface RunControlProps {
  readonly actions: ShaderActions;
  readonly programs: readonly ShaderProgram[];
  readonly shown: string | undefined;
  readonly stop: ShaderStop | undefined;
}

function RunControl({ actions, programs, shown, stop }: RunControlProps) {
  const { commands } = useWorkspace();
  const running = useShader((s) => s.running);
  const { data: counts } = usePoll('shaderdebug.counts', shown === undefined ? undefined : { program: shown });
  const keys = (id: string): string | undefined => commands.find(id)?.hotkeys[0];
  const stopped = stop?.state === 'stopped';
  return (
    <div className="pane-bar" role="toolbar" aria-label="Shader run control">
      {running ? (
        <Tool icon={Pause} name="Pause" onClick={actions.pause} />
      ) : (
        <Tool icon={Play} name="Continue" keys={keys('shader.continue')} onClick={() => void actions.run()} />
      )}
      <Tool
        icon={ArrowDownToDot}
        name="Step the warp"
        keys={keys('shader.step')}
        disabled={!stopped}
        onClick={() => void actions.step('warp')}
      />
      <Tool
        icon={StepForward}
        name="Step any warp"
        keys={keys('shader.stepAny')}
        disabled={!stopped}
        onClick={() => void actions.step('any')}
      />
      <Tool
        icon={ArrowLeft}
        name="Step back"
        keys={keys('shader.back')}
        disabled={!stopped || stop.inside}
        onClick={() => void actions.back()}
      />
      <Tool
        icon={Flame}
        name="Count executions"
        pressed={counts?.on === true}
        disabled={shown === undefined}
        onClick={() => void actions.count(counts?.on !== true)}
      />
      <select
        aria-label="Shader"
        value={shown ?? ''}
        disabled={programs.length === 0}
        onChange={(e) => showInstruction(e.target.value, 0)}
      >
        {shown === undefined && <option value="">no shader yet</option>}
        {programs.map((p) => (
          <option key={p.id} value={p.id}>
            {`${programTitle(p, p.id)}, ${plural(p.instructions, 'instruction')}, ${p.tasks === 0 ? 'not run' : plural(p.tasks, 'task')}`}
          </option>
        ))}
      </select>
      <Tool icon={FileInput} name="Open shader binary" onClick={() => void actions.openBinary()} />
      <output className="shader-state" aria-live="polite">
        {stop === undefined ? '' : stateText(stop)}
      </output>
    </div>
  );
}

function stateText(stop: ShaderStop): string {
  if (stop.state !== 'stopped') return ['none', 'running'].includes(stop.reason) ? 'not stopped' : stop.reason;
  const where = `core ${stop.core ?? 0} warp ${stop.warp ?? 0}, instruction ${stop.index ?? 0}`;
  return `stopped: ${stop.reason} · ${where} · ${timeText(stop.timeNs)}${stop.inside ? ' · inside a driver call' : ''}`;
}

interface SideProps {
  readonly actions: ShaderActions;
  readonly programs: readonly ShaderProgram[];
  readonly program: string;
  readonly stop: ShaderStop | undefined;
  readonly tasks: readonly ShaderTask[];
}

function Side({ actions, programs, program, stop, tasks }: SideProps) {
  const client = useClient();
  const [tab, setTab] = useState<Tab>('warps');
  const chosen = useShader((s) => s.warp);
  const chosenLane = useShader((s) => s.lane);
  const [texts, setTexts] = useState<Readonly<Record<string, Uint32Array>>>({});
  const stands = stop?.core === undefined || stop.warp === undefined ? undefined : { core: stop.core, warp: stop.warp };
  const known = chosen !== undefined && tasks.some((t) => t.core === chosen.core && chosen.warp < t.warps.length);
  const place = known ? chosen : tasks.some((t) => t.core === stands?.core) ? stands : undefined;
  const task = tasks.find((t) => t.core === place?.core);
  const warp = task?.warps[place?.warp ?? 0];
  const lane = chosenLane ?? firstLane(warp?.active ?? 0);
  const textOf = (id: string, index: number): string => {
    const words = texts[id];
    if (words === undefined) {
      void client.call('shaderdebug.words', { program: id }).then((w) => setTexts((old) => ({ ...old, [id]: w })));
      return '';
    }
    return index < 0 ? '' : disassembleWord(words[2 * index] ?? 0, words[2 * index + 1] ?? 0).text;
  };
  return (
    <div className="shader-side">
      <Tabs label="Parts of the shader" tabs={TABS} shown={tab} onShow={setTab}>
        {tab === 'warps' && <Warps tasks={tasks} stop={stop} shown={place} />}
        {tab === 'registers' && (
          <Registers place={place} warp={warp} lane={lane} program={task?.program ?? program} number={stop?.number} />
        )}
        {tab === 'lane' && <Lane place={place} lane={lane} actions={actions} textOf={textOf} />}
        {tab === 'memory' && <LocalMemory place={place} task={task} lane={lane} />}
        {tab === 'breakpoints' && <Points programs={programs} />}
        {tab === 'faults' && <Faults programs={programs} />}
      </Tabs>
    </div>
  );
}
