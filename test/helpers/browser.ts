import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import chromiumFile from '@sparticuz/chromium'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { loadDemoData } from '../../src/demo.ts'
import { type ClonedDatabase, cloneDatabase } from './cluster.ts'
import { type Connection, connect } from './connection.ts'
import { type Program, startProgram, startServer } from './program.ts'

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The password of all demo accounts. */
export const demoPassword = 'medislot-demo'

/** A real browser beside a real server with the demo clinics. */
export interface Pages {
  url: string
  database: ClonedDatabase
  /** A page of a person of their own: nothing is shared with others, and an error on it fails the test (see `faults`). */
  visitor(options?: BrowserContextOptions): Promise<Page>
  /** What went wrong on any page: exceptions, and what the browser refused or could not load. */
  faults: string[]
  close(): Promise<void>
}

/** Chromium, from the npm package. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: await chromiumFile.executablePath(),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

// In a process of its own: what Jest puts around modules does not suit a bundler.
const builtPages = () =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, '../../scripts/build_web.ts')])

/** Starts both, on a database of their own, and if asked a worker for what jobs do. Call close() when done. */
async function startPages({ worker = false } = {}): Promise<Pages> {
  // A browser that outlives a failure in here would keep Jest waiting for ever.
  const started = new AsyncDisposableStack()
  try {
    return await open(started, worker)
  } catch (error) {
    await started.disposeAsync()
    throw error
  }
}

async function open(started: AsyncDisposableStack, worker: boolean): Promise<Pages> {
  await builtPages()
  const database = started.adopt(await cloneDatabase(), (it) => it.drop())
  await loadDemoData(database.url)
  const browser = started.adopt(await launchBrowser(), (it) => it.close())
  const server: Program = started.adopt(await startServer(database.url), async (it) => void (await it.stop()))
  if (worker) {
    const job = await startProgram('worker', { env: { DATABASE_URL: database.url } })
    started.defer(async () => void (await job.stop()))
  }
  const faults: string[] = []
  return {
    url: server.url,
    database,
    faults,
    async visitor(options = {}) {
      const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options })
      const page = await context.newPage()
      page.setDefaultTimeout(8000)
      page.on('pageerror', (error) => faults.push(String(error)))
      page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
      return page
    },
    close: () => started.disposeAsync(),
  }
}

export interface PagesForTests extends Pages {
  /** The owner of their database. */
  owner: Connection
}

/** The pages for the tests of a file, from before the first to after the last. What goes wrong on one fails its test. */
export function pagesForTests(options: { worker?: boolean } = {}): PagesForTests {
  const pages = {} as PagesForTests
  beforeAll(async () => {
    Object.assign(pages, await startPages(options))
    pages.owner = await connect(pages.database.url)
  }, 60_000)
  afterEach(() => {
    // Also what the Content-Security-Policy refused.
    expect(pages.faults.splice(0)).toEqual([])
  })
  afterAll(async () => {
    await pages.owner?.close()
    await pages.close?.()
  })
  return pages
}

/** What axe finds wrong with a page as it is now, or with a part of it: rule, and the elements that break it. */
export async function axeViolations(page: Page, part?: string): Promise<string[]> {
  // Not as a script element, which the page's Content-Security-Policy would refuse.
  await page.evaluate(await axe)
  const { violations } = (await page.evaluate(`axe.run(${JSON.stringify(part ?? 'html')})`)) as {
    violations: { id: string; nodes: { html: string; failureSummary: string }[] }[]
  }
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`))
}

/** Signs in by the page for it. */
export async function signInAs(page: Page, url: string, name: string): Promise<void> {
  await page.goto(`${url}/sign-in`)
  await page.getByLabel('E-mail').fill(`${name}@medislot.example`)
  await page.getByLabel('Password').fill(demoPassword)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
}
