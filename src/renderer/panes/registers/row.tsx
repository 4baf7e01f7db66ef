/** One line of the register tree: name, access, value; the editor in the value's place. */
import type { Field } from '../../../spec/registers/index.ts';
import { describeAccess } from '../../../spec/registers/index.ts';
import { Hex } from '../../components/hex.tsx';
import { ValueInput } from '../../components/value-input.tsx';
import { readRegister } from '../../engine/poke.ts';
import { hex } from '../../lib/format.ts';
import { ACCESS_LETTERS, fieldApplies, fieldOf, readEffect, type RegisterPlace } from '../../lib/registers.ts';
import { useWorkspace } from '../../workspace.ts';
import type { RegisterNode } from './tree.ts';

export interface RegisterRowProps {
  readonly node: RegisterNode;
  /** Value of the whole register; undefined while unknown. */
  readonly value: bigint | undefined;
  readonly editing: boolean;
  readonly selected: boolean;
  /** `whole`: the register's value afterwards. `preview`: only what it would change is wanted. */
  readonly onCommit: (
    place: RegisterPlace,
    field: Field | undefined,
    value: bigint,
    whole: bigint,
    preview: boolean,
  ) => void;
  readonly onCancel: () => void;
}

export function RegisterRow(props: RegisterRowProps) {
  const { node } = props;
  if (node.kind === 'group') {
    return (
      <>
        <span className="reg-group">{node.title}</span>
        <span className="reg-doc">{node.doc}</span>
        <span className="dim">{node.count}</span>
      </>
    );
  }
  return node.kind === 'field' ? (
    <FieldCells {...props} place={node.place} field={node.field} />
  ) : (
    <RegisterCells {...props} place={node.place} />
  );
}

interface CellsProps extends RegisterRowProps {
  readonly place: RegisterPlace;
}

function RegisterCells({ place, value, editing, selected, onCommit, onCancel }: CellsProps) {
  const w = useWorkspace();
  const { register } = place;
  return (
    <>
      <span className="reg-name mono" title={`${register.doc}\n${hex(place.offset, 4)}, ${describeAccess(register)}`}>
        {register.name}
      </span>
      {selected && !editing && value !== undefined && (
        <button
          type="button"
          className="reg-read"
          tabIndex={-1}
          aria-label={`Read ${place.name}`}
          title={`${readEffect(register)}\nThe value at the right is a peek, which changes nothing.`}
          onClick={(e) => {
            e.stopPropagation();
            void readRegister(w, place);
          }}
        >
          Read
        </button>
      )}
      <span className="reg-access" title={describeAccess(register)}>
        {ACCESS_LETTERS[register.access]}
      </span>
      {editing ? (
        <ValueInput
          label={`Value of ${place.name}`}
          value={value ?? 0n}
          context={{ bits: register.width, fields: register.fields, current: value ?? 0n }}
          onCommit={(v) => onCommit(place, undefined, v, v, false)}
          onPreview={(v) => onCommit(place, undefined, v, v, true)}
          onCancel={onCancel}
        />
      ) : (
        <span className="reg-value">
          {value === undefined ? <span className="mono">…</span> : <Hex value={value} bits={register.width} mark />}
        </span>
      )}
    </>
  );
}

/** The register with another value in one field. */
function wholeOf(field: Field, value: bigint, part: bigint): bigint {
  const mask = ((1n << BigInt(field.width)) - 1n) << BigInt(field.lsb);
  return (value & ~mask) | (part << BigInt(field.lsb));
}

function FieldCells(props: CellsProps & { readonly field: Field }) {
  const { place, field, value, editing, onCommit, onCancel } = props;
  const now = value === undefined ? undefined : fieldOf(field, value);
  const applies = value === undefined || fieldApplies(place.register, field, value);
  const place2 = field.width === 1 ? `${field.lsb}` : `${field.lsb + field.width - 1}:${field.lsb}`;
  const named = now === undefined ? undefined : field.nameOf(Number(now));
  return (
    <>
      <span className={`reg-field${applies ? '' : ' dim'}`} title={field.doc}>
        {field.name} <span className="reg-bits mono">[{place2}]</span>
      </span>
      {field.access !== place.register.access && <span className="reg-access">{ACCESS_LETTERS[field.access]}</span>}
      {editing ? (
        <ValueInput
          label={`Value of ${place.name}.${field.name}`}
          value={now ?? 0n}
          context={{ bits: field.width, names: field.enum }}
          onCommit={(v) => onCommit(place, field, v, wholeOf(field, value ?? 0n, v), false)}
          onPreview={(v) => onCommit(place, field, v, wholeOf(field, value ?? 0n, v), true)}
          onCancel={onCancel}
        />
      ) : (
        <span className={`reg-value${applies ? '' : ' dim'}`}>
          {named !== undefined && <span className="reg-enum">{named}</span>}
          {now === undefined ? <span className="mono">…</span> : <Hex value={now} bits={field.width} mark />}
        </span>
      )}
    </>
  );
}
