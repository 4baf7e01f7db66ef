/**
 * Requests that a window adds to those of the command line: run control, undo, cheap peeks, firmware, the MCU's
 * control register. Handlers of the service (service.ts), which owns the state they work on.
 */
import { UsageError } from '../../base/errors.ts';
import { parseImage } from '../../spec/firmware/image.ts';
import { MCU_CONTROL } from '../../spec/registers/index.ts';
import type { EngineRequestName, ParsedParams, Result } from '../../protocol/messages.ts';
import type { Input } from '../../protocol/inputs.ts';
import { sha256 } from './journal.ts';
import type { Runner, RunMode } from './runner.ts';
import type { Timeline } from './timeline.ts';
import { AUTOMATIC, type Undo } from './undo.ts';

/** What the handlers need of the service. */
export interface WindowService {
  readonly history: Timeline;
  readonly runner: Runner;
  readonly undo: Undo;
  /** UsageError without a bench. */
  continue(mode: RunMode): void;
  /** Firmware for the next power-cycle or the first boot. */
  pending: { readonly bytes: Uint8Array; readonly name: string } | undefined;
}

type WindowRequest = Extract<
  EngineRequestName,
  | `run.${string}`
  | 'history.undo'
  | 'history.redo'
  | `firmware.${string}`
  | `mcu.${string}`
  | 'register.peekWords'
  | 'snapshot.list'
>;

/** How far a step looks for an event, in virtual ns; how long the MCU may take to stop (both chosen). */
const STEP_LIMIT_NS = 1_000_000_000;
const MCU_STOP_NS = 1_000_000;

export const WINDOW_HANDLERS: {
  readonly [K in WindowRequest]: (s: WindowService, params: ParsedParams<K>) => Result<K>;
} = {
  'register.peekWords': (s, { space, offsets }) => {
    const { machine } = s.history.engine.board;
    const out = new Uint32Array(offsets.length);
    for (let i = 0; i < out.length; i++) {
      const offset = offsets[i]!;
      if (offset % 4 !== 0) throw new UsageError(`offset 0x${offset.toString(16)} is not a multiple of 4`);
      out[i] = space === 'host' ? machine.peek(offset) : (machine.mcuPeek(offset) ?? 0);
    }
    return out;
  },
  'run.continue': (s, { mode }) => s.continue(mode),
  'run.pause': (s) => {
    s.runner.stop();
    return { timeNs: s.history.engine.now };
  },
  'run.step': (s) => {
    s.runner.stop();
    const { result } = s.history.apply({ kind: 'advance', limitNs: STEP_LIMIT_NS, until: 'event' });
    return { timeNs: s.history.engine.now, reason: result === 1 ? 'event' : 'time' };
  },
  'history.undo': (s) => ({ what: s.undo.undo(s.history), timeNs: s.history.engine.now }),
  'history.redo': (s) => ({ what: s.undo.redo(s.history), timeNs: s.history.engine.now }),
  'snapshot.list': (s) =>
    s.history.snapshots.map(({ id, label, timeNs, branch }) => {
      return { id, label, timeNs, branch, automatic: label.startsWith(AUTOMATIC) };
    }),
  'firmware.select': (s, { bytes, name }) => {
    if (s.history.engine.powerOn.bare) throw new UsageError('the bench is bare: nothing loads firmware');
    parseImage(bytes);
    s.pending = { bytes: Uint8Array.from(bytes), name };
  },
  'firmware.state': (s) => {
    const { powerOn, driver } = s.history.engine;
    const { firmware } = powerOn;
    return {
      name: powerOn.firmwareName,
      sha256: firmware === undefined ? '' : sha256(firmware),
      size: firmware?.length ?? 0,
      ...driver.firmware,
      mcu: driver.mcuStatus,
      ...(s.pending === undefined ? {} : { pending: s.pending.name }),
    };
  },
  'firmware.bytes': (s) => {
    const { firmware } = s.history.engine.powerOn;
    if (firmware === undefined) throw new UsageError('the bench has no firmware');
    return Uint8Array.from(firmware);
  },
  'mcu.halt': (s) => command(s, 'halt the MCU', ['DISABLE']),
  'mcu.start': (s) => command(s, 'start the MCU', ['AUTO']),
  'mcu.reset': (s) => command(s, 'reset the MCU', ['DISABLE', 'AUTO']),
};

/** Asks for states of the MCU one after the other, giving it time to stop in between. One action for undo. */
function command(s: WindowService, what: string, states: readonly ('DISABLE' | 'AUTO')[]): { mcu: string } {
  const { offset, fields } = MCU_CONTROL.MCU_CONTROL;
  const inputs = states.flatMap((state, i): Input[] => {
    const poke: Input = { kind: 'poke', offset, value: Number(fields[0]!.valueOf(state)), by: 'user' };
    return i === 0 ? [poke] : [{ kind: 'advance', limitNs: MCU_STOP_NS, until: 'idle' }, poke];
  });
  s.undo.act(s.history, what, inputs);
  return { mcu: s.history.engine.driver.mcuStatus };
}
