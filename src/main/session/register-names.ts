/** Names of all register words for the `register_name` table: host window and MCU view. */
import { mcuRegisterNames, hostRegisterNames } from '../../spec/registers/names.ts';

export interface RegisterName {
  /** 0 host window, 1 MCU address map. */
  readonly space: 0 | 1;
  readonly offset: number;
  readonly block: string;
  readonly name: string;
}

export function* allRegisterNames(): Generator<RegisterName> {
  for (const r of hostRegisterNames()) yield { space: 0, ...r };
  for (const r of mcuRegisterNames()) yield { space: 1, ...r };
}
