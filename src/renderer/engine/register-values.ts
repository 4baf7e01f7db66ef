/**
 * Values of registers by peek, for what is on the screen: asked again when the machine changed, kept while an answer
 * is on its way. Never reads: a peek has no side effects.
 */
import type { Client } from '../../protocol/client.ts';
import { Emitter } from '../lib/emitter.ts';
import { wordsAt, type RegisterPlace } from '../lib/registers.ts';

/** Registers of the MCU lie above this address, offsets of the host's window below: one key for both. */
const key = (offset: number) => offset;

export class RegisterValues {
  private readonly client: Pick<Client, 'call'>;
  private readonly emitter = new Emitter();
  private readonly words = new Map<number, number>();
  private wanted: readonly RegisterPlace[] = [];
  private version = -1;
  private signature = '';
  private asking = false;
  private due = false;
  private answers = 0;

  constructor(client: Pick<Client, 'call'>) {
    this.client = client;
  }

  readonly subscribe = this.emitter.subscribe;
  /** Grows with every answer. */
  readonly count = (): number => this.answers;

  /** Value of a register; undefined while it is not known. */
  valueOf(place: RegisterPlace): bigint | undefined {
    const [lo, hi] = wordsAt(place).map((w) => this.words.get(key(w)));
    if (lo === undefined || (place.register.width === 64 && hi === undefined)) return undefined;
    return (BigInt(hi ?? 0) << 32n) | BigInt(lo);
  }

  /** States what is on the screen. A negative version forgets everything: there is no machine. */
  want(places: readonly RegisterPlace[], version: number): void {
    const signature = places.map((p) => p.offset).join();
    if (version === this.version && signature === this.signature) return;
    this.version = version;
    this.signature = signature;
    this.wanted = places;
    if (version < 0) {
      if (this.words.size > 0) this.answered(() => this.words.clear());
      return;
    }
    this.due = places.length > 0;
    void this.next();
  }

  private async next(): Promise<void> {
    if (this.asking || !this.due) return;
    this.asking = true;
    this.due = false;
    const { wanted } = this;
    const found = await peekAll(this.client, wanted).catch(() => undefined);
    this.asking = false;
    if (found !== undefined && this.version >= 0) {
      this.answered(() => {
        for (const [offset, word] of found) this.words.set(key(offset), word);
      });
    }
    await this.next();
  }

  private answered(change: () => void): void {
    change();
    this.answers++;
    this.emitter.emit();
  }
}

/** Words of registers by offset or address. */
export async function peekAll(
  client: Pick<Client, 'call'>,
  places: readonly RegisterPlace[],
): Promise<ReadonlyMap<number, number>> {
  const out = new Map<number, number>();
  for (const space of ['host', 'mcu'] as const) {
    const offsets = places.filter((p) => p.space === space).flatMap(wordsAt);
    if (offsets.length === 0) continue;
    const words = await client.call('register.peekWords', { space, offsets });
    offsets.forEach((offset, i) => out.set(offset, words[i] ?? 0));
  }
  return out;
}
