/**
 * Bring-up by hand: what the driver's probe does first, register by register, on a bench without a driver.
 *
 *   bin/tyr run resources/examples/bring-up.ts
 */
import type { Bench, ScenarioOptions } from '../../src/protocol/scenario.ts';

/** No driver: the machine alone, with its clocks on. */
export const options: ScenarioOptions = { bare: true };

const SOFT_RESET = 0x101; // GPU_CMD: code RESET, mode SOFT
const RESET_COMPLETED = 1 << 8;
const COHERENCY_NONE = 31;

export default async function bringUp(bench: Bench): Promise<void> {
  await bench.poke('GPU_INT_CLEAR', RESET_COMPLETED);
  await bench.poke('GPU_CMD', SOFT_RESET);
  const reset = await bench.poll('GPU_INT_RAWSTAT', (v) => (Number(v) & RESET_COMPLETED) !== 0);
  bench.expect('the soft reset completes', (Number(reset) & RESET_COMPLETED) !== 0, reset);
  await bench.poke('GPU_INT_CLEAR', RESET_COMPLETED);

  await bench.poke('GPU_COHERENCY_PROTOCOL', COHERENCY_NONE);
  await bench.poke('L2_PWRON', 1);
  const ready = await bench.poll('L2_READY', (v) => BigInt(v) === 1n);
  bench.expect('the L2 cache powers up', BigInt(ready) === 1n, ready);

  const id = await bench.read('GPU_ID');
  bench.log(`GPU_ID is 0x${Number(id).toString(16)}`);
  await bench.expectRegister('GPU_ID', 0xa8670005);
  await bench.expectRegister('GPU_ID.prod_major', 7);
  await bench.expectRegister('GPU_SHADER_PRESENT', '0x50005');
  // The MCU was not started: there is no firmware on this bench.
  await bench.expectRegister('MCU_STATUS', 0);
}
