/**
 * Places of shaders in a session's history: an instruction of a warp, numbered over all cores, in the words of the
 * inputs that lead there. Found by running the inputs again.
 */
import { Engine } from './engine.ts';
import { nullRecorder } from './recorder.ts';
import type { Past } from './time-travel.ts';
import type { Input } from '../../protocol/inputs.ts';

/** Before an instruction of a warp. */
export interface ShaderPlace {
  /** Whole inputs before it, and virtual ns from their end on. */
  readonly inputs: number;
  readonly afterNs: number;
  readonly timeNs: number;
  readonly number: number;
}

const executed = (engine: Engine): number => engine.board.machine.csf.shaders?.executed ?? 0;

/**
 * The last place not after instruction `target` at which nobody is inside a call of the driver, where a bench cannot
 * stand. Undefined when there is none.
 */
export function placeBefore(past: Past, target: number): ShaderPlace | undefined {
  // Keyframes are kept by time: ever earlier ones, until one lies before the place.
  let untilNs = Infinity;
  for (;;) {
    const engine = new Engine(past.powerOn, nullRecorder, past.control);
    const from = past.keyframes.start(engine, past.powerOn, past.path, untilNs);
    const found = executed(engine) <= target ? search(engine, past.path, from, target) : undefined;
    if (found !== undefined || from === 0) return found;
    untilNs = engine.now - 1;
  }
}

function search(engine: Engine, path: readonly Input[], from: number, target: number): ShaderPlace | undefined {
  const { hooks } = engine.board.machine;
  let found: ShaderPlace | undefined;
  let inputs = from;
  let beganNs = engine.now;
  const look = (number: number): void => {
    // Looked at again after a stop, it is the same place.
    if (number > target || number === found?.number || engine.kernel.cpu.depth > 0) return;
    found = { inputs, afterNs: engine.now - beganNs, timeNs: engine.now, number };
  };
  hooks.csf.shader = (_task, _warp, _pc, _active, number) => {
    look(number);
    return false;
  };
  engine.grants.onShaderLook = look;
  for (; inputs < path.length && executed(engine) <= target; inputs++) {
    beganNs = engine.now;
    const input = path[inputs];
    if (input !== undefined) engine.apply(input);
  }
  return found;
}

/** The two inputs that lead from the end of `place.inputs` to the place. */
export function inputsToShader(place: ShaderPlace): readonly Input[] {
  return [
    { kind: 'advance', limitNs: place.afterNs, until: 'time' },
    { kind: 'advance', limitNs: 1, until: 'shader', instruction: place.number },
  ];
}
