/** A button that is an icon with a name; the name and its keys are the tooltip. */
import type { ReactNode } from 'react';
import type { Icon } from '../panes/registry.ts';

export interface ToolProps {
  readonly icon: Icon;
  /** What it does: its accessible name, unless it shows words. */
  readonly name: string;
  readonly keys?: string | undefined;
  readonly onClick: () => void;
  readonly disabled?: boolean;
  readonly pressed?: boolean;
  /** Words beside the icon. */
  readonly children?: ReactNode;
}

export function Tool({ icon: Glyph, name, keys, onClick, disabled, pressed, children }: ToolProps) {
  return (
    <button
      type="button"
      className="tool"
      aria-label={children === undefined ? name : undefined}
      title={keys === undefined ? name : `${name} (${keys})`}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      <Glyph size={16} aria-hidden />
      {children}
    </button>
  );
}
