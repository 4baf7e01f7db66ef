/** The choice of how values of lanes are shown. */
import { FORMATS, type Format } from './values.ts';

export interface FormatSelectProps {
  readonly format: Format;
  readonly onFormat: (format: Format) => void;
}

export function FormatSelect({ format, onFormat }: FormatSelectProps) {
  return (
    <label>
      Show as{' '}
      <select value={format} onChange={(e) => onFormat(FORMATS.find((f) => f.id === e.target.value)?.id ?? 'hex')}>
        {FORMATS.map((f) => (
          <option key={f.id} value={f.id}>
            {f.title}
          </option>
        ))}
      </select>
    </label>
  );
}
