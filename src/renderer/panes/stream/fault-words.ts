/** A fault of a job explained: what its code means, and whether the stream can go on. Pure. */
import { FAULTS, type FaultClass } from '../../../spec/faults.ts';

const CLASS: Readonly<Record<FaultClass, string>> = {
  none: '',
  status: 'a status, not a fault',
  fault: 'the stream goes on after it',
  fatal: 'the stream ends with it',
  either: 'the stream ends or goes on, as it happened in an instruction or in its fetch',
};

/** Sentences for the exceptions named in a fault's text, in the order they are named. */
export function faultWords(text: string): readonly string[] {
  const named = new Set(text.match(/[A-Z][A-Z0-9_]+/g));
  return FAULTS.filter((f) => f.code !== 0 && named.has(f.name)).map((f) => {
    const more = CLASS[f.class] === '' ? '' : `; ${CLASS[f.class]}`;
    return `${f.name} (0x${f.code.toString(16)}): ${f.doc}${more}.`;
  });
}
