/** The stream hardware inside the whole machine: real MMU, flush engine and power, snapshots in mid-run. */
import { describe, expect, it } from 'vitest';
import { FAULT, sourceId, unpackFaultStatus } from '../../spec/faults.ts';
import { CS_CMD, CS_STATE, MCU_CS, MCU_CSG } from '../../spec/registers/mcu-private.ts';
import { MMU_CONTROL } from '../../spec/registers/mmu.ts';
import { GPU_POWER } from '../../spec/registers/power.ts';
import { enableAs, l2On, run, smallMachine, Tables } from '../fixtures/bench.ts';
import type { Machine } from '../machine.ts';
import { UNIT } from '../wiring.ts';
import { createCsf } from './csf.ts';
import { i } from './testing.ts';

const AS = 1;
const RING = 0x10_0000;
const DATA = 0x20_0000;
const RING_PA = 0x1_0000;
const DATA_PA = 0x2_0000;
const N = 10;

const set64 = (machine: Machine, offset: number, value: number): void => {
  machine.csf.writeStream(N, offset, value);
  machine.csf.writeStream(N, offset + 4, 0);
};

function setup(words: readonly bigint[]): Machine {
  const machine = smallMachine({ csf: createCsf });
  const { memory, csf } = machine;
  const tables = new Tables(memory, memory.base + 0x20_0000);
  tables.map(RING, memory.base + RING_PA);
  tables.map(DATA, memory.base + DATA_PA);
  words.forEach((w, k) => {
    memory.write32(memory.base + RING_PA + 8 * k, Number(w & 0xffff_ffffn));
    memory.write32(memory.base + RING_PA + 8 * k + 4, Number(w >> 32n));
  });
  l2On(machine);
  machine.hostWrite(GPU_POWER.SHADER_PWRON.offset, 0xffff_ffff);
  machine.hostWrite(GPU_POWER.TILER_PWRON.offset, 1);
  enableAs(machine, AS, tables.root);
  machine.hostWrite(MMU_CONTROL.MMU_INT_MASK.offset, 0xffff);
  const group = MCU_CSG.CSG_CTRL.at(1);
  csf.writeControl(group.offset, MCU_CSG.CSG_CTRL.encode({ as: 1, auto: 31 }));
  for (const mask of [MCU_CSG.CSG_EP_COMPUTE, MCU_CSG.CSG_EP_TILER]) {
    csf.writeControl(mask.at(1).offset, 0xffff_ffff);
    csf.writeControl(mask.at(1).offset + 4, 0);
  }
  csf.writeControl(MCU_CSG.CSG_EP_LIMIT.at(1).offset, 0x0001_0808);
  set64(machine, MCU_CS.CS_RING_BASE.offset, RING);
  csf.writeStream(N, MCU_CS.CS_RING_SIZE.offset, 0x1000);
  set64(machine, MCU_CS.CS_INSERT.offset, words.length * 8);
  csf.writeStream(N, MCU_CS.CS_CMD.offset, CS_CMD.START);
  return machine;
}

const work = [
  i('MOVE48', { destination: 64, immediate: DATA }),
  i('MOVE48', { destination: 66, immediate: 1 }),
  i('MOVE32', { destination: 37, immediate: 40 }),
  i('MOVE32', { destination: 38, immediate: 1 }),
  i('MOVE32', { destination: 39, immediate: 1 }),
  i('SET_SB_ENTRY', { endpoint_entry: 3 }),
  i('FLUSH_CACHE2', { l2_flush_mode: 3, lsc_flush_mode: 3, other_flush_mode: 2, latest_flush_id: 4 }),
  i('RUN_COMPUTE', { task_increment: 1 }),
  i('SYNC_ADD64', { address: 64, data: 66, wait_mask: 8, signal_slot: 1 }),
  i('WAIT', { wait_mask: 255 }),
  i('STORE_STATE', { address: 64, offset: 16, state: 1 }),
];

const state = (machine: Machine): number => machine.csf.peekStream(N, MCU_CS.CS_STATUS.offset) & 15;

describe('streams in the machine', () => {
  it('reach memory through their address space', () => {
    const machine = setup(work);
    run(machine, 1_000_000);
    const { memory } = machine;
    expect(state(machine)).toBe(CS_STATE.EMPTY);
    expect(memory.read32(memory.base + DATA_PA)).toBe(1);
    expect(memory.read32(memory.base + DATA_PA + 16)).toBeGreaterThan(0);
    expect(machine.csf.peekControl(MCU_CSG.CSG_TASKS.at(1, 0).offset)).toBe(40);
    expect(machine.irq('mmu')).toBe(false);
  });

  it('latch their faults in it', () => {
    const machine = setup([
      i('MOVE48', { destination: 64, immediate: 0x7000_0000 }),
      i('LOAD_MULTIPLE', { address: 64, base_register: 0, mask: 1 }),
    ]);
    run(machine, 100_000);
    expect(state(machine)).toBe(CS_STATE.FATAL);
    expect(machine.irq('mmu')).toBe(true);
    const { AS_FAULTSTATUS, AS_FAULTADDRESS } = MMU_CONTROL;
    expect(unpackFaultStatus(machine.hostRead(AS_FAULTSTATUS.at(AS).offset))).toMatchObject({
      exception: FAULT.TRANSLATION_FAULT_1,
      sourceId: sourceId(UNIT.CS_DATA, N),
    });
    expect(machine.hostRead(AS_FAULTADDRESS.at(AS).offset)).toBe(0x7000_0000);
  });

  it('go on from a snapshot taken at any moment, however time is cut', () => {
    const whole = setup(work);
    const start = whole.clock.now;
    run(whole, 300_000);
    const end = whole.stateHash();
    const cut = setup(work);
    while (cut.clock.now < start + 300_000) {
      run(cut, Math.min(3_331, start + 300_000 - cut.clock.now));
      const handle = cut.snapshot();
      run(cut, 5_000);
      cut.restore(handle);
      cut.dropSnapshot(handle);
    }
    expect(cut.stateHash()).toBe(end);
  });

  it('stopped before any instructions, also with a snapshot taken there, end as if they had not', () => {
    const whole = setup(work);
    const start = whole.clock.now;
    const seen: string[] = [];
    whole.hooks.csf.event = (cs, kind) => seen.push(`${whole.clock.now} ${cs} ${kind}`);
    run(whole, 300_000);
    for (let seed = 1; seed <= 20; seed++) {
      const machine = setup(work);
      const events: string[] = [];
      machine.hooks.csf.event = (cs, kind) => events.push(`${machine.clock.now} ${cs} ${kind}`);
      let random = seed * 7919;
      let passed = -1;
      let stops = 0;
      machine.hooks.csf.breakpoint = (cs, pc) => {
        random = (random * 1103515245 + 12345) & 0x7fff_ffff;
        if (passed === pc || random % 3 === 0) {
          passed = -1;
          return false;
        }
        passed = pc;
        return cs === N;
      };
      while (machine.clock.now < start + 300_000) {
        if (machine.runUntil(start + 300_000) !== 'pause') continue;
        stops++;
        expect(machine.csf.cut).toBe(true);
        expect(machine.idle).toBe(false);
        if (seed % 2 === 0) {
          const handle = machine.snapshot();
          machine.restore(handle);
          machine.dropSnapshot(handle);
        }
      }
      expect(stops).toBeGreaterThan(3);
      expect(machine.csf.cut).toBe(false);
      expect(machine.stateHash()).toBe(whole.stateHash());
      expect(events).toEqual(seen);
    }
  });
});
