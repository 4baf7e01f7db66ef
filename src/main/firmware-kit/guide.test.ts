/**
 * The guide of docs/custom-firmware.md, followed by the letter: its commands are taken from the document and executed
 * in an empty folder that has the workbench's `resources` and `bin`.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync, cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { testBench } from '../engine/testing.ts';
import { buildFirmware, compilerVersion } from './build.ts';
import { interfaceHeader, mcuHeader } from './headers.ts';

const execute = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const KIT = path.join(root, 'resources/firmware-kit');
const guide = readFileSync(path.join(root, 'docs/custom-firmware.md'), 'utf8');
const commands = [...guide.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = '']) => block.trim().split('\n'));
const compiler = await compilerVersion();
const skip = compiler === undefined;
const why = skip ? ' (skipped: arm-none-eabi-gcc is not installed)' : '';

const dirs: string[] = [];
const folder = (): string => {
  const dir = mkdtempSync(path.join(tmpdir(), 'tyr-guide-'));
  dirs.push(dir);
  return dir;
};
afterAll(() => dirs.forEach((dir) => rmSync(dir, { recursive: true, force: true })));

describe('the guide', () => {
  it('has commands, each one simple', () => {
    expect(commands.length).toBeGreaterThan(5);
    for (const line of commands) expect(line).toMatch(/^(cp|tyr) [\w./ -]+$/);
  });

  it.skipIf(skip)(`works by the letter${why}`, { timeout: 120_000 }, async () => {
    const cwd = folder();
    symlinkSync(path.join(root, 'resources'), path.join(cwd, 'resources'));
    const env = { ...process.env, PATH: `${path.join(root, 'bin')}:${process.env['PATH']}` };
    const output = new Map<string, string>();
    for (const line of commands) {
      const [program = '', ...args] = line.split(' ');
      const { stdout } = await execute(program, args, { cwd, env });
      output.set(line, stdout);
    }
    expect(output.get('tyr boot --firmware hello.bin')).toContain('The GPU is up.');
    expect(output.get('tyr boot --firmware from-elf.bin')).toContain('The GPU is up.');
    const ping = output.get('tyr run hello/ping.ts --firmware hello.bin') ?? '';
    expect(ping).toContain('ok     the firmware has answered');
    expect(ping).not.toContain('FAILED');
  });

  it('has the headers of the specification in the kit', () => {
    const text = (name: string) => readFileSync(path.join(KIT, 'generated', name), 'utf8').replaceAll('\r\n', '\n');
    expect(text('mali_mcu.h')).toBe(mcuHeader());
    expect(text('csf_interface.h')).toBe(interfaceHeader());
  });
});

describe('firmware that does not do as it should', () => {
  /** Boots the kit's firmware with a line of hello.c replaced; the driver's log. */
  async function boot(line: string, by: string): Promise<{ ok: boolean; errno: number; log: readonly string[] }> {
    const dir = folder();
    cpSync(KIT, dir, { recursive: true });
    const file = path.join(dir, 'src/hello.c');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(line);
    writeFileSync(file, text.replace(line, by));
    const { image } = await buildFirmware(dir);
    return testBench({ firmware: image }).call('bench.boot', {});
  }

  it.skipIf(skip).each([
    ['group_num = GROUP_COUNT', 'group_num = 2', -22, 'Unsupported number of group slots: 2'],
    ['stream_num = STREAMS_PER_GROUP', 'stream_num = 4', -22, 'CSG 0: unsupported number of stream slots: 4'],
    ['stream_num = STREAMS_PER_GROUP', 'stream_num = g ? 9 : 8', -22, 'Expecting identical CSG slots'],
    ['1u << GLB_CONTROL_VERSION_MAJOR_SHIFT | 1u', '0 * 1u', -22, 'Firmware version is 0'],
    ['control.input_va = (u32)&shared.in', 'control.input_va = 0x04fffff0', -22, 'lies outside the shared section'],
    ['HOST_IRQ = BIT(JOB_INT_GLOBAL); /* booted */', '', -110, 'Failed to boot MCU (status=enabled)'],
    ['  publish();', '  publish(); *(volatile u32 *)0x30000000 = 1;', -110, 'Failed to boot MCU (status=fatal)'],
  ])(`"%s" as "%s": errno %d, %s`, async (line, by, errno, message) => {
    const result = await boot(line, by);
    expect(result).toMatchObject({ ok: false, errno });
    expect(result.log.join('\n')).toContain(message);
    // The guide has a row for it.
    const start = message.replace(/\d+/, '').slice(0, 20);
    expect(guide.replace(/CSG i/, 'CSG ')).toContain(start.trim());
  });
});
