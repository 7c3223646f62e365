import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'

const checkout = join(import.meta.dirname, '../..')

/** Every script that the browser fetches before a page shows: those in index.html, and what they import statically. */
async function firstScripts(): Promise<string[]> {
  const html = await readFile(join(checkout, 'dist/index.html'), 'utf8')
  const found = [...html.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].map(([, name]) => name as string)
  const known = new Set(found)
  for (const name of known) {
    const source = await readFile(join(checkout, 'dist/assets', name), 'utf8')
    // `import(…)` is fetched later; `import … from "./x.js"` and `import "./x.js"` at once.
    for (const [, imported] of source.matchAll(/(?:\bfrom|\bimport)\s*["']\.\/([^"']+\.js)["']/g)) {
      known.add(imported as string)
    }
  }
  return [...known]
}

test('the first page needs less than 150 kB of script, as it travels', async () => {
  // In a process of its own: what Jest puts around modules does not suit a bundler.
  await promisify(execFile)(process.execPath, [join(checkout, 'scripts/build_web.ts')])
  const names = await firstScripts()
  expect(names.length).toBeGreaterThan(0)
  const files = await Promise.all(names.map((name) => readFile(join(checkout, 'dist/assets', name))))
  const bytes = files.reduce((sum, file) => sum + gzipSync(file).length, 0)
  expect(bytes).toBeLessThan(150_000)
})
