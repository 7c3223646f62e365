import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import chromiumFile from '@sparticuz/chromium'
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core'
import { loadDemoData } from '../../src/demo.ts'
import { type ClonedDatabase, cloneDatabase } from './cluster.ts'
import { type Connection, connect } from './connection.ts'
import { eventually } from './eventually.ts'
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

interface PagesOptions {
  /** Whether a worker does what jobs do. */
  worker?: boolean
  /** Settings of the server. */
  env?: Record<string, string>
}

/** Starts both, on a database of their own. Call close() when done. */
async function startPages({ worker = false, env = {} }: PagesOptions): Promise<Pages> {
  // A browser that outlives a failure in here would keep Jest waiting for ever.
  const started = new AsyncDisposableStack()
  try {
    return await open(started, worker, env)
  } catch (error) {
    await started.disposeAsync()
    throw error
  }
}

/** As Promise.all, but not before all have ended: what is started meanwhile must be known to be ended. */
async function all<Values extends unknown[]>(work: { [N in keyof Values]: Promise<Values[N]> }): Promise<Values> {
  await Promise.allSettled(work)
  return (await Promise.all(work)) as Values
}

async function open(started: AsyncDisposableStack, worker: boolean, env: Record<string, string>): Promise<Pages> {
  const [database] = await all([cloneDatabase().then((it) => started.adopt(it, (clone) => clone.drop())), builtPages()])
  const [browser, server] = await all([
    launchBrowser().then((it) => started.adopt(it, (open) => open.close())),
    startServer(database.serverUrl, env).then((it) =>
      started.adopt(it, async (program: Program) => void (await program.stop())),
    ),
    loadDemoData(database.url),
  ])
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
      // A safety net: only a test that fails waits so long, however busy the machine is.
      page.setDefaultTimeout(60_000)
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
export function pagesForTests(options: PagesOptions = {}): PagesForTests {
  const pages = {} as PagesForTests
  beforeAll(async () => {
    Object.assign(pages, await startPages(options))
    pages.owner = await connect(pages.database.url)
  })
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

/** Waits until a field shows a value, which may come with an answer of the server. Throws after some seconds. */
export async function hasValue(field: Locator, value: string): Promise<void> {
  await eventually(async () => (await field.inputValue()) === value, `the field shows ${value}`)
}

/**
 * Waits until a combobox offers these and nothing else: what the server answered to fewer letters is gone. Each is the
 * name at the beginning of an option.
 */
export async function offers(page: Page, ...names: string[]): Promise<void> {
  await eventually(async () => {
    const texts = await page.getByRole('option').allTextContents()
    return texts.length === names.length && texts.every((text, n) => text.startsWith(names[n] as string))
  }, `there is to choose: ${names}`)
}

/** What axe finds wrong with a page as it is now, or with a part of it: rule, and the elements that break it. */
export async function axeViolations(page: Page, part?: string): Promise<string[]> {
  // Not as a script element, which the page's Content-Security-Policy would refuse. It stays until another page is loaded.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(await axe)
  // What is right is not listed, which takes as long as looking.
  const options = JSON.stringify({ resultTypes: ['violations'] })
  const { violations } = (await page.evaluate(`axe.run(${JSON.stringify(part ?? 'html')}, ${options})`)) as {
    violations: { id: string; nodes: { html: string; failureSummary: string }[] }[]
  }
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`))
}

/**
 * Opens a page of ours for an account of the demo that is signed in. By the request that the sign-in page makes: that
 * page has tests of its own.
 */
export async function signInAs(page: Page, url: string, name: string, path = '/bookings'): Promise<void> {
  const answer = await page.context().request.post(`${url}/web/session/sign-in`, {
    headers: { 'x-medislot-web': '1' },
    data: { input: { email: `${name}@medislot.example`, password: demoPassword } },
  })
  const { data, errors } = await answer.json()
  if (!data) throw new Error(`${name} cannot sign in: ${JSON.stringify(errors)}`)
  await page.goto(url + path)
  // Once the page knows who is there; not the button for it, whose name has a language.
  await page.locator('.nav-link:not([href], .language)').waitFor()
}
