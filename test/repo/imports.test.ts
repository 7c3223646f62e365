import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { circlesOf, type ImportGraph, importGraph } from './import_graph.ts'

/**
 * The folders of src/, from the top layer down. A file may import files of its own folder and of lower layers, but
 * not of folders in the same layer or above.
 */
const layers = [
  ['programs'],
  ['server', 'worker', 'roster', 'billing', 'shards'],
  ['rest'],
  ['graphql'],
  ['http', 'identity', 'holidays', 'invoice'],
  ['request', 'consultation'],
  ['database'],
  ['process'],
]
/** The pages run in browsers: pages and server do not import files of each other. */
const apart = 'web'

/** The folders and files of src/web/, from the top layer down, with the same rule. */
const webLayers = [['main.tsx'], ['app.tsx'], ['desk', 'manage', 'patient'], ['parts'], ['data'], ['text', 'time']]

const everything = importGraph(['bench', 'scripts', 'src', 'test'])
const graph = new Map([...everything].filter(([file]) => file.startsWith('src/')))

const folderOf = (path: string) => path.split('/')[1] ?? ''
const layerOf = (folder: string) => layers.findIndex((layer) => layer.includes(folder))

function againstTheDirection(imports: ImportGraph): string[] {
  return [...imports].flatMap(([file, imported]) =>
    imported
      .filter((other) => {
        const [from, to] = [folderOf(file), folderOf(other)]
        if (from === to) return from === 'programs'
        return from === apart || to === apart || layerOf(from) >= layerOf(to)
      })
      .map((other) => `${file} imports ${other}`),
  )
}

function areasAgainstTheDirection(imports: ImportGraph): string[] {
  const partOf = (path: string) => path.split('/')[2] ?? ''
  const layerOf = (path: string) => webLayers.findIndex((layer) => layer.includes(partOf(path)))
  const isOfPages = (path: string) => folderOf(path) === apart
  return [...imports].flatMap(([file, imported]) =>
    imported
      .filter((other) => isOfPages(file) && isOfPages(other))
      .filter((other) => partOf(file) !== partOf(other) && layerOf(file) >= layerOf(other))
      .map((other) => `${file} imports ${other}`),
  )
}

/** The folders that contain a file, from its own to the topmost. */
function foldersAbove(file: string): string[] {
  const parts = file.split('/').slice(0, -1)
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'))
}

/** Which folders directly in `parent` import from which others there, whatever the depth of the files. */
function importsOfFolders(parent: string, imports: ImportGraph): ImportGraph {
  const folderIn = (file: string) => {
    const [folder, ...rest] = file.startsWith(`${parent}/`) ? file.slice(parent.length + 1).split('/') : []
    return rest.length > 0 ? folder : undefined
  }
  const found = new Map<string, string[]>()
  for (const [file, imported] of imports) {
    const folder = folderIn(file)
    if (!folder) continue
    const others = imported.map(folderIn).filter((other) => other !== undefined && other !== folder) as string[]
    found.set(folder, [...(found.get(folder) ?? []), ...others])
  }
  return found
}

it('every folder of src/ belongs to a layer', () => {
  expect(readdirSync('src').sort()).toEqual([...layers.flat(), apart].sort())
})

// Vite serves src/web/public/ as it is, and Prisma generates its client beside its schema.
const mayHaveOneFile = ['src/web/public', 'bench/peers/prisma']

it.each(['src', 'test', 'bench', 'scripts', 'docs'])('every folder in %s/ has two to fifteen entries', (top) => {
  const folders = readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((folder) => !folder.includes('node_modules'))
  const sizes = [top, ...folders].map((folder) => [folder, readdirSync(folder).length] as const)
  expect(sizes.length).toBeGreaterThan(1)
  const wrong = sizes.filter(([folder, size]) => (size < 2 && !mayHaveOneFile.includes(folder)) || size > 15)
  // src/ has a folder for each layer, and test/ for each kind of test.
  expect(wrong.filter(([folder]) => folder !== 'src' && folder !== 'test')).toEqual([])
})

it('files import only from lower layers, and no file imports a program', () => {
  expect(graph.size).toBeGreaterThan(200)
  expect(againstTheDirection(graph)).toEqual([])
})

it('areas of the pages import shared parts, and never another area', () => {
  expect(areasAgainstTheDirection(graph)).toEqual([])
})

// Only its pools survive an error of a connection that is being closed, as when a test drops its database.
it('only src/database/pools.ts makes pools of connections, in programs and tests', () => {
  const sources = [...everything.keys()].filter(
    (file) => /^(src|test)\//.test(file) && file !== 'src/database/pools.ts',
  )
  expect(sources.length).toBeGreaterThan(1000)
  expect(sources.filter((file) => /new (pg\.)?Pool\(\{/.test(readFileSync(file, 'utf8')))).toEqual([])
})

it('every import resolves to a file', () => {
  const missing = [...everything].flatMap(([file, imported]) =>
    imported.filter((other) => !everything.has(other)).map((other) => `${file} imports ${other}`),
  )
  expect(missing).toEqual([])
})

it('no files import each other in a cycle', () => {
  expect(circlesOf(everything)).toEqual([])
})

it('no folders of src/ that lie beside each other import each other in a cycle', () => {
  const parents = new Set([...graph.keys()].flatMap(foldersAbove))
  expect(parents.size).toBeGreaterThan(60)
  const cycles = [...parents].flatMap((parent) => circlesOf(importsOfFolders(parent, graph)))
  expect(cycles).toEqual([])
})

describe('the test itself', () => {
  it('finds a cycle of files, a cycle inside another one, and a file that imports itself', () => {
    const circular = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', ['a', 'e']],
      ['d', []],
      ['e', ['e']],
    ])
    expect(circlesOf(circular)).toEqual([['e'], ['a', 'b', 'c']])
    expect(circlesOf(new Map([...circular, ['c', ['d']], ['e', []]]))).toEqual([])
  })

  it('finds folders that import each other, through files at any depth', () => {
    const imports = new Map([
      ['src/web/one/a.ts', ['src/web/two/deep/b.ts']],
      ['src/web/two/deep/b.ts', ['src/web/three.ts']],
      ['src/web/two/c.ts', ['src/web/one/d.ts', 'src/web/two/deep/b.ts']],
    ])
    expect(circlesOf(importsOfFolders('src/web', imports))).toEqual([['one', 'two']])
    expect(circlesOf(importsOfFolders('src/web/two', imports))).toEqual([])
  })

  it('finds imports of a higher layer, within a layer, of programs, and between pages and server', () => {
    const wrong: [string, string][] = [
      ['src/database/pools.ts', 'src/request/tokens.ts'],
      ['src/worker/start_worker.ts', 'src/server/start_server.ts'],
      ['src/programs/main.ts', 'src/programs/server.ts'],
      ['src/web/main.tsx', 'src/process/log.ts'],
      ['src/server/pages.ts', 'src/web/main.tsx'],
    ]
    const right: [string, string][] = [
      ['src/programs/main.ts', 'src/process/log.ts'],
      ['src/rest/router.ts', 'src/rest/routes/index.ts'],
    ]
    const imports = new Map([...wrong, ...right].map(([file, other]) => [file, [other]]))
    // A Map keeps one entry per file.
    imports.set('src/programs/main.ts', ['src/programs/server.ts', 'src/process/log.ts'])
    expect(againstTheDirection(imports)).toEqual(wrong.map(([file, other]) => `${file} imports ${other}`))
  })

  it('finds imports of another area, and of an area by a shared part', () => {
    const wrong: [string, string][] = [
      ['src/web/desk/desk.tsx', 'src/web/manage/parts/section.tsx'],
      ['src/web/parts/form/form.tsx', 'src/web/patient/pay/pay_page.tsx'],
      ['src/web/data/client.ts', 'src/web/parts/icon.tsx'],
    ]
    const right: [string, string][] = [
      ['src/web/manage/manage.tsx', 'src/web/parts/icon.tsx'],
      ['src/web/app.tsx', 'src/web/desk/desk.tsx'],
    ]
    const imports = new Map([...wrong, ...right].map(([file, other]) => [file, [other]]))
    expect(areasAgainstTheDirection(imports)).toEqual(wrong.map(([file, other]) => `${file} imports ${other}`))
  })
})
