/** A value in hex, grouped in fours; it fades from the accent after a change. */
import { useState } from 'react';
import { hexGroups } from '../lib/format.ts';

export interface HexProps {
  readonly value: number | bigint;
  readonly bits: number;
  /** Marks the change when the value differs from what it was at the last drawing. */
  readonly mark?: boolean;
}

export function Hex({ value, bits, mark = false }: HexProps) {
  const [seen, setSeen] = useState({ value, changes: 0 });
  if (seen.value !== value) setSeen({ value, changes: seen.changes + 1 });
  const changed = mark && seen.changes > 0;
  return (
    <span key={seen.changes} className={changed ? 'mono hex-changed' : 'mono'}>
      {hexGroups(value, bits)}
    </span>
  );
}
