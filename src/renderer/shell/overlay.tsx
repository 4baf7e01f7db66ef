/** A dialog over the workspace: named, holds the focus, ends with Esc or a click beside it. */
import { Dialog } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { useUi } from '../state/ui.ts';

export interface OverlayProps {
  readonly title: string;
  readonly children: ReactNode;
  /** The title is for screen readers only. */
  readonly bare?: boolean;
  readonly buttons?: ReactNode;
}

export function Overlay({ title, children, bare = false, buttons }: OverlayProps) {
  const show = useUi((s) => s.show);
  return (
    <Dialog.Root
      open
      onOpenChange={(open) => {
        if (!open) show(undefined);
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className={`backdrop ${bare ? '' : 'backdrop-dim'}`} />
        <Dialog.Popup className="overlay">
          <Dialog.Title className={bare ? 'hidden-text' : 'overlay-title'}>{title}</Dialog.Title>
          {bare ? children : <div className="overlay-body">{children}</div>}
          {buttons !== undefined && <div className="overlay-buttons">{buttons}</div>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
