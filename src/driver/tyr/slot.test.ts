import { describe, expect, it } from 'vitest';
import { fail as raise } from '../kernel/errno.ts';
import { NO_SEAT, SlotManager } from './slot.ts';
import type { SavedSlots, Seated, Seat } from './slot.ts';

interface User extends Seated {
  readonly name: number;
}

function setup(count: number, present: (slot: number) => boolean = () => true) {
  const log: string[] = [];
  const fail = { evict: false, activate: false };
  const manager = new SlotManager<User>(count, present, {
    activate: (slot, user) => {
      log.push(`activate ${slot} ${user.name}`);
      if (fail.activate) raise('EIO', 'activation');
    },
    evict: (slot, user, recycled) => {
      log.push(`evict ${slot} ${user.name}${recycled ? ' recycled' : ''}`);
      if (fail.evict) raise('ETIMEDOUT', 'eviction');
    },
  });
  const user = (name: number): User => ({ name, seat: NO_SEAT as Seat });
  return { manager, log, fail, user };
}

describe('SlotManager', () => {
  it('gives free slots first, keeps an idle slot for its user', () => {
    const { manager, log, user } = setup(2);
    const a = user(1);
    manager.activate(a);
    manager.idle(a);
    expect(a.seat).toMatchObject({ state: 'Idle', slot: 0 });
    manager.activate(a);
    expect(log).toEqual(['activate 0 1']);
  });

  it('evicts the user idle longest, and the evicted seat no longer counts', () => {
    const { manager, log, user } = setup(2);
    const [a, b, c] = [user(1), user(2), user(3)];
    manager.activate(a);
    manager.activate(b);
    manager.idle(b);
    manager.idle(a);
    manager.activate(c);
    expect(log.slice(2)).toEqual(['evict 1 2 recycled', 'activate 1 3']);
    expect(manager.slotOf(b)).toBeUndefined();
    expect(manager.slotOf(a)).toBe(0);
  });

  it('is busy when all are active, and skips slots that do not exist or are out of range', () => {
    const { manager, user } = setup(3, (slot) => slot !== 1);
    const [a, b, c] = [user(1), user(2), user(3)];
    manager.activate(a, 1);
    expect(manager.slotOf(a)).toBe(2);
    expect(() => manager.activate(b, 1)).toThrow('EBUSY');
    manager.activate(c, 0, 1);
    expect(manager.slotOf(c)).toBe(0);
  });

  it('keeps the old user seated when its eviction fails, nobody seated when activation fails', () => {
    const { manager, fail, user } = setup(1);
    const [a, b] = [user(1), user(2)];
    manager.activate(a);
    manager.idle(a);
    fail.evict = true;
    expect(() => manager.activate(b)).toThrow('ETIMEDOUT');
    expect(manager.userOf(0)).toBe(a);
    fail.evict = false;
    fail.activate = true;
    expect(() => manager.activate(b)).toThrow('EIO');
    expect(b.seat).toEqual(NO_SEAT);
    expect(manager.userOf(0)).toBeUndefined();
  });

  it('comes back from saved data', () => {
    const one = setup(3);
    const users = [one.user(0), one.user(1), one.user(2)];
    for (const u of users) one.manager.activate(u);
    one.manager.idle(users[2]!);
    one.manager.idle(users[0]!);
    const saved = structuredClone(one.manager.save((u) => u.name)) as unknown as SavedSlots;
    const two = setup(3);
    const again = [two.user(0), two.user(1), two.user(2)];
    two.manager.load(saved, (name) => again[name]!);
    expect(two.manager.save((u) => u.name)).toEqual(saved);
    two.manager.activate(two.user(9));
    expect(two.log).toEqual(['evict 2 2 recycled', 'activate 2 9']);
  });
});
