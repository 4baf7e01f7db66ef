/** Names of driver objects as links to them. */
import type { ReactNode } from 'react';
import { goTo, type Tab } from './state.ts';

export function Link(props: { readonly tab: Tab; readonly to: string | number; readonly children: ReactNode }) {
  return (
    <button
      type="button"
      className="link"
      onClick={(event) => {
        event.stopPropagation();
        goTo(props.tab, props.to);
      }}
    >
      {props.children}
    </button>
  );
}

export const VmLink = ({ id }: { readonly id: number }) => (
  <Link tab="vms" to={id}>
    VM {id}
  </Link>
);
export const ObjectLink = ({ id }: { readonly id: number }) => (
  <Link tab="objects" to={id}>
    object {id}
  </Link>
);
export const FenceLink = ({ id }: { readonly id: number }) => (
  <Link tab="fences" to={id}>
    fence {id}
  </Link>
);
export const GroupLink = ({ id }: { readonly id: number }) => (
  <Link tab="groups" to={id}>
    group {id}
  </Link>
);
export const SyncobjLink = ({ id }: { readonly id: number }) => (
  <Link tab="syncobjs" to={id}>
    syncobj {id}
  </Link>
);

/** Elements with commas between them. */
export function Listed({ children }: { readonly children: readonly ReactNode[] }) {
  return children.flatMap((child, i) => (i === 0 ? [child] : [', ', child]));
}

/** `tyr[3] as 1`: the processes that have a handle. */
export function ownersText(
  owners: readonly { readonly pid: number; readonly comm: string; readonly handle: number }[],
): string {
  return owners.map((o) => `${o.comm}[${o.pid}] as ${o.handle}`).join(', ');
}

/** Permissions of a mapping in letters and words. */
export function protectionText(m: {
  readonly readOnly: boolean;
  readonly noExec: boolean;
  readonly uncached?: boolean;
  readonly sparse?: boolean;
}): string {
  const words = [`r${m.readOnly ? '-' : 'w'}${m.noExec ? '-' : 'x'}`];
  if (m.uncached === true) words.push('uncached');
  if (m.sparse === true) words.push('sparse');
  return words.join(' ');
}
