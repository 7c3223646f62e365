import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A mistake in one source file, and the tests that must detect it. */
export interface Mutation {
  /** A short description of the mistake. */
  name: string
  /** The source file, by the end of its path, which must be unique. Files may move. */
  file: string
  /** A text that occurs once in the file, and its replacement. */
  from: string
  to: string
  /** A test file, named in the same way. One of its tests must fail. */
  caughtBy: string
  /** Runs only the tests whose title contains this text; for slow files. */
  only?: string
}

const sourceFolders = ['sql', 'src', 'test']

/** All source and test files of a checkout, by their paths in it. A name means a test file only if it ends like one. */
export function sourceFiles(checkout: string): string[] {
  return sourceFolders.flatMap((folder) =>
    readdirSync(join(checkout, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(sql|tsx?)$/.test(path))
      .map((path) => join(folder, path)),
  )
}

/** The only file whose path ends with this text. Throws if there is none or more than one. */
export function findFile(files: string[], end: string): string {
  const isTest = end.endsWith('.test.ts')
  const found = files.filter((path) => path.endsWith(`/${end}`) && path.startsWith('test/') === isTest)
  if (found.length !== 1)
    throw new Error(`${end} names ${found.length} files${found.map((path) => `, ${path}`).join('')}`)
  return found[0] as string
}

/** The source file of a mutation before and after it. Throws if the text does not occur exactly once. */
export function applied(checkout: string, files: string[], { name, file, from, to }: Mutation) {
  const path = findFile(files, file)
  const original = readFileSync(join(checkout, path), 'utf8')
  const parts = original.split(from)
  if (parts.length !== 2) {
    throw new Error(`"${name}": the text to change occurs ${parts.length - 1} times in ${path}, not once:\n${from}`)
  }
  return { path, original, mutated: parts.join(to) }
}
