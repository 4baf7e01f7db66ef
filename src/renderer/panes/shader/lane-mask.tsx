/** The lanes of a warp as sixteen marks, lane 0 at the left; in words for those who do not see them. */
import { SHADER_LANES } from '../../../protocol/shader-debug.ts';
import { lanesText } from './values.ts';

export interface LaneMaskProps {
  readonly active: number;
  readonly alive: number;
  readonly blocked: number;
}

/** Filled: executes; framed: waits for its turn; barred: waits at the barrier; a dot: has ended. */
const MARKS = { active: '■', waits: '□', blocked: '▥', ended: '·' } as const;

export function maskWords({ active, alive, blocked }: LaneMaskProps): string {
  const parts = [`active ${lanesText(active & alive)}`];
  const waits = alive & ~active & ~blocked;
  if (waits !== 0) parts.push(`waiting ${lanesText(waits)}`);
  if (blocked !== 0) parts.push(`at the barrier ${lanesText(blocked)}`);
  if (alive !== 0xffff) parts.push(`ended ${lanesText(~alive & 0xffff)}`);
  return `Lanes: ${parts.join('; ')}`;
}

export function LaneMask(props: LaneMaskProps) {
  const { active, alive, blocked } = props;
  const kind = (l: number): keyof typeof MARKS => {
    if (((alive >>> l) & 1) === 0) return 'ended';
    if (((blocked >>> l) & 1) === 1) return 'blocked';
    return ((active >>> l) & 1) === 1 ? 'active' : 'waits';
  };
  const words = maskWords(props);
  return (
    <span className="lane-mask mono" role="img" aria-label={words} title={words}>
      {Array.from({ length: SHADER_LANES }, (_, l) => (
        <span key={l} className={`lane-${kind(l)}${l % 4 === 3 ? ' lane-gap' : ''}`}>
          {MARKS[kind(l)]}
        </span>
      ))}
    </span>
  );
}
