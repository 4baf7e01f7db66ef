/** A boot: in instructions, in accesses, and in wall time against `node -e 0` on the same machine. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median, seconds, type Benchmark } from './bench.ts';

const execute = promisify(execFile);
const ROUNDS = 5;
const tyr = fileURLToPath(new URL('../bin/tyr', import.meta.url));

export const boot: Benchmark = {
  name: 'boot',
  about: 'probe, firmware boot and session, against an empty Node process',
  async run(report) {
    let document = '';
    const ours = await median(ROUNDS, () =>
      seconds(async () => {
        document = (await execute(tyr, ['boot', '--json'])).stdout;
      }),
    );
    const empty = await median(ROUNDS, () => seconds(async () => void (await execute(process.execPath, ['-e', '0']))));
    const result = JSON.parse(document) as { mcu: { instructions: number }; registerAccesses: number };
    report(`median of ${ROUNDS} rounds`);
    return [
      { name: 'boot.instructions', value: result.mcu.instructions, unit: 'instructions' },
      { name: 'boot.accesses', value: result.registerAccesses, unit: 'accesses' },
      { name: 'boot.wall', value: ours, unit: 's', anchor: 'node -e 0', ratio: ours / empty },
    ];
  },
};
