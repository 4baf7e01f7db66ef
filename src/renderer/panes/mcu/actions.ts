/** What a person does to the MCU: run, step, go back, breakpoints, and the state they all share. */
import { create } from 'zustand';
import type { StopState } from '../../../protocol/debug.ts';
import type { Workspace } from '../../workspace.ts';

/** Virtual time of one request while it runs to a breakpoint, in ns, and how often it is asked again. */
const RUN_NS = 20_000_000;
const MOST_RUNS = 500;

/** State of the pane that outlives its drawing; what the machine does is always asked of the engine. */
export const useMcu = create<{
  /** Address the listing shows; undefined follows the PC. */
  readonly at: number | undefined;
  /** Running to a breakpoint now. */
  readonly running: boolean;
}>(() => ({ at: undefined, running: false }));

export interface McuActions {
  step(): Promise<void>;
  stepBack(): Promise<void>;
  run(): Promise<void>;
  runBack(): Promise<void>;
  pause(): void;
  toggle(address: number): Promise<void>;
}

export function mcuActions(w: Workspace): McuActions {
  const { client } = w;
  const follow = (): void => useMcu.setState({ at: undefined });
  const attached = async <T>(work: () => Promise<T>): Promise<T | undefined> =>
    w.act(client.call('debug.attach', { on: true }).then(work));
  const run = async (): Promise<void> => {
    useMcu.setState({ running: true, at: undefined });
    try {
      await attached(async () => {
        for (let i = 0; i < MOST_RUNS && useMcu.getState().running; i++) {
          const state: StopState = await client.call('debug.run', { ns: RUN_NS });
          if (state.state !== 'running') return;
        }
      });
    } finally {
      useMcu.setState({ running: false });
    }
  };
  return {
    step: async () => {
      follow();
      await attached(() => client.call('debug.step', { count: 1 }));
    },
    stepBack: async () => {
      follow();
      await attached(() => client.call('debug.stepBack', { count: 1 }));
    },
    run,
    runBack: async () => {
      follow();
      await attached(() => client.call('debug.continueBack', {}));
    },
    pause: () => useMcu.setState({ running: false }),
    toggle: async (address) => {
      await attached(async () => {
        const all = await client.call('debug.breakpoints', {});
        const here = all.find((b) => b.breakpoint.kind === 'execute' && b.breakpoint.address === address);
        if (here !== undefined) await client.call('debug.unbreak', { id: here.id });
        else await client.call('debug.break', { kind: 'execute', address });
      });
    },
  };
}
