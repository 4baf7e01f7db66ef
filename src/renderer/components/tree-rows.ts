/** The rows a tree shows: its nodes flattened, children of closed branches left out. Pure; virtual-tree.tsx draws them. */

export interface TreeNode<T> {
  /** Unique in the whole tree. */
  readonly id: string;
  readonly data: T;
  /** Made when the branch is first opened, when it is a function. */
  readonly children?: readonly TreeNode<T>[] | (() => readonly TreeNode<T>[]);
}

export interface TreeRow<T> {
  readonly node: TreeNode<T>;
  /** 0 for roots. */
  readonly depth: number;
  readonly parent: number;
  /** Place among its siblings, from 1, and how many there are. */
  readonly place: number;
  readonly siblings: number;
  readonly branch: boolean;
  readonly open: boolean;
}

/** Children of a node; none for a leaf. */
export function childrenOf<T>(node: TreeNode<T>): readonly TreeNode<T>[] {
  return typeof node.children === 'function' ? node.children() : (node.children ?? []);
}

/** Rows from top to bottom; `isOpen` says which branches are open. */
export function treeRows<T>(roots: readonly TreeNode<T>[], isOpen: (node: TreeNode<T>) => boolean): TreeRow<T>[] {
  const rows: TreeRow<T>[] = [];
  const walk = (nodes: readonly TreeNode<T>[], depth: number, parent: number) => {
    nodes.forEach((node, i) => {
      const branch = node.children !== undefined;
      const open = branch && isOpen(node);
      const at = rows.length;
      rows.push({ node, depth, parent, place: i + 1, siblings: nodes.length, branch, open });
      if (open) walk(childrenOf(node), depth + 1, at);
    });
  };
  walk(roots, 0, -1);
  return rows;
}
