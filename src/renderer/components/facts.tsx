/** Names with their values, one below the other. */
import type { ReactNode } from 'react';

export type Fact = readonly [name: string, value: ReactNode, type?: 'mono'];

export interface FactsProps {
  readonly label: string;
  /** `mono` for numbers, addresses and words. */
  readonly facts: readonly Fact[];
}

export function Facts({ label, facts }: FactsProps) {
  return (
    <dl className="facts" aria-label={label}>
      {facts.map(([name, value, type]) => (
        <div key={name} className="fact">
          <dt>{name}</dt>
          <dd className={type}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
