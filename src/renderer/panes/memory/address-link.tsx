/** An address, as a link that shows it in the memory pane. */
import { hexGroups } from '../../lib/format.ts';
import { useWorkspace } from '../../workspace.ts';
import { showMemory, spaceText, type MemoryPlace } from './place.ts';

export function AddressLink({ to, bits = 48 }: { readonly to: MemoryPlace; readonly bits?: number }) {
  const w = useWorkspace();
  return (
    <button
      type="button"
      className="link mono"
      title={`Show in memory, ${spaceText(to)}`}
      onClick={(event) => {
        event.stopPropagation();
        showMemory(w, to);
      }}
    >
      {hexGroups(to.address, bits)}
    </button>
  );
}
