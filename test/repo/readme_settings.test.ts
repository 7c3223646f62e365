import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { settingsTable } from '../../src/settings.ts'

// A row of the README's table: | `PORT` | 5678 | what it is |
const row = /^\| *`([A-Z][A-Z_]+)` *\| *(.*?) *\| *(.*?) *\|$/gm

test('the README lists every setting with its default, and no other', async () => {
  const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8')
  // Whether a default stands in backquotes is the README's affair.
  const plain = (text: string | undefined) => text?.replaceAll('`', '')
  const listed = [...readme.matchAll(row)].map(([, name, value]) => ({ name, default: plain(value) }))
  expect(listed).toEqual(settingsTable.map((setting) => ({ name: setting.name, default: plain(setting.default) })))
})
