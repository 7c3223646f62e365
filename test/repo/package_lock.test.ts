import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { missingFromLock } from '../../scripts/package_lock.ts'

test('the lock has every platform’s builds, else npm ci refuses it (npm run lock adds them)', async () => {
  const lock = JSON.parse(await readFile(join(import.meta.dirname, '../../package-lock.json'), 'utf8'))
  expect(missingFromLock(lock).map(([path]) => path)).toEqual([])
})
