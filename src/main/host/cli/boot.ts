/** `tyr boot`: probes the driver and boots the MCU. */
import type { BootResult } from '../../../protocol/messages.ts';
import type { Io } from './io.ts';
import { benchFlagsOf, parse, takesNoMore } from './options.ts';
import { withBench } from './with-bench.ts';

export async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parse(args, {});
  takesNoMore(positionals);
  const flags = benchFlagsOf(values);
  return withBench(flags, io, async ({ client, sessionPath, named }) => {
    const boot = await client.call('bench.boot', {});
    if (flags.json) {
      const { log: _log, ok: _ok, ...document } = boot;
      io.out(`${JSON.stringify(document, undefined, 2)}\n`);
    } else {
      io.out(describe(boot));
      if (named) io.out(`session    ${sessionPath}\n`);
    }
    return boot.ok ? 0 : 1;
  });
}

/** The result as lines for people. */
export function describe(boot: BootResult): string {
  const lines = boot.log.map((line) => `  ${line}`);
  const facts: readonly (readonly [string, string])[] = [
    ['gpu id', hexOf(boot.gpuInfo['gpu_id'])],
    ['mcu', `${boot.mcu.status}, ${boot.mcu.instructions.toLocaleString('en')} instructions`],
    ['firmware', boot.ok ? `interface ${boot.firmware.version}, git sha ${boot.firmware.gitSha}` : 'not running'],
    ['time', `${(boot.virtualNs / 1e6).toFixed(3)} ms of virtual time`],
    ['accesses', `${boot.registerAccesses.toLocaleString('en')} recorded`],
  ];
  const verdict = boot.ok ? 'The GPU is up.' : `The probe failed with errno ${-boot.errno}.`;
  return `${lines.join('\n')}\n${verdict}\n${facts.map(([k, v]) => `${k.padEnd(10)} ${v}\n`).join('')}`;
}

function hexOf(value: unknown): string {
  return typeof value === 'number' ? `0x${value.toString(16).padStart(8, '0')}` : 'not read';
}
