/** What a program is called where people read it. */
import type { ShaderProgram } from '../../../protocol/shader-debug.ts';
import { hex } from '../../lib/format.ts';

export function programTitle(p: ShaderProgram | undefined, id: string): string {
  if (p === undefined) return id;
  return `${p.name === '' ? `shader ${id.slice(0, 6)}` : p.name}${p.address === undefined ? '' : ` at ${hex(p.address)}`}`;
}
