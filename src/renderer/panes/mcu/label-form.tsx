/** Naming an address and remarking on it; both empty take the label away. */
import { useEffect, useRef, useState } from 'react';
import { useAsk } from '../../engine/context.tsx';
import { hex } from '../../lib/format.ts';

export interface LabelFormProps {
  readonly address: number;
  /** The field that has the focus at first. */
  readonly first: 'label' | 'comment';
  readonly onDone: (name: string, comment: string) => void;
  readonly onCancel: () => void;
}

export function LabelForm({ address, first, onDone, onCancel }: LabelFormProps) {
  const { data: labels } = useAsk('debug.labels', {});
  if (labels === undefined) return undefined;
  const known = labels.find((l) => l.address === address);
  return (
    <Fields
      address={address}
      first={first}
      name={known?.name ?? ''}
      comment={known?.comment ?? ''}
      onDone={onDone}
      onCancel={onCancel}
    />
  );
}

interface FieldsProps extends LabelFormProps {
  readonly name: string;
  readonly comment: string;
}

function Fields({ address, first, name: oldName, comment: oldComment, onDone, onCancel }: FieldsProps) {
  const [name, setName] = useState(oldName);
  const [comment, setComment] = useState(oldComment);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <form
      className="mcu-label-form"
      aria-label={`Label of ${hex(address, 8)}`}
      onSubmit={(e) => {
        e.preventDefault();
        onDone(name.trim(), comment.trim());
      }}
      onKeyDown={(e) => e.key === 'Escape' && onCancel()}
    >
      <input
        ref={first === 'label' ? field : undefined}
        className="mono"
        aria-label="Name"
        placeholder="name"
        maxLength={100}
        value={name}
        onChange={(e) => setName(e.target.value)}
      />
      <input
        ref={first === 'comment' ? field : undefined}
        aria-label="Comment"
        placeholder="comment"
        maxLength={2000}
        value={comment}
        onChange={(e) => setComment(e.target.value)}
      />
      <button type="submit" className="button">
        Set
      </button>
    </form>
  );
}
