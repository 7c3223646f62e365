import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type BrowserServer, chromium } from 'playwright-core'
import { loadDemoData } from '../../../src/roster/demo.ts'
import { chromiumOptions } from '../browser/browser_options.ts'
import { type ClonedDatabase, cloneDatabase, renewDatabase, shardCount } from '../database/cluster.ts'
import { calendarKeys } from '../external/external_calendars.ts'
import { storeEnv, unreachableStore } from '../external/s3.ts'
import { type Program, startServer } from '../programs/program.ts'
import { tokenSettings } from '../programs/tokens.ts'
import { makeSharded } from '../shards/sharded_run.ts'
import { eventually } from '../time/eventually.ts'

// Resources that are slow to start are started once, in the main process of Jest, when a test first needs one
// (borrow.ts). Each is lent to one test file after another until the run ends.

/** The resources that are lent: see borrow.ts. */
export interface Loans {
  server: { url: string; database: string }
  site: { url: string; database: string }
  fresh: { url: string; database: string }
  browser: { wsEndpoint: string }
  demo: { database: string }
}

// The run handles signals; the browser ends when its pipe closes.
const withoutSignals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false }

// In a separate process, because a bundler does not work inside Jest's module system.
const buildPages = () =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, '../../../scripts/build_web.ts')])

/**
 * Lends over HTTP, at the address that it returns. Call stop() at the end of the run: it throws if a server did not
 * exit with 0.
 */
export async function openLender(): Promise<{ url: string; stop(): Promise<void> }> {
  const loans = new Map<string, Promise<unknown>>()
  const servers: Program[] = []
  const browsers: BrowserServer[] = []
  let built: Promise<unknown> | undefined

  const configured = { CALENDAR_KEYS: calendarKeys, ...storeEnv(unreachableStore) }

  async function serve(
    database: Pick<ClonedDatabase, 'name' | 'serverUrl'>,
    settings: Record<string, string> = configured,
  ): Promise<Loans['server']> {
    const env = { JWT_SECRET: tokenSettings.jwtSecret, LOG_LEVEL: 'warn', ...settings }
    const program = await startServer(database.serverUrl, env)
    servers.push(program)
    return { url: program.url, database: database.name }
  }

  const start = {
    server: async () => serve(await (shardCount > 0 ? makeSharded() : cloneDatabase())),
    site: async () => serve(await cloneDatabase((await loan('demo')).database)),
    // Its database is replaced for each borrower, so cached rows would be out of date.
    fresh: async () => serve(await cloneDatabase((await loan('demo')).database), { CATALOGUE_CACHE: 'off' }),
    async browser(): Promise<Loans['browser']> {
      built ??= buildPages()
      await built
      const browser = await chromium.launchServer({ ...(await chromiumOptions()), ...withoutSignals })
      browsers.push(browser)
      return { wsEndpoint: browser.wsEndpoint() }
    },
    async demo(): Promise<Loans['demo']> {
      const database = await cloneDatabase()
      await loadDemoData(database.url)
      return { database: database.name }
    },
  }

  /** The server keeps running, because it has compiled its queries. Its next borrower finds the demo as it was at first. */
  async function renewed({ url, database }: Loans['fresh']): Promise<Loans['fresh']> {
    await renewDatabase(database, (await loan('demo')).database)
    // Its first query may fail, because it notices only then that its connections have ended.
    await eventually(async () => (await fetch(`${url}/readyz`)).ok, 'a server that is ready with its new database')
    return { url, database }
  }

  // Files that run at the same time share only the demo, which is cloned.
  const keyOf = (kind: keyof Loans, worker: string) => (kind === 'demo' ? kind : `${kind} of ${worker}`)

  function loan<Kind extends keyof Loans>(kind: Kind, worker = ''): Promise<Loans[Kind]> {
    const key = keyOf(kind, worker)
    const lent = (loans.get(key) ?? start[kind]()) as Promise<Loans[Kind]>
    loans.set(key, lent)
    return lent
  }

  // The path names the resource and the Jest worker.
  const http = createServer(async ({ url = '' }, response) => {
    try {
      // Test files borrow a server so seldom that an idle connection could be closed just when it is used again.
      response.setHeader('connection', 'close')
      const [, kind, worker] = url.split('/') as [string, keyof Loans, string]
      const isUsed = kind === 'fresh' && loans.has(keyOf(kind, worker))
      const lent = await loan(kind, worker)
      response.end(JSON.stringify(isUsed ? await renewed(lent as Loans['fresh']) : lent))
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  http.unref()

  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async stop() {
      http.close()
      await Promise.all(browsers.map((browser) => browser.close()))
      for (const program of servers) {
        const code = await program.stop()
        if (code !== 0) throw new Error(`a server that tests shared ended with ${code}:\n${program.stderr()}`)
      }
    },
  }
}
