import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, it } from '@jest/globals'
import { importGraph } from '../import_graph.ts'

// The links of the README and other documents, and the README's path of one booking through the code, lead to existing files.

const readme = readFileSync('README.md', 'utf8')
const linksIn = (text: string) => [...text.matchAll(/\]\(([^)#\s]+)/g)].map(([, link]) => link as string)

const steps = [...readme.matchAll(/^\d+\. \[[^\]]+\]\(([^)]+)\) /gm)].map(([, file]) => file as string)
const imports = importGraph(['src'])

/** Whether a file leads to another one: it imports that file, or names the function or task that the file defines. */
function leadsTo(file: string, next: string): boolean {
  if (imports.get(file)?.includes(next)) return true
  if (file.endsWith('.ts') && next.endsWith('.ts')) return false
  const name = basename(next).replace(/\.(sql|ts)$/, '')
  return new RegExp(`\\b${name}\\b`).test(readFileSync(file, 'utf8'))
}

it('every file that the README names exists', () => {
  const files = linksIn(readme).filter((link) => !link.includes('://'))
  expect(files.length).toBeGreaterThan(30)
  expect(files.filter((file) => !existsSync(file))).toEqual([])
})

const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).map((path) => join('docs', path)),
].filter((path) => path.endsWith('.md'))

it.each(documents)('every link in %s leads to an existing file and heading', (document) => {
  const broken = linksTo(readFileSync(document, 'utf8')).filter((link) => !leads(document, link))
  expect(broken).toEqual([])
})

/** The links to files of the repository: `shards.md`, `shards.md#moving-a-clinic`, `#moving-a-clinic`. */
const linksTo = (text: string) =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link as string).filter((link) => !/^\w+:/.test(link))

function leads(document: string, link: string): boolean {
  const [path = '', heading] = link.split('#')
  const file = path === '' ? document : join(dirname(document), path)
  if (!existsSync(file)) return false
  return heading === undefined || headingsOf(readFileSync(file, 'utf8')).includes(heading)
}

/** The anchors that GitHub gives to the headings of a document. */
const headingsOf = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )

it('a link to a missing file or heading is detected', () => {
  expect(leads('docs/shards.md', '../test/programs/missing.test.ts')).toBe(false)
  expect(leads('docs/shards.md', 'security.md#missing')).toBe(false)
  expect(linksTo('[a](b.md#c) and [d](https://e.example)')).toEqual(['b.md#c'])
})

it("the README's path of one booking has at most eight files, from the server to the message, each leading to the next", () => {
  expect(steps.length).toBeGreaterThan(4)
  expect(steps.length).toBeLessThanOrEqual(8)
  expect(steps.at(0)).toMatch(/^src\/server\//)
  expect(steps.at(-1)).toMatch(/^src\/worker\/tasks\//)
  const broken = steps.slice(1).filter((next, i) => !leadsTo(steps[i] as string, next))
  expect(broken).toEqual([])
})

it('a file that does not lead to the next one is detected', () => {
  expect(leadsTo('src/server/start_server.ts', 'src/graphql/schema/preset.ts')).toBe(false)
  expect(leadsTo('sql/booking/api/book_slot.sql', 'sql/identity/requests/begin_request.sql')).toBe(false)
})

it('the story follows the path of the README', () => {
  const story = readFileSync('test/story/booking.test.ts', 'utf8')
  const header = story.slice(0, story.indexOf('let program'))
  expect(header.match(/\b(?:src|sql)\/[\w/]+\.(?:ts|sql)\b/g)).toEqual(steps)
})
