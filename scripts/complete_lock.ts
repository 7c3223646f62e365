import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { missingFromLock, type PackageLock } from './package_lock.ts'

// `npm run lock`, after every `npm install`: adds to package-lock.json the builds for other platforms that npm left out
// because its registry did not have them at that moment. Without them `npm ci` refuses the lock, on every platform.
const file = join(import.meta.dirname, '../package-lock.json')
const lock: PackageLock = JSON.parse(await readFile(file, 'utf8'))
const missing = missingFromLock(lock)
for (const [path, entry] of missing) lock.packages[path] = entry
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
await writeFile(file, `${JSON.stringify(lock, null, 2)}\n`)
process.stdout.write(`${missing.length} entries added\n`)
