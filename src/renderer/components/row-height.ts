/** Height of a row of any list or tree in CSS pixels; grows with the zoom (`--row` in tokens.css is the same). */
import { useUi } from '../state/ui.ts';

const ROW_PX = 22;

export function useRowHeight(): number {
  return Math.round(ROW_PX * useUi((s) => s.preferences.zoom));
}
