import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import optimizeLocales from '@react-aria/optimize-locales-plugin'
import { defineConfig } from 'vite'
import { inlineDocuments } from './scripts/web/inline_documents.ts'
import { preloadFont } from './scripts/web/preload_font.ts'
import { thirdPartyNotices } from './scripts/web/third_party_notices.ts'

// React's own plugin would add hot reloading only; Vite compiles JSX by itself.
export default defineConfig({
  root: join(import.meta.dirname, 'src/web'),
  oxc: { jsx: { runtime: 'automatic' } },
  // React Aria speaks thirty languages; we speak two.
  plugins: [
    { ...optimizeLocales.vite({ locales: ['en-US', 'de-DE'] }), enforce: 'pre' },
    inlineDocuments(),
    preloadFont('figtree-latin-wght-normal'),
    thirdPartyNotices('third-party-notices.txt', readFileSync(join(import.meta.dirname, 'LICENSE'), 'utf8')),
  ],
  build: {
    outDir: join(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    target: 'es2023',
    // Small pictures as data: addresses would need a looser Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The first script lists the files of all pages. Their names and longer hashes would be a quarter of a kilobyte.
    rolldownOptions: { output: { chunkFileNames: 'assets/[hash:7].js' } },
  },
})
