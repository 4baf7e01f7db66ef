/** What a person does to the MCU: run, step, go back, breakpoints, names; and the state of the pane they all share. */
import { create } from 'zustand';
import type { Params } from '../../../protocol/messages.ts';
import type { Workspace } from '../../workspace.ts';

export type CodeView = 'disassembly' | 'source';
export type McuTab =
  'registers' | 'stack' | 'watch' | 'breakpoints' | 'system' | 'fault' | 'recording' | 'symbols' | 'unknown';

/** Virtual time a step waits for an MCU that is asleep, in ns (chosen: shorter than the driver's own patience). */
const STEP_NS = 10_000_000;

/** State of the pane that outlives its drawing; what the machine does is always asked of the engine. */
export const useMcu = create<{
  /** Address the code shows; undefined follows the PC. */
  readonly at: number | undefined;
  readonly view: CodeView;
  readonly tab: McuTab;
  /** Source file and line shown; undefined follows the address. */
  readonly source: { readonly file: number; readonly line: number } | undefined;
  /** Expressions that are watched. */
  readonly watched: readonly string[];
  /** Frame of the call stack whose variables are shown, paths that are opened among them, and the one chosen. */
  readonly frame: number;
  readonly opened: readonly string[];
  readonly variable: string | undefined;
}>(() => ({
  at: undefined,
  view: 'disassembly',
  tab: 'registers',
  source: undefined,
  watched: [],
  frame: 0,
  opened: [],
  variable: undefined,
}));

type StepKind = NonNullable<Params<'debug.step'>['what']>;
type BackKind = NonNullable<Params<'debug.stepBack'>['what']>;

export interface McuActions {
  step(what: StepKind): Promise<void>;
  stepBack(what: BackKind): Promise<void>;
  run(): Promise<void>;
  runTo(address: number): Promise<void>;
  runBack(): Promise<void>;
  pause(): Promise<void>;
  /** Sets a breakpoint before an instruction, or takes it away. */
  toggle(address: number): Promise<void>;
  /** The same at a line of a source file of the symbol file. */
  toggleLine(file: number, line: number): Promise<void>;
  label(address: number, name: string, comment: string): Promise<void>;
}

/** Shows an address in the code. */
export function showAddress(address: number): void {
  useMcu.setState({ at: (address & ~1) >>> 0, source: undefined });
}

export function mcuActions(w: Workspace): McuActions {
  const { client } = w;
  const attached = async <T>(work: () => Promise<T>): Promise<T | undefined> =>
    w.act(client.call('debug.attach', { on: true }).then(work));
  const follow = async <T>(work: () => Promise<T>): Promise<void> => {
    await attached(work);
    useMcu.setState({ at: undefined, source: undefined, frame: 0 });
  };
  return {
    step: (what) => follow(() => client.call('debug.step', { what, limitNs: STEP_NS })),
    stepBack: (what) => follow(() => client.call('debug.stepBack', { what })),
    run: () =>
      follow(async () => {
        const { inside } = await client.call('debug.state', {});
        if (inside) await client.call('debug.run', { ns: 1 });
        else await client.call('run.continue', { mode: 'fast' });
      }),
    runTo: (address) => follow(() => client.call('debug.runTo', { address, limitNs: STEP_NS })),
    runBack: () => follow(() => client.call('debug.continueBack', {})),
    pause: async () => void (await w.act(client.call('run.pause', {}))),
    toggle: async (address) => {
      await attached(async () => {
        const all = await client.call('debug.breakpoints', {});
        const here = all.find((b) => b.breakpoint.kind === 'execute' && b.addresses.includes(address));
        if (here !== undefined) await client.call('debug.unbreak', { id: here.id });
        else await client.call('debug.break', { kind: 'execute', address });
      });
    },
    toggleLine: async (file, line) => {
      await attached(async () => {
        const all = await client.call('debug.breakpoints', {});
        const here = all.find((b) => b.breakpoint.line?.file === file && b.breakpoint.line.line === line);
        if (here !== undefined) await client.call('debug.unbreak', { id: here.id });
        else await client.call('debug.break', { kind: 'execute', line: { file, line } });
      });
    },
    label: async (address, name, comment) => {
      await w.act(client.call('debug.label', { address, name, comment }));
    },
  };
}
