// The desktop application: main process with its threads beside it, preload (CommonJS: a sandboxed one must be),
// and the workspace.
import path from 'node:path';
import { defineConfig } from 'electron-vite';
import renderer, { BANNER } from './vite.renderer.config.ts';

/** Where to; tests build elsewhere, and without the page. */
const elsewhere = process.env['TYR_OUT'];
const out = elsewhere ?? path.join(import.meta.dirname, 'out');
const from = (file: string): string => path.join(import.meta.dirname, 'src', file);

export default defineConfig({
  main: {
    build: {
      outDir: path.join(out, 'main'),
      sourcemap: true,
      rollupOptions: {
        input: {
          main: from('main/host/electron/main.ts'),
          'engine-worker': from('main/engine/worker.ts'),
          'session-worker': from('main/session/worker.ts'),
          'query-worker': from('main/session/query-worker.ts'),
          'sql-process': from('main/session/sql-process.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js' },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed preload can load nothing but electron: all else is bundled into it.
      externalizeDeps: false,
      outDir: path.join(out, 'preload'),
      rollupOptions: {
        input: { preload: from('preload/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs', banner: BANNER },
      },
    },
  },
  ...(elsewhere === undefined ? { renderer } : {}),
});
