import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { missingFromLock } from '../../scripts/package_lock.ts'

const root = join(import.meta.dirname, '../..')

test('every package is locked to one version from the registry, with a checksum', async () => {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<
      string,
      { version: string; resolved?: string; integrity?: string; optional?: boolean; inBundle?: boolean }
    >
  }
  const loose = Object.entries(packages).filter(([path, { version, resolved, integrity, optional, inBundle }]) => {
    if (path === '' || inBundle) return false
    const elsewhere = resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/')
    // Builds for other platforms that the registry did not have when the lock was made (npm run lock) have a version only.
    const unchecked = !integrity?.startsWith('sha512-') && !(optional && integrity === undefined)
    return elsewhere || unchecked || !/^\d+\.\d+\.\d+/.test(version)
  })
  expect(loose.map(([path]) => path)).toEqual([])
})

test('package.json asks for exact versions', async () => {
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
    expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+(-[\w.]+)?$/)])
})

test('the lock has the builds for every platform, or npm ci would refuse it (npm run lock adds them)', async () => {
  const lock = JSON.parse(await readFile(join(import.meta.dirname, '../../package-lock.json'), 'utf8'))
  expect(missingFromLock(lock).map(([path]) => path)).toEqual([])
})
