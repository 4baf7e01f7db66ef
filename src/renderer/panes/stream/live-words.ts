/** What a register of the stream that is debugged holds now, for the hover over its name. */
import type { StreamState } from '../../../protocol/stream-debug.ts';
import { hexGroups } from '../../lib/format.ts';
import { useStreamDebug } from './debug-state.ts';

/** Lines about a name (`r66`, `d64`) in a document; none unless its stream stands before an instruction. */
export function liveWords(document: number | undefined, name: string): readonly string[] {
  const { debugged, running, finished, state } = useStreamDebug.getState();
  if (debugged === undefined || debugged.document !== document || running || finished || state === undefined) return [];
  const value = registerValue(state, name);
  return value === undefined ? [] : [`${name} = ${value}`];
}

/** The value of a register or pair, in hex and decimal. */
export function registerValue({ registers }: Pick<StreamState, 'registers'>, name: string): string | undefined {
  const [, kind = '', digits = ''] = /^([rd])(\d+)$/.exec(name) ?? [];
  const low = registers[Number(digits)];
  if (kind === '' || low === undefined) return undefined;
  if (kind === 'r') {
    const signed = low | 0;
    return `0x${hexGroups(low, 32)} (${low}${signed < 0 ? `, signed ${signed}` : ''})`;
  }
  const high = registers[Number(digits) + 1];
  if (high === undefined) return undefined;
  const value = (BigInt(high) << 32n) | BigInt(low);
  return `0x${hexGroups(value, 64)} (${value})`;
}
