import { describe, expect, it } from 'vitest';
import { Bug } from '../../base/errors.ts';
import { defineBlock, field } from '../../spec/registers/define.ts';
import { Clk } from './clk.ts';
import { ERRNO, KernelError, checkRet, errnoName, fail, toRet } from './errno.ts';
import type { PlatformDevice, PlatformDriver } from './platform-device.ts';
import { modulePlatformDriver } from './platform-device.ts';
import type { Disabled, Enabled } from './regulator.ts';
import { Regulator } from './regulator.ts';
import { GPU_NODE, fakeKernel } from './testing.ts';

const setup = () => {
  const both = fakeKernel({ devices: [GPU_NODE] });
  const window = both.platform.window(0xfb00_0000, 0x20_0000);
  const dev = both.kernel.bus.devices[0] ?? fail('ENODEV', 'no device');
  return { ...both, window, dev };
};

describe('errno', () => {
  it('has the kernel values', () => {
    expect([ERRNO.EINVAL, ERRNO.ENOTTY, ERRNO.ETIME, ERRNO.EOPNOTSUPP, ERRNO.ETIMEDOUT, ERRNO.ECANCELED]).toEqual([
      22, 25, 62, 95, 110, 125,
    ]);
    expect(new Set(Object.values(ERRNO)).size).toBe(Object.keys(ERRNO).length);
    expect(errnoName(-14)).toBe('EFAULT');
    expect(toRet(() => fail('EBUSY', 'x'))).toBe(-16);
    expect(toRet(() => {})).toBe(0);
    expect(() => checkRet(-12, 'x')).toThrow(/ENOMEM/);
  });
});

describe('registers', () => {
  const REGS = defineBlock('test', {
    CTRL: { offset: 0x10, access: 'RW', doc: '', fields: { mode: field(0, 2), on: field(4, 1) } },
    WIDE: { offset: 0x20, width: 64, access: 'RW', doc: '' },
    LAST: { offset: 0x20_0000, access: 'RW', doc: '' },
  });

  it('are read, written and updated by name', () => {
    const { kernel, window, dev } = setup();
    kernel.run('p', () => {
      const io = dev.ioMem(0, 0x20_0000);
      io.writeFields(REGS.CTRL, { mode: 2 });
      io.update(REGS.CTRL, { on: true });
      expect(io.read(REGS.CTRL)).toBe(0x12);
      expect(io.field(REGS.CTRL, 'mode')).toBe(2);
      io.write64(REGS.WIDE, 0x12_3456_789a);
      expect(io.read64(REGS.WIDE)).toEqual({ lo: 0x3456_789a, hi: 0x12 });
      expect(() => io.read(REGS.LAST)).toThrow(Bug);
      expect(() => io.readRaw(2)).toThrow(Bug);
    });
    expect(window.trace.slice(4, 8)).toEqual(['R 10 12', 'W 20 3456789a', 'W 24 12', 'R 20 3456789a']);
  });

  it('read a counter whose high word moves', () => {
    const { kernel, window, dev } = setup();
    const his = [1, 2, 2, 2];
    window.onRead.set(0x24, () => his.shift() ?? 2);
    const los = [0xffff_ffff, 5];
    window.onRead.set(0x20, () => los.shift() ?? 5);
    expect(kernel.run('p', () => dev.ioMem(0, 0x1000).readCounter64(REGS.WIDE))).toBe(2 * 2 ** 32 + 5);
    expect(window.trace.filter((t) => t.startsWith('R 24'))).toHaveLength(4);
  });
});

describe('clocks and regulators', () => {
  it('clocks undo what they did', () => {
    const { platform, dev } = setup();
    const guard = Clk.get(dev, 'core').prepareEnable();
    expect(platform.enabled.get('clk_gpu')).toBe(1);
    guard.dispose();
    expect([platform.enabled.get('clk_gpu'), platform.enabled.get('clk_gpu prepared')]).toEqual([0, 0]);
    expect(() => guard.dispose()).toThrow(Bug);
    expect(() => Clk.get(dev, 'nope')).toThrow(/ENOENT/);
    const none = Clk.optional(dev, 'nope');
    none.prepareEnable().dispose();
    expect(none.rate).toBe(0);
    expect(Clk.get(dev).id).toBe('clk_gpu');
  });

  it('a clock that does not start is unprepared again', () => {
    const { platform, dev } = setup();
    platform.clocks.enable = () => -ERRNO.EBUSY;
    expect(() => Clk.get(dev, 'core').prepareEnable()).toThrow(/EBUSY/);
    expect(platform.enabled.get('clk_gpu prepared')).toBe(0);
  });

  it('regulators carry their state in the type', () => {
    const { platform, dev } = setup();
    const off: Regulator<Disabled> = Regulator.get(dev, 'mali');
    // @ts-expect-error a disabled regulator takes no voltage
    const refuse = (): void => off.setVoltage(675_000, 850_000);
    expect(refuse).toBeTypeOf('function');
    const on: Regulator<Enabled> = off.tryIntoEnabled();
    // @ts-expect-error an enabled regulator cannot be enabled
    const again = (): unknown => on.tryIntoEnabled();
    expect(again).toBeTypeOf('function');
    expect(() => off.tryIntoEnabled()).toThrow(/changed hands/);
    expect(platform.enabled.get('vdd_gpu_s0')).toBe(1);
  });

  it('regulators set voltages and go off when disposed', () => {
    const { platform, dev } = setup();
    const on = Regulator.getEnabled(dev, 'mali');
    on.setVoltage(700_000, 850_000);
    expect(on.getVoltage()).toBe(700_000);
    on.dispose();
    on.dispose();
    expect(platform.enabled.get('vdd_gpu_s0')).toBe(0);
    expect(Regulator.optional(dev, 'sram')).toBeUndefined();
    expect(() => Regulator.get(dev, 'sram')).toThrow(KernelError);
  });
});

describe('platform drivers', () => {
  const driver = (probe: (dev: PlatformDevice) => void, trace: string[]): PlatformDriver<number, string> => ({
    name: 'panthor',
    matches: [
      { compatible: 'arm,mali-valhall-csf', info: 1 },
      { compatible: 'rockchip,rk3588-mali', info: 2 },
    ],
    probe(dev, info) {
      trace.push(`probe ${info}`);
      dev.devres.action('first', () => trace.push('release first'));
      dev.devres.action('second', () => trace.push('release second'));
      probe(dev);
      return 'data';
    },
    remove: (_dev, data) => void trace.push(`remove ${data}`),
  });

  it('match the most specific name, and unload in reverse order', () => {
    const { kernel } = setup();
    const trace: string[] = [];
    kernel.loadModule(modulePlatformDriver(driver(() => {}, trace)));
    expect(kernel.bus.driverOf('fb000000.gpu')).toBe('panthor');
    kernel.unloadModule('panthor');
    expect(trace).toEqual(['probe 2', 'remove data', 'release second', 'release first']);
    expect(kernel.bus.driverOf('fb000000.gpu')).toBeUndefined();
  });

  it('a failed probe releases what it took and says why', () => {
    const { kernel, platform } = setup();
    const trace: string[] = [];
    kernel.loadModule(modulePlatformDriver(driver(() => fail('ENXIO', 'GPU_ID is 0'), trace)));
    expect(trace).toEqual(['probe 2', 'release second', 'release first']);
    expect(platform.logged).toEqual(['err panthor fb000000.gpu: probe failed with error -6 (ENXIO: GPU_ID is 0)']);
    expect(kernel.bus.driverOf('fb000000.gpu')).toBeUndefined();
  });

  it('an unbound device has no registers and no interrupts', () => {
    const { kernel, dev } = setup();
    kernel.run('p', () => {
      const io = dev.ioMem(0, 0x1000);
      dev.requestIrq('job', { id: 'job', hard: () => 'none' });
      expect(() => dev.requestIrq('nope', { id: 'x', hard: () => 'none' })).toThrow(/ENXIO/);
      expect(kernel.irqs.count).toBe(1);
      dev.devres.dispose();
      expect(kernel.irqs.count).toBe(0);
      expect(() => io.readRaw(0)).toThrow(/after the device was unbound/);
    });
  });
});

describe('the kernel', () => {
  it('announces services to the debugger and refuses to save inside a call', () => {
    const { kernel, platform, dev } = setup();
    const seen: string[] = [];
    platform.probe.service = (what) => seen.push(what);
    kernel.run('p', () => {
      dev.ioMem(0, 0x1000).readRaw(0, 'GPU_ID');
      expect(() => kernel.save()).toThrow(Bug);
      expect(() => kernel.runUntil(5)).toThrow(Bug);
    });
    expect(seen).toEqual(['ioremap fb000000.gpu', 'GPU_ID']);
  });
});
