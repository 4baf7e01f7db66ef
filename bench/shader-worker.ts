/** One machine in a process of its own (shader.ts): the kernel's name and the engine in, its times out. */
import { KERNELS } from './shader-kernels.ts';
import { measure } from './shader.ts';

const [, , name, engine] = process.argv;
const kernel = KERNELS.find((k) => k.name === name);
if (kernel === undefined) throw new Error(`no kernel ${name}`);
process.stdout.write(JSON.stringify(measure(kernel, engine === 'interpreter' ? 'interpreter' : 'translator')));
