import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { precompress } from './web/precompress.ts'
import { writeShells } from './web/web_shells.ts'

const checkout = join(import.meta.dirname, '..')
const stamp = join(checkout, 'dist/built-from')
const besides = [
  ...['schema.graphql', 'package.json', 'package-lock.json', 'LICENSE', 'vite.config.ts'],
  ...['scripts/build_web.ts', 'scripts/web_documents.ts'],
  ...readdirSync(join(checkout, 'scripts/web'))
    .sort()
    .map((name) => `scripts/web/${name}`),
]

/** A digest of everything that the pages are built from. */
async function sources(): Promise<string> {
  const below = await readdir(join(checkout, 'src/web'), { recursive: true, withFileTypes: true })
  const files = below
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('generated'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const digest = createHash('sha256')
  for (const file of [...files, ...besides.map((path) => join(checkout, path))]) {
    digest.update(file.slice(checkout.length)).update(await readFile(file))
  }
  return digest.digest('hex')
}

/**
 * Builds the pages, and the manifest of their documents, into dist/ unless that was done from the same sources. Takes
 * about three seconds, or none. Throws when a document does not fit schema.graphql, or when a source cannot be compiled.
 */
export async function buildWeb(): Promise<void> {
  const now = await sources()
  if ((await readFile(stamp, 'utf8').catch(() => '')) === now) return
  // Loaded only when there is something to build, since every `npm start` runs this.
  const [{ build }, { generateWebDocuments, webManifest }] = await Promise.all([
    import('vite'),
    import('./web_documents.ts'),
  ])
  // Whatever NODE_ENV is, visitors must not get React's development build.
  process.env.NODE_ENV = 'production'
  await generateWebDocuments()
  await build({ root: join(checkout, 'src/web'), configFile: join(checkout, 'vite.config.ts'), logLevel: 'warn' })
  // After Vite, which empties the folder.
  await writeFile(join(checkout, 'dist/documents.json'), JSON.stringify(await webManifest()))
  await writeShells(join(checkout, 'dist'))
  await precompress(join(checkout, 'dist'))
  await writeFile(stamp, now)
}

// `npm start` goes on without pages: after `npm ci --omit=dev` the tools to build them are missing, and the API works.
if (import.meta.main) {
  await buildWeb().catch((error) => {
    const cannot = error.code === 'ERR_MODULE_NOT_FOUND' && process.argv.includes('--if-possible')
    if (!cannot) throw error
    process.stderr.write(
      'The pages cannot be built without the development packages: as they are, they are served, or none. `npm ci && npm run build:web` makes them.\n',
    )
  })
}
