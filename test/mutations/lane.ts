import { spawn } from 'node:child_process'
import { chmod, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { Client } from 'pg'
import { type EmbeddedServer, startEmbedded } from '../../src/database/embedded/embedded.ts'
import { addressesOf, type TestCluster } from '../helpers/database/cluster.ts'
import { applied, findFile, type Mutation, sourceFiles } from './mutation.ts'

const checkout = resolve(import.meta.dirname, '../..')
const notCopied = ['node_modules', '.git', '.medislot', 'screenshots']

/** The time limit for the tests of one mutation. */
const longestMs = 10 * 60_000

/** The result of some tests. */
export interface Run {
  /** Titles of the tests that failed. */
  failed: string[]
  passed: number
  /** Why no test could run, if none did. */
  broken?: string
}

/** A temporary copy of the checkout beside a PostgreSQL of its own, in which one mutation after another is tried. */
export class Lane {
  readonly #copy: string
  readonly #dataDir: string
  readonly #server: EmbeddedServer
  readonly #cluster: TestCluster
  readonly #files = sourceFiles(checkout)
  readonly #ending = new AbortController()

  private constructor(copy: string, dataDir: string, server: EmbeddedServer) {
    this.#copy = copy
    this.#dataDir = dataDir
    this.#server = server
    const addresses = addressesOf(server)
    this.#cluster = {
      folder: dataDir,
      clones: addresses,
      shared: addresses,
      sharedLog: join(dataDir, 'postgres.log'),
    }
  }

  /** Creates a lane. Call end() when done. */
  static async open(): Promise<Lane> {
    const copy = await mkdtemp(join(tmpdir(), 'medislot-mutations-'))
    const dataDir = await mkdtemp(join(tmpdir(), 'medislot-mutations-'))
    await chmod(dataDir, 0o755)
    // Links are copied as links: migrations/fixtures points to sql/ of the copy.
    const filter = (path: string) => !notCopied.includes(basename(path))
    await cp(checkout, copy, { recursive: true, verbatimSymlinks: true, filter })
    await symlink(join(checkout, 'node_modules'), join(copy, 'node_modules'), 'junction')
    const lane = new Lane(copy, dataDir, await startEmbedded(dataDir, { throwaway: true }))
    await lane.#makeDatabases()
    return lane
  }

  /** Runs tests on the unchanged sources. */
  control(tests: Pick<Mutation, 'caughtBy' | 'only'>[]): Promise<Run> {
    const files = tests.map(({ caughtBy }) => caughtBy)
    const only = tests.flatMap((test) => test.only ?? [])
    return this.#test(files, only.length > 0 ? only.join('|') : undefined)
  }

  /** Makes the change, runs the tests that must detect it, and undoes the change. */
  async try(mutation: Mutation): Promise<Run> {
    const { path, original, mutated } = applied(checkout, this.#files, mutation)
    const file = join(this.#copy, path)
    await writeFile(file, mutated)
    try {
      await this.#load(path, mutated)
      return await this.#test([mutation.caughtBy], mutation.only)
    } catch (error) {
      return { failed: [], passed: 0, broken: String(error) }
    } finally {
      await writeFile(file, original)
      if (!this.#ending.signal.aborted) await this.#load(path, original)
    }
  }

  /** Ends all processes and removes all files. */
  async end(): Promise<void> {
    this.#ending.abort()
    await this.#server.stop()
    for (const folder of [this.#copy, this.#dataDir]) await rm(folder, { recursive: true, force: true })
  }

  /** Applies a source file of the database to the databases that tests use. */
  async #load(path: string, text: string): Promise<void> {
    if (!path.endsWith('.sql')) return
    if (!/^create or replace (function|view)/m.test(text)) return this.#makeDatabases()
    // A function is replaced in place, which is fast.
    for (const database of ['template', 'shared']) {
      const owner = new Client({ connectionString: this.#server.ownerUrl(database) })
      await owner.connect()
      try {
        await owner.query(text)
      } finally {
        await owner.end()
      }
    }
  }

  /** Creates the databases that tests use from the sources in the copy. */
  async #makeDatabases(): Promise<void> {
    const { code, output } = await this.#node(['test/mutations/make_databases.ts'])
    if (code !== 0) throw new Error(`the databases could not be made:\n${output}`)
  }

  async #test(names: string[], only: string | undefined): Promise<Run> {
    const files = [...new Set(names)].map((name) => findFile(this.#files, name))
    const report = join(this.#dataDir, 'report.json')
    await rm(report, { force: true })
    const { code, output } = await this.#node([
      ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'],
      // A failing test may leave something running that would keep Jest from ending.
      ...[
        '--runInBand',
        '--forceExit',
        '--json',
        `--outputFile=${report}`,
        `--cacheDirectory=${join(this.#dataDir, 'jest')}`,
      ],
      ...(only ? ['--testNamePattern', only] : []),
      ...['--runTestsByPath', ...files],
    ])
    const text = await readFile(report, 'utf8').catch(() => '')
    if (!text) return { failed: [], passed: 0, broken: `Jest ended with ${code}:\n${output}` }
    const { testResults, numPassedTests } = JSON.parse(text) as JestReport
    const failed = testResults.flatMap((suite) =>
      suite.assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
    )
    const silent = testResults.find((suite) => suite.status === 'failed' && suite.assertionResults.length === 0)
    const broken = silent?.message ?? (failed.length + numPassedTests === 0 ? 'no test ran' : undefined)
    return { failed, passed: numPassedTests, ...(broken && { broken }) }
  }

  /** Runs Node in the copy. */
  #node(args: string[]): Promise<{ code: number | null; output: string }> {
    const child = spawn(process.execPath, args, {
      cwd: this.#copy,
      env: { PATH: process.env.PATH, MEDISLOT_TEST_CLUSTER: JSON.stringify(this.#cluster) },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: AbortSignal.any([this.#ending.signal, AbortSignal.timeout(longestMs)]),
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => {
        output += data
      })
    return new Promise((resolve) => {
      child.once('error', (error) => {
        output += error
      })
      child.once('close', (code) => resolve({ code, output }))
    })
  }
}

interface JestReport {
  numPassedTests: number
  testResults: {
    status: string
    message: string
    assertionResults: { status: string; fullName: string }[]
  }[]
}
