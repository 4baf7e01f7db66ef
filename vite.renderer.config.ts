// How the workspace a person sees is built: for the window and for the browser alike.
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const root = import.meta.dirname;

/**
 * Said before any module runs: zod must not make functions of text, nor try whether it could; the content security
 * policy forbids it, and each try would be reported as a violation.
 */
export const BANNER = 'globalThis.__zod_globalConfig ??= { jitless: true };';

export default defineConfig({
  root: path.join(root, 'src/renderer'),
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    outDir: path.join(root, 'out/renderer'),
    emptyOutDir: true,
    minify: true,
    // No data: URLs for scripts and fonts: the content security policy allows files only.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 8000,
    modulePreload: { polyfill: false },
    rollupOptions: { input: path.join(root, 'src/renderer/index.html'), output: { banner: BANNER } },
  },
});
