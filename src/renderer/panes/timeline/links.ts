/** From a mark of the timeline to what it stands for: the selection, and the place in a log. */
import type { LogView, TimelineMark, TimelineTrack } from '../../../protocol/window.ts';
import { logView } from '../../../protocol/window.ts';
import type { Selection } from '../../state/selection.ts';
import type { LogTarget } from '../access-log/state.ts';

/** The object behind a single row. */
export function selectionOf(track: TimelineTrack, mark: TimelineMark, session: string): Selection {
  const view = viewOf(track);
  const own = session === 'live' ? {} : { session };
  if (view === 'register_access') return { kind: 'access', seq: mark.key, ...own };
  if (view === 'job') return { kind: 'job', id: mark.key, ...own };
  return { kind: 'row', view, key: mark.key, ...own };
}

/** Where the rows of a mark stand in the logs. */
export function logPlaceOf(track: TimelineTrack, mark: TimelineMark): LogTarget {
  const view = viewOf(track);
  if (view === 'driver_log') return { pane: 'driver', tab: 'log', timeNs: mark.fromNs };
  if (view === 'ioctl') return { pane: 'driver', tab: 'ioctls', timeNs: mark.fromNs };
  return { pane: 'log', timeNs: mark.fromNs };
}

function viewOf(track: TimelineTrack): LogView {
  const parsed = logView.safeParse(track.view);
  return parsed.success ? parsed.data : 'register_access';
}
