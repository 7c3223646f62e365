import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { settingsTable } from '../../../src/process/settings.ts'

// A row of docs/settings.md: | `PORT` | 5678 | what it is |
const row = /^\| *`([A-Z][A-Z0-9_]+)` *\| *(.*?) *\| *(.*?) *\|$/gm

test('docs/settings.md lists every setting with its default, and no others', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../docs/settings.md'), 'utf8')
  // A default may be in backquotes or not.
  const plain = (text: string | undefined) => text?.replaceAll('`', '')
  const listed = [...page.matchAll(row)].map(([, name, value]) => ({ name, default: plain(value) }))
  expect(listed).toEqual(settingsTable.map((setting) => ({ name: setting.name, default: plain(setting.default) })))
})
