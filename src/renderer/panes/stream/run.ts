/** Running the stream in the editor on a queue, and what came of it. */
import { create } from 'zustand';
import type { StreamResult } from '../../../protocol/messages.ts';
import {
  dumpsOf,
  foundValue,
  readDirectives,
  type StreamDirectives,
  type StreamExpectation,
} from '../../../spec/cs/directives.ts';
import { askOnce, boot } from '../../engine/actions.ts';
import { useUi } from '../../state/ui.ts';
import type { Workspace } from '../../workspace.ts';
import { activeDocument } from './documents.ts';
import { SOURCES } from './sources.ts';
import { bytesOf } from './words.ts';

export interface CheckedExpectation {
  readonly expectation: StreamExpectation;
  readonly found: number | undefined;
}

export interface StreamRun {
  readonly document: number;
  readonly name: string;
  readonly result: StreamResult;
  /** Registers at the end of the run before, for the marks. */
  readonly before: Readonly<Record<string, number>>;
  readonly checks: readonly CheckedExpectation[];
}

interface RunState {
  readonly busy: boolean;
  readonly queue: number;
  /** Virtual time after which a run is given up, in ms. */
  readonly limitMs: number;
  readonly last: StreamRun | undefined;
}

export const useStreamRun = create<RunState>()(() => ({ busy: false, queue: 0, limitMs: 1000, last: undefined }));

const NS_PER_MS = 1_000_000;

/** Assembles and runs the active text; boots the bench first when it was not. */
export async function runActive(w: Workspace): Promise<void> {
  const document = activeDocument();
  const { busy, queue, limitMs } = useStreamRun.getState();
  if (document === undefined || busy) return;
  const say = useUi.getState().say;
  const words = bytesOf(document.text, SOURCES);
  const directives = readDirectives(document.text);
  const [problem] = directives.problems;
  if (words === undefined) return say('error', `${document.name} does not assemble: the marked lines say why.`);
  if (problem !== undefined) return say('error', `${document.name}:${problem.line}: ${problem.rule}`);
  useStreamRun.setState({ busy: true });
  try {
    if (w.live.status()?.booted !== true) await boot(w);
    const { map, set32 } = directives;
    const result = await w.act(
      w.client.call('stream.run', {
        words,
        name: document.name,
        queue,
        map: [...map],
        set32: [...set32],
        dump: dumpsOf(directives),
        limitNs: Math.round(limitMs * NS_PER_MS),
      }),
    );
    if (result !== undefined) keepResult(document.id, document.name, directives, result);
  } finally {
    useStreamRun.setState({ busy: false });
  }
}

/** Shows what came of a run. */
export function keepResult(document: number, name: string, directives: StreamDirectives, result: StreamResult): void {
  const { last } = useStreamRun.getState();
  const before = last?.document === document ? last.result.registers : {};
  const checks = directives.expect.map((expectation) => ({ expectation, found: foundValue(expectation, result) }));
  useStreamRun.setState({ last: { document, name, result, before, checks } });
}

/** Stops the engine in the middle of a run, which the bench does not survive: asks once. */
export function cancelRun(w: Workspace): void {
  askOnce({
    key: 'stream.cancel',
    title: 'Cancel the run?',
    text: 'The engine stops where it is. Its session is kept, but the bench cannot go on: power a new one afterwards.',
    action: 'Cancel the run',
    onConfirm: () => void w.act(w.client.call('bench.abort', {})),
  });
}
