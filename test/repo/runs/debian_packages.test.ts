import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

test('.ci/run installs every Debian package that tests need, and no others', () => {
  const [, listed = ''] = /^debian_packages=\((.*)\)$/m.exec(readFileSync('.ci/run', 'utf8')) ?? []
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.test.ts'))
  const needed = files.flatMap((path) =>
    [
      ...readFileSync(join('test', path), 'utf8').matchAll(
        /^ *describeWith(?:Program|PythonModule|Library)\(\s*'([^']+)'/gm,
      ),
    ].map(([, name]) => name),
  )
  expect(listed.split(' ').filter(Boolean).sort()).toEqual([...new Set(needed)].sort())
})
