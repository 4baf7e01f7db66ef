/**
 * Snapshots of RAM as a tree that costs what changed. Each snapshot keeps the pages in which it differs from its
 * neighbour on the way to the live memory; the one next to the live memory is the head and collects pages just
 * before they change. Going to another snapshot turns the differences round along the way (the re-rooting of
 * persistent arrays), so every snapshot stays reachable and none is ever copied whole.
 *
 * What has changed since the head and was not taken is lost by `restore`: take a snapshot first to keep it.
 */
import { invariant } from '../base/errors.ts';
import type { Ram } from './memory.ts';

interface Node {
  readonly id: number;
  /** The neighbour on the way to the live memory; undefined for the head. */
  toward: Node | undefined;
  /** Pages whose content at this snapshot differs from `toward`, or from the live memory. */
  pages: Map<number, Uint8Array>;
  /** Dropped by its owner, kept while several others lean on it. */
  dropped: boolean;
}

export class RamSnapshots {
  private readonly ram: Ram;
  private readonly nodes = new Map<number, Node>();
  private head: Node | undefined;
  private lastId = 0;

  constructor(ram: Ram) {
    this.ram = ram;
  }

  /** Number of snapshots that can be restored. */
  get count(): number {
    let count = 0;
    for (const node of this.nodes.values()) if (!node.dropped) count++;
    return count;
  }

  /** Bytes of pages set aside. */
  get bytes(): number {
    let bytes = 0;
    for (const node of this.nodes.values()) for (const page of node.pages.values()) bytes += page.length;
    return bytes;
  }

  /** Remembers the present content; returns a handle for `restore` and `drop`. */
  take(): number {
    const node: Node = { id: ++this.lastId, toward: undefined, pages: new Map(), dropped: false };
    if (this.head !== undefined) this.head.toward = node;
    this.nodes.set(node.id, node);
    this.becomeHead(node);
    return node.id;
  }

  /** Brings the content of a snapshot back. The snapshot stays. */
  restore(handle: number): void {
    const target = this.find(handle);
    const path: Node[] = [];
    for (let node: Node | undefined = target; node !== undefined; node = node.toward) path.unshift(node);
    const replaced = new Set<number>();
    let previous: Node | undefined;
    for (const node of path) {
      const displaced = new Map<number, Uint8Array>();
      for (const [page, bytes] of node.pages) {
        if (previous !== undefined) displaced.set(page, this.ram.copyPage(page));
        this.ram.putPage(page, bytes);
        replaced.add(page);
      }
      if (previous !== undefined) {
        previous.pages = displaced;
        previous.toward = node;
      }
      node.pages = new Map();
      node.toward = undefined;
      previous = node;
    }
    this.ram.pagesReplaced(replaced);
    this.becomeHead(target);
    this.prune();
  }

  /** Forgets a snapshot; the others stay restorable. */
  drop(handle: number): void {
    this.find(handle).dropped = true;
    this.prune();
  }

  private find(handle: number): Node {
    const node = this.nodes.get(handle);
    invariant(node !== undefined && !node.dropped, `no RAM snapshot ${handle}`);
    return node;
  }

  private becomeHead(node: Node): void {
    this.head = node;
    this.ram.preImage = (page) => {
      if (!node.pages.has(page)) node.pages.set(page, this.ram.copyPage(page));
    };
    this.ram.closePages();
  }

  /** Removes dropped snapshots that at most one other leans on, handing their pages to it. */
  private prune(): void {
    let again = true;
    while (again) {
      again = false;
      for (const node of this.nodes.values()) {
        if (!node.dropped) continue;
        const leaning = [...this.nodes.values()].filter((other) => other.toward === node);
        if (leaning.length > 1) continue;
        this.remove(node, leaning[0]);
        again = true;
      }
    }
  }

  private remove(node: Node, heir: Node | undefined): void {
    this.nodes.delete(node.id);
    if (heir !== undefined) {
      for (const [page, bytes] of node.pages) if (!heir.pages.has(page)) heir.pages.set(page, bytes);
      heir.toward = node.toward;
    }
    if (this.head !== node) return;
    this.head = undefined;
    this.ram.preImage = undefined;
    if (heir !== undefined) this.becomeHead(heir);
  }
}
