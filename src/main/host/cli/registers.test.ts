import { describe, expect, it } from 'vitest';
import { run } from './registers.ts';

async function output(...args: string[]): Promise<string> {
  let text = '';
  const code = await run(args, { out: (t) => (text += t), err: () => undefined });
  expect(code).toBe(0);
  return text;
}

describe('tyr registers', () => {
  it('prints all blocks as a table, or the ones asked for', async () => {
    expect(await output()).toMatch(/GPU_CONTROL[^]*MCU_CS /);
    const some = await output('--block', 'mmu_control', '--block', 'MCU_PRF');
    expect(some).toContain('AS{n}_TRANSTAB');
    expect(some).toContain('PRF_CMD');
    expect(some).not.toContain('GPU_ID');
  });

  it('knows its formats', async () => {
    expect(JSON.parse(await output('--json', '--block', 'GPU_POWER'))).toHaveLength(1);
    expect(await output('--format', 'svd')).toMatch(/^<\?xml/);
    expect(await output('--format', 'mcu-header')).toContain('#ifndef MALI_MCU_H');
  });

  it.each([
    [['--block', 'GPU_CONTOL'], /did you mean GPU_CONTROL/],
    [['--format', 'xml'], /no format "xml"/],
    [['--format', 'toString'], /no format/],
    [['GPU_ID'], /unexpected "GPU_ID"/],
    [['--format', 'mcu-header', '--block', 'MCU_CS'], /leave --block out/],
  ])('refuses %j', async (args, message) => {
    await expect(output(...args)).rejects.toThrow(message);
  });
});
