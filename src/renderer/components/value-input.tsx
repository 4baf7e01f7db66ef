/**
 * A value being edited in its place: Enter commits, Ctrl+Enter asks what it would change where that can be told, Esc
 * leaves; what cannot be read is red and says why.
 */
import { useEffect, useId, useRef, useState } from 'react';
import { hex } from '../lib/format.ts';
import { parseValue, type ValueContext } from '../lib/value-text.ts';

export interface ValueInputProps {
  /** What is edited, for screen readers: `Value of GPU_IRQ_MASK`. */
  readonly label: string;
  readonly value: bigint;
  readonly context: ValueContext;
  readonly onCommit: (value: bigint) => void;
  /** Ctrl+Enter: what would it change. */
  readonly onPreview?: (value: bigint) => void;
  /** Esc, or leaving the field. */
  readonly onCancel: () => void;
}

const KEYS = '\nEnter writes, Ctrl+Enter shows what it would change';

export function ValueInput({ label, value, context, onCommit, onPreview, onCancel }: ValueInputProps) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(() => hex(value));
  const parsed = parseValue(text, context);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const names = [
    ...Object.keys(context.names ?? {}),
    ...(context.fields ?? []).flatMap((f) => [f.name, ...Object.keys(f.enum ?? {})]),
  ];
  return (
    <span className="value-input">
      <input
        ref={field}
        className={`mono ${parsed.ok ? 'filter-good' : 'filter-bad'}`}
        aria-label={label}
        aria-invalid={!parsed.ok}
        aria-describedby={parsed.ok ? undefined : `${id}-problem`}
        list={names.length > 0 ? `${id}-names` : undefined}
        title={
          parsed.ok ? `${hex(parsed.value)} = ${parsed.value}${onPreview === undefined ? '' : KEYS}` : parsed.message
        }
        value={text}
        spellCheck={false}
        onChange={(e) => setText(e.target.value)}
        onBlur={onCancel}
        onClick={(e) => e.stopPropagation()}
        onDoubleClick={(e) => e.stopPropagation()}
        onKeyDown={(e) => {
          e.stopPropagation();
          if (e.key === 'Enter' && parsed.ok) {
            if (onPreview !== undefined && (e.ctrlKey || e.metaKey)) onPreview(parsed.value);
            else onCommit(parsed.value);
          } else if (e.key === 'Escape') onCancel();
          else return;
          e.preventDefault();
        }}
      />
      {names.length > 0 && (
        <datalist id={`${id}-names`}>
          {[...new Set(names)].map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      )}
      {!parsed.ok && (
        <span className="value-problem" id={`${id}-problem`} role="status">
          {parsed.message}
        </span>
      )}
    </span>
  );
}
