/** A register: where it lies, who may do what, its value now with all fields, and the accesses that made it so. */
import { describeAccess } from '../../../spec/registers/index.ts';
import { Facts } from '../../components/facts.tsx';
import { Hex } from '../../components/hex.tsx';
import { ObjectLink } from '../../components/object-link.tsx';
import { readRegister } from '../../engine/poke.ts';
import { useRegisterValues } from '../../engine/use-register-values.ts';
import { useStatus } from '../../engine/context.tsx';
import { hex, hexGroups } from '../../lib/format.ts';
import { ACCESS_LETTERS, fieldApplies, fieldOf, findPlace, readEffect, writeEffect } from '../../lib/registers.ts';
import { useWorkspace } from '../../workspace.ts';
import { RegisterHistory } from './register-history.tsx';

export interface RegisterDetailsProps {
  readonly name: string;
  readonly field: string | undefined;
}

export function RegisterDetails({ name, field }: RegisterDetailsProps) {
  const w = useWorkspace();
  const powered = useStatus() !== undefined;
  const place = findPlace(name);
  const values = useRegisterValues(place === undefined ? [] : [place]);
  if (place === undefined) return <p>No register is named {name}.</p>;
  const { register } = place;
  const value = values.valueOf(place);
  const now = value === undefined ? '…' : <Hex key={name} value={value} bits={register.width} mark />;
  const effect = writeEffect(register);
  const shown = register.fields.filter((f) => field === undefined || f.name === field || register.fields.length < 9);
  return (
    <>
      <p>{register.doc}</p>
      <Facts
        label={`Facts of ${name}`}
        facts={[
          ['now', now],
          ['reset', hexGroups(BigInt(register.reset), register.width), 'mono'],
          ['at', `${hex(place.offset, 4)}, ${register.width} bit`, 'mono'],
          ['block', register.block],
          ['access', describeAccess(register)],
        ]}
      />
      <p className="dim">
        {readEffect(register)} {effect}
      </p>
      <button type="button" className="button" disabled={!powered} onClick={() => void readRegister(w, place)}>
        Read as the CPU does
      </button>
      {register.fields.length > 0 && (
        <>
          <h3 className="section-title">Fields</h3>
          <table className="field-table" aria-label={`Fields of ${name}`}>
            <tbody>
              {(shown.length > 0 ? shown : register.fields).map((f) => {
                const now = value === undefined ? undefined : fieldOf(f, value);
                const named = now === undefined ? undefined : f.nameOf(Number(now));
                const applies = value === undefined || fieldApplies(register, f, value);
                return (
                  <tr key={f.name} className={f.name === field ? 'field-chosen' : applies ? '' : 'dim'}>
                    <td className="mono dim">{f.width === 1 ? f.lsb : `${f.lsb + f.width - 1}:${f.lsb}`}</td>
                    <th scope="row">
                      <ObjectLink to={{ kind: 'register', name, field: f.name }}>{f.name}</ObjectLink>
                      <div className="dim">{f.doc}</div>
                    </th>
                    <td className="dim">{ACCESS_LETTERS[f.access]}</td>
                    <td className="field-value">
                      {now === undefined ? '…' : <Hex value={now} bits={f.width} mark />}
                      {named !== undefined && <div>{named}</div>}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
          {shown.length > 0 && shown.length < register.fields.length && (
            <p className="dim">
              {shown.length} of {register.fields.length} fields;{' '}
              <ObjectLink to={{ kind: 'register', name }}>show all</ObjectLink>
            </p>
          )}
        </>
      )}
      <RegisterHistory name={name} />
    </>
  );
}
