/**
 * Who may come in. The printed URL carries a token that works once; it is exchanged for a cookie that scripts cannot
 * read and other sites cannot send. Each new token replaces the one before.
 */
import type { IncomingMessage } from 'node:http';
import { cookieOf, newSecret, sameSecret } from './security.ts';

/** Browsers let in at once (chosen); the oldest is asked to use a new link. */
const MAX_GUESTS = 16;

export class Door {
  private token: string | undefined;
  private readonly guests: string[] = [];
  private readonly cookie: string;

  /** Cookies of one machine are shared by all ports, so the name holds the port. */
  constructor(port: number) {
    this.cookie = `tyr-${port}`;
  }

  /** A token for one visit. */
  issue(): string {
    this.token = newSecret();
    return this.token;
  }

  /** Takes a token; the Set-Cookie header for its bearer, or undefined when it is wrong or was used. */
  exchange(token: string): string | undefined {
    if (this.token === undefined || !sameSecret(token, this.token)) return undefined;
    this.token = undefined;
    const secret = newSecret();
    this.guests.push(secret);
    if (this.guests.length > MAX_GUESTS) this.guests.shift();
    return `${this.cookie}=${secret}; HttpOnly; SameSite=Strict; Path=/`;
  }

  /** Whether the request carries a cookie of ours. */
  knows(request: IncomingMessage): boolean {
    const given = cookieOf(request, this.cookie);
    return given !== undefined && this.guests.some((g) => sameSecret(g, given));
  }
}
