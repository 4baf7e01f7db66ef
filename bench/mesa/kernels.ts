/**
 * The kernels of the campaign: GLSL files whose head says how they run. `// run:` holds the options of the clients
 * and, for the comparison, `--tolerance T` or `--compare none`; `// drivers:` names the one driver a kernel is for;
 * `// reference: sysroot` asks for the newer software renderer.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Driver } from './tools.ts';

export interface Kernel {
  readonly name: string;
  readonly source: string;
  /** Options of the client. */
  readonly options: readonly string[];
  readonly compare: { readonly mode: 'exact' | 'none' } | { readonly mode: 'tolerance'; readonly relative: number };
  readonly drivers: readonly Driver[];
  readonly reference: 'host' | 'sysroot';
}

const BOTH: readonly Driver[] = ['vulkan', 'gl'];

/** Reads a kernel's head. */
export function kernelOf(name: string, source: string): Kernel {
  const head = (key: string): string => new RegExp(`^// ${key}: (.*)$`, 'm').exec(source)?.[1]?.trim() ?? '';
  const options: string[] = [];
  let compare: Kernel['compare'] = { mode: 'exact' };
  const words = head('run').split(/\s+/);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--tolerance') compare = { mode: 'tolerance', relative: Number(words[++i]) };
    else if (word === '--compare') compare = { mode: words[++i] === 'none' ? 'none' : 'exact' };
    else if (word !== '') options.push(word);
  }
  const only = head('drivers');
  return {
    name,
    source,
    options,
    compare,
    drivers: BOTH.filter((d) => only === '' || only === d),
    reference: head('reference') === 'sysroot' ? 'sysroot' : 'host',
  };
}

/** All kernels of the folder, by name. */
export function kernels(): Kernel[] {
  const folder = fileURLToPath(new URL('kernels', import.meta.url));
  return readdirSync(folder)
    .filter((file) => file.endsWith('.comp'))
    .toSorted()
    .map((file) => kernelOf(file.replace(/\.comp$/, ''), readFileSync(`${folder}/${file}`, 'utf8')));
}

/** The kernel for OpenGL ES: no sets, and the storage buffer of set 1 is block 4. */
export function forGl(source: string): string {
  return source
    .replace('#version 450', '#version 310 es')
    .replace(/^layout\(local/m, 'precision highp float;\nprecision highp int;\nlayout(local')
    .replace(/set=0,binding=/g, 'binding=')
    .replace(/set=1,binding=0/g, 'binding=4')
    .replace(/\bprecise /g, 'highp ');
}
