/** The end of stream commands that wait for something: STOP for flushes, PREEMPT for tasks on cores. */
import { CS_CMD, CS_EVENT_BIT } from '../../spec/registers/mcu-private.ts';
import type { Hardware } from './hardware.ts';
import type { Stream } from './stream.ts';

/** Ends the command under way with CMD_DONE. */
export function endCommand(h: Hardware, s: Stream): void {
  s.command = 0;
  s.phase = 0;
  h.event(s, CS_EVENT_BIT.CMD_DONE);
}

/** Ends STOP and PREEMPT when what they wait for is over. */
export function checkCommand(h: Hardware, s: Stream): void {
  if (s.phase === 0) return;
  if (s.command === CS_CMD.STOP && s.flushing === 0) endCommand(h, s);
  else if (s.command === CS_CMD.PREEMPT && s.running === 0 && s.flushing === 0) endCommand(h, s);
}
