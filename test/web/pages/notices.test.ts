import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openFrontPage, pagesForTests } from '../../helpers/browser/browser.ts'

const checkout = join(import.meta.dirname, '../../..')
const pages = pagesForTests({ shared: true })

const read = (path: string) => readFile(join(checkout, path), 'utf8')

/** The packages that the sources of the pages import, without those that are used only in the build. */
async function imported(): Promise<Set<string>> {
  const files = (await readdir(join(checkout, 'src/web'), { recursive: true })).filter(
    (file) => /\.(tsx?|css)$/.test(file) && !file.includes('generated'),
  )
  const found = new Set<string>()
  for (const file of files) {
    const source = await read(`src/web/${file}`)
    const named = /(?:^import (?!type)[^'"]*|^\} from |\bimport\(|url\()['"]((?:@[\w-]+\/)?[a-z][\w.-]*)/gm
    for (const [, name] of source.matchAll(named)) found.add(name as string)
  }
  return found
}

test('the licences of all packages in the pages are shown and linked from each page', async () => {
  const page = await pages.visitor()
  await openFrontPage(page, pages.url)
  const link = page.getByRole('link', { name: 'Licences' })
  const response = await page.request.get(new URL((await link.getAttribute('href')) ?? '', pages.url).href)
  expect([response.status(), response.headers()['content-type']]).toEqual([200, 'text/plain; charset=UTF-8'])
  const notices = await response.text()

  const listed = [...notices.matchAll(/^((?:@[\w-]+\/)?[\w.-]+) (\d+\.\d+\.\d+\S*) \(([\w. -]+)\)/gm)]
  const names = listed.map(([, name]) => name)
  // All imported packages are listed, and their dependencies.
  const direct = await imported()
  expect(direct.size).toBeGreaterThan(4)
  expect(names).toEqual(expect.arrayContaining([...direct, 'scheduler', 'react-stately']))
  const { packages } = JSON.parse(await read('package-lock.json'))
  for (const [, name, version, license] of listed) {
    // A package may be installed in several versions, one of them inside the folder of another package.
    const folder = Object.keys(packages).find(
      (path) => path.endsWith(`node_modules/${name}`) && packages[path].version === version,
    )
    expect([name, packages[folder ?? '']?.license]).toEqual([name, license])
    const own = await read(`${folder}/LICENSE`).catch(() => '')
    expect([name, notices.includes(own.trim())]).toEqual([name, true])
  }
  // Packages used only in builds or tests are not listed.
  for (const tool of ['vite', 'typescript', 'jest', '@graphql-codegen/cli', 'express', 'pg'])
    expect(names).not.toContain(tool)
  for (const license of [await read('LICENSE'), 'SIL OPEN FONT LICENSE', 'Apache License']) {
    expect(notices).toContain(license.trim())
  }
})

test('a package without a licence fails the build', async () => {
  // In a separate process, because a bundler does not work inside Jest's module system.
  const script = `
    import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
    import { build } from 'vite'
    import { thirdPartyNotices } from './scripts/web/third_party_notices.ts'
    const root = mkdtempSync('/tmp/medislot-test-')
    mkdirSync(root + '/node_modules/strange', { recursive: true })
    writeFileSync(root + '/node_modules/strange/package.json', '{"name": "strange", "version": "1.0.0", "main": "index.js"}')
    writeFileSync(root + '/node_modules/strange/index.js', 'export const a = () => console.log(document.title, document.location)')
    writeFileSync(root + '/main.js', 'import { a } from "strange"; a(); window.a = a')
    process.once('exit', () => rmSync(root, { recursive: true }))
    await build({ root, configFile: false, logLevel: 'silent', plugins: [thirdPartyNotices('n.txt', 'MIT')],
      build: { rolldownOptions: { input: root + '/main.js' } } })
  `
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd: checkout })
  await expect(run).rejects.toThrow(/strange does not say under which licence it is/)
})

test('medislot itself is under the MIT License', async () => {
  expect((await read('LICENSE')).startsWith('MIT License\n')).toBe(true)
  expect(JSON.parse(await read('package.json')).license).toBe('MIT')
  expect(JSON.parse(await read('package-lock.json')).packages[''].license).toBe('MIT')
})
