/** A bare machine for the core's tests: a vector table at 0, programs given as hex from 0x1000 on. */
import { BareBus } from './bare.ts';
import { Core, type CoreOptions } from './core.ts';

export const PROGRAM = 0x1000;
/** Every handler that a test does not name goes here: `b .` */
export const PARKED = 0x800;
export const STACK = 0x2000_8000;

/** A core about to run `code`; `handlers` maps exception numbers to offsets in it. */
export function machine(
  code: string,
  handlers: Readonly<Record<number, number>> = {},
  options: CoreOptions = {},
): { core: Core; bus: BareBus } {
  const bus = new BareBus();
  const core = new Core(bus, options);
  bus.ram32.fill((PARKED + 1) | 0, 0, 64);
  for (const [exception, offset] of Object.entries(handlers)) bus.ram32[Number(exception)] = (PROGRAM + offset) | 1;
  bus.ram32[PARKED / 4] = 0xe7fe_e7fe | 0;
  bus.write(
    PROGRAM,
    Uint8Array.from({ length: code.length / 2 }, (_, k) => Number.parseInt(code.slice(2 * k, 2 * k + 2), 16)),
  );
  core.reset(STACK, PROGRAM | 1);
  return { core, bus };
}
