/** The right edge of a column head: drag it, or use the arrows when it has the focus. */
import type { PointerEvent } from 'react';

export interface ResizeHandleProps {
  readonly width: number;
  readonly onWidth: (width: number) => void;
}

export function ResizeHandle({ width, onWidth }: ResizeHandleProps) {
  const drag = (event: PointerEvent<HTMLElement>) => {
    event.preventDefault();
    event.stopPropagation();
    const handle = event.currentTarget;
    const start = event.clientX - width;
    handle.setPointerCapture(event.pointerId);
    const move = (e: globalThis.PointerEvent) => onWidth(e.clientX - start);
    handle.addEventListener('pointermove', move);
    handle.addEventListener('pointerup', () => handle.removeEventListener('pointermove', move), { once: true });
  };
  return <span className="resize-handle" aria-hidden onPointerDown={drag} onDoubleClick={(e) => e.stopPropagation()} />;
}
