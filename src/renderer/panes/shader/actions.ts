/** What a person does to shaders: run, step, go back, breakpoints, counts, and the state the parts of the pane share. */
import { create } from 'zustand';
import type { ShaderStop } from '../../../protocol/shader-debug.ts';
import { pickFile, type LocalFile } from '../../lib/files.ts';
import type { Workspace } from '../../workspace.ts';

/** Virtual time of one request while it runs to a breakpoint, in ns, and how often it is asked again. */
const RUN_NS = 20_000_000;
const MOST_RUNS = 500;

/** A warp of the task on a core. */
export interface WarpPlace {
  readonly core: number;
  readonly warp: number;
}

/** State of the pane that outlives its drawing; what the machine does is always asked of the engine. */
export const useShader = create<{
  /** Program shown; undefined follows the machine, else the newest one. */
  readonly program: string | undefined;
  /** Instruction the cursor is at; undefined follows the machine. */
  readonly cursor: number | undefined;
  /** Warp shown; undefined follows the machine. */
  readonly warp: WarpPlace | undefined;
  /** Lane chosen; undefined takes the first one that executes. */
  readonly lane: number | undefined;
  /** Running to a breakpoint now. */
  readonly running: boolean;
}>(() => ({ program: undefined, cursor: undefined, warp: undefined, lane: undefined, running: false }));

export interface ShaderActions {
  /** Next instruction of the warp, or of whatever comes. */
  step(what: 'warp' | 'any'): Promise<void>;
  back(): Promise<void>;
  run(): Promise<void>;
  pause(): void;
  toggle(program: string, index: number): Promise<void>;
  count(on: boolean): Promise<void>;
  watch(place: (WarpPlace & { readonly lane: number }) | undefined): Promise<void>;
  openBinary(): Promise<void>;
  openWords(file: LocalFile): Promise<void>;
}

/** Shows an instruction of a program. */
export function showInstruction(program: string, index: number): void {
  useShader.setState({ program, cursor: index });
}

export function shaderActions(w: Workspace): ShaderActions {
  const { client } = w;
  const follow = (): void => useShader.setState({ program: undefined, cursor: undefined, warp: undefined });
  const openWords = async ({ name, bytes }: LocalFile): Promise<void> => {
    const program = await w.act(client.call('shaderdebug.open', { name, bytes }));
    if (program !== undefined) showInstruction(program.id, 0);
  };
  return {
    step: async (what) => {
      follow();
      await w.act(client.call('shaderdebug.step', { what }));
    },
    back: async () => {
      follow();
      await w.act(client.call('shaderdebug.back', {}));
    },
    run: async () => {
      useShader.setState({ running: true });
      follow();
      try {
        await w.act(runUntilStop());
      } finally {
        useShader.setState({ running: false });
      }
    },
    pause: () => useShader.setState({ running: false }),
    toggle: async (program, index) => {
      await w.act(
        (async () => {
          const all = await client.call('shaderdebug.list', {});
          const here = all.find((b) => b.breakpoint.program === program && b.breakpoint.index === index);
          if (here !== undefined) await client.call('shaderdebug.unbreak', { id: here.id });
          else await client.call('shaderdebug.break', { program, index });
        })(),
      );
    },
    count: async (on) => {
      await w.act(client.call('shaderdebug.count', { on }));
    },
    watch: async (place) => {
      await w.act(client.call('shaderdebug.watch', place === undefined ? {} : { at: place }));
    },
    openBinary: async () => {
      const file = await pickFile('.bin');
      if (file !== undefined) await openWords(file);
    },
    openWords,
  };

  async function runUntilStop(): Promise<void> {
    // A capture that waits grants the time itself.
    const captures = await client.call('capture.list', {});
    if (captures.some((c) => c.state === 'waiting')) {
      await client.call('shaderdebug.release', {});
      return;
    }
    for (let i = 0; i < MOST_RUNS && useShader.getState().running; i++) {
      const stop: ShaderStop = await client.call('shaderdebug.run', { ns: RUN_NS });
      if (stop.state === 'stopped' || stop.reason !== 'time') return;
    }
  }
}

/** Words a person pasted: hex numbers of 64 bits, or bytes as a listing shows them before the text. */
export function wordsOf(text: string): Uint8Array | undefined {
  const bytes: number[] = [];
  for (const line of text.split('\n')) {
    const plain = line.replace(/(\/\/|;|#).*$/, '').trim();
    if (plain === '') continue;
    const listed = /^((?:[0-9a-f]{2} ){7}[0-9a-f]{2})\b/i.exec(plain);
    if (listed?.[1] !== undefined) {
      bytes.push(...listed[1].split(' ').map((b) => Number.parseInt(b, 16)));
      continue;
    }
    for (const word of plain.split(/[\s,]+/)) {
      const digits = /^(?:0x)?([0-9a-f_]{1,24})$/i.exec(word)?.[1]?.replaceAll('_', '');
      if (digits === undefined || digits.length > 16) return undefined;
      const value = BigInt(`0x${digits}`);
      for (let i = 0n; i < 64n; i += 8n) bytes.push(Number((value >> i) & 0xffn));
    }
  }
  return bytes.length === 0 ? undefined : Uint8Array.from(bytes);
}
