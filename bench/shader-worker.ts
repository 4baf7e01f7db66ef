/** One machine of the measurement of two at once (shader.ts): the kernel's name in, its times out. */
import { KERNELS } from './shader-kernels.ts';
import { measure } from './shader.ts';

const kernel = KERNELS.find((k) => k.name === process.argv[2]);
if (kernel === undefined) throw new Error(`no kernel ${process.argv[2]}`);
const { busy, wall, work } = measure(kernel, 'translator');
process.stdout.write(JSON.stringify({ busy, wall, work }));
