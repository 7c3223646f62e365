import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, it } from '@jest/globals'

const contributing = readFileSync('CONTRIBUTING.md', 'utf8')
const section = contributing.split(/^## /m).find((text) => text.startsWith('Adding a message channel\n')) ?? ''

/** The files of the database and of the program that treat the channel `sms` in a way of its own. */
const files = ['sql', 'src'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(sql|tsx?)$/.test(path) && !path.includes('generated'))
    .map((path) => join(folder, path))
    .filter((path) => /'sms'|\{email,sms,/.test(readFileSync(path, 'utf8'))),
)

it('CONTRIBUTING.md names every file that a new message channel has to be added to', () => {
  expect(files.length).toBeGreaterThan(15)
  expect(files.map((path) => basename(path)).filter((name) => !section.includes(`${name}\``))).toEqual([])
})

it('the files that CONTRIBUTING.md names for a message channel exist', () => {
  const named = [...section.matchAll(/`([\w/]+\.(?:sql|tsx?))`/g)].map(([, name]) => name as string)
  const existing = ['sql', 'src', 'test'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path).replaceAll('\\', '/')),
  )
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((name) => !existing.some((path) => `/${path}`.endsWith(`/${name}`)))).toEqual([])
})
