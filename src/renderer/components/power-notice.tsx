/**
 * Says that the GPU is powered off, and why nothing answers: runtime power management takes the power away 50 ms after
 * the last use, as on a real device. Nothing is shown while it is on.
 */
import { useStatus } from '../engine/context.tsx';
import { useWorkspace } from '../workspace.ts';

/** Keeps the GPU on (registered with the Driver Objects pane). */
export const KEEP_ON = 'gpu.keepOn';

export function PowerNotice({ what }: { readonly what: string }) {
  const status = useStatus();
  const { commands } = useWorkspace();
  if (status?.gpuPower === 'lost') {
    return (
      <p className="power-notice" role="status">
        The GPU did not come back from a reset and is switched off: {what}. Load the driver again.
      </p>
    );
  }
  if (status?.gpuPower !== 'asleep') return null;
  return (
    <p className="power-notice" role="status">
      The GPU is powered off, because nothing used it for 50 ms: {what}.{' '}
      <button type="button" className="link" onClick={() => commands.run(KEEP_ON)}>
        Wake it and keep it on
      </button>
    </p>
  );
}
