import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { setTimeout } from 'node:timers/promises'
import { type BrowserContext, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core'
import type { Connection } from '../database/connection.ts'
import { ownServer, sharedServer } from '../programs/server.ts'
import { borrow } from '../run/borrow.ts'
import { eventually } from '../time/eventually.ts'
import { explainFailures, rememberPointer } from './explain_failure.ts'

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The password of all demo accounts. */
export const demoPassword = 'medislot-demo'

/** A real browser beside a real server with the demo clinics. */
export interface PagesForTests {
  url: string
  /** The name of their database: see cluster.ts. */
  database: string
  /** A connection of the owner to the database. */
  owner: Connection
  /** A page in a separate browser context. An error on it fails the test: an exception, or what the browser could not load. */
  visitor(options?: BrowserContextOptions): Promise<Page>
  /**
   * Allows errors that match the pattern until the end of the test: the browser logs each failed request. It logs them
   * in its own time, so they are not read during the test.
   */
  allowErrors(pattern: RegExp): void
  /** Closes the pages of all visitors, and returns the errors on them that were not allowed. */
  leave(): Promise<string[]>
  close(): Promise<void>
}

/**
 * The browser of the run, for which the pages have been built. Closing it closes the pages that were opened through it,
 * not those of others.
 */
const borrowedBrowser = async () => chromium.connect((await borrow('browser')).wsEndpoint)

/**
 * With SLOW_PAGES=1, the browser is as slow as on a busy machine: a sixth of the processor, and responses that arrive
 * up to 0.8 seconds later, in another order. This shows which tests read a part of a page before it is shown.
 */
async function slowDown(page: Page): Promise<void> {
  const devTools = await page.context().newCDPSession(page)
  await devTools.send('Emulation.setCPUThrottlingRate', { rate: 6 })
  // On the context: routes that a test sets on a page come first and fall back to it.
  await page.context().route(/\/(graphql|web\/session\/|api\/)/, async (route) => {
    await setTimeout(Math.random() * 800)
    await route.continue().catch(() => {})
  })
}

/**
 * The pages' clock for `npm run test:clock`, which moves those of all other programs: so many seconds ahead, as theirs.
 */
const moveClock = (ahead: number) => `globalThis.Date = new Proxy(Date, {
  construct: (real, given, as) => Reflect.construct(real, given.length > 0 ? given : [real.now() + ${ahead * 1000}], as),
  get: (real, name) => (name === 'now' ? () => real.now() + ${ahead * 1000} : Reflect.get(real, name)),
})`

/**
 * Sets data-busy on the document while a request of its scripts is under way, and until what that changes has been laid
 * out. The attribute is set synchronously with the request, so it is there before what started the request is over.
 */
const markBusy = `{
  const send = window.fetch.bind(window)
  const frame = () => new Promise((done) => requestAnimationFrame(done))
  let underWay = 0
  const laidOut = async (response) => {
    await (await response).clone().text()
    await frame()
    await frame()
  }
  window.fetch = (...given) => {
    underWay += 1
    document.documentElement.dataset.busy = ''
    const response = send(...given)
    laidOut(response)
      .catch(() => {})
      .finally(() => --underWay === 0 && delete document.documentElement.dataset.busy)
    return response
  }
}`

const unsettled = 'html:is([data-busy], :has(main .pending, [role=dialog] .pending))'
const pointing = ['click', 'dblclick', 'tap', 'hover', 'check', 'uncheck', 'setChecked', 'selectOption'] as const
const actingWhileLoading = new WeakSet<Page>()
const waitingLocators = new WeakSet<object>()

/**
 * Makes all locators wait, before they click or point at something, until their page is settled: no request is under way,
 * no part of the page is loading, and the fonts are loaded. Otherwise data that arrives while the mouse button is down could move
 * the element away. (A handler of playwright for locators would also delay waitFor(), which then misses what is shown only while
 * something is loading.)
 */
function pointWhenSettled(page: Page): void {
  const locators = Object.getPrototypeOf(page.locator('html')) as Locator
  if (waitingLocators.has(locators)) return
  waitingLocators.add(locators)
  for (const name of pointing) {
    const act = locators[name] as (...given: unknown[]) => Promise<unknown>
    const actWhenSettled = async function (this: Locator, ...given: unknown[]) {
      const on = this.page()
      if (!actingWhileLoading.has(on)) {
        await on.locator(unsettled).waitFor({ state: 'detached' })
        // This fails if the page is being left at the moment. Then the action itself waits for the next page.
        await on.evaluate('document.fonts.ready.then(() => {})').catch(() => {})
      }
      return act.apply(this, given)
    }
    Object.assign(locators, { [name]: actWhenSettled })
  }
}

/** From now on, clicks on the page do not wait until it has loaded: for tests that click while they hold answers back. */
export const clickWhileLoading = (page: Page): void => void actingWhileLoading.add(page)

interface PagesOptions {
  /** With rows of other test files. They create clinics of their own, and do not look at the demo's. */
  shared?: boolean
  /** Whether a worker runs the jobs. */
  worker?: boolean
  /** Settings, with which it is a server of its own. */
  env?: Record<string, string>
}

/** Opens the pages of a server with the demo clinics. Call close() when done. */
async function openPages({ shared = false, worker = false, env }: PagesOptions): Promise<PagesForTests> {
  await using opened = new AsyncDisposableStack()
  const browser = opened.adopt(await borrowedBrowser(), (it) => it.close())
  const server = await (env
    ? ownServer({ demo: true, worker, env })
    : sharedServer({ demo: shared || 'fresh', worker }))
  opened.defer(server.stop)
  const open = opened.move()
  const errors: string[] = []
  const allowed: RegExp[] = []
  const contexts: BrowserContext[] = []
  return {
    url: server.url,
    database: server.database,
    owner: server.owner,
    allowErrors: (pattern) => allowed.push(pattern),
    async leave() {
      for (const context of contexts.splice(0)) {
        // Requests that a test still delays fail.
        for (const routed of [context, ...context.pages()]) await routed.unrouteAll({ behavior: 'ignoreErrors' })
        await context.close()
      }
      const patterns = allowed.splice(0)
      return errors.splice(0).filter((error) => !patterns.some((pattern) => pattern.test(error)))
    },
    async visitor(options = {}) {
      const context = await browser.newContext({
        locale: 'en-GB',
        timezoneId: 'Europe/Berlin',
        reducedMotion: 'reduce',
        ...options,
      })
      contexts.push(context)
      explainFailures(context)
      if (process.env.TEST_CLOCK_AHEAD) await context.addInitScript(moveClock(Number(process.env.TEST_CLOCK_AHEAD)))
      const page = await context.newPage()
      await page.addInitScript(markBusy)
      await page.addInitScript(rememberPointer)
      pointWhenSettled(page)
      if (process.env.SLOW_PAGES) await slowDown(page)
      // A safety net: only a failing test waits that long, even on a busy machine.
      page.setDefaultTimeout(60_000)
      page.on('pageerror', (error) => errors.push(String(error)))
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
      return page
    },
    close: () => open.disposeAsync(),
  }
}

/** The pages for all tests of a file, each with visitors of its own. An error on a page fails the test. */
export function pagesForTests(options: PagesOptions = {}): PagesForTests {
  const pages = {} as PagesForTests
  beforeAll(async () => {
    Object.assign(pages, await openPages(options))
  })
  afterEach(async () => {
    // Open pages would go on loading, beside the pages of the next test. The errors include violations of the
    // Content-Security-Policy.
    expect((await pages.leave?.()) ?? []).toEqual([])
  })
  afterAll(() => pages.close?.())
  return pages
}

/**
 * Opens the front page, and waits until the list of the script has replaced the first times that the server wrote into
 * the HTML: what is read or clicked before that is about to be removed.
 */
export async function openFrontPage(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.locator('section[aria-busy=false] a.time').first().waitFor()
  await page.locator('#first-times').waitFor({ state: 'detached' })
}

/** Waits until a field shows a value, which may arrive with a response of the server. Throws after some seconds. */
export async function hasValue(field: Locator, value: string): Promise<void> {
  await eventually(async () => (await field.inputValue()) === value, `the field shows ${value}`)
}

/**
 * Waits until a combobox offers exactly these options, and none from the response to an earlier text. Each is the
 * name at the start of an option.
 */
export async function offers(page: Page, ...names: string[]): Promise<void> {
  await eventually(async () => {
    const texts = await page.getByRole('option').allTextContents()
    return texts.length === names.length && texts.every((text, n) => text.startsWith(names[n] as string))
  }, `there is to choose: ${names}`)
}

/** Ends when the animations of a page have ended, other than the endless ones of what is loading. */
const animationsEnded = `Promise.allSettled(
  document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime < Infinity).map(({ finished }) => finished)
).then(() => {})`

/** The rules of axe that colours decide about. Others find the same by day and by night. */
const ofColours = { runOnly: ['color-contrast', 'link-in-text-block'] }

/** The violations that axe finds in a page, or in a part of it, in light and in dark mode. The page stays dark. */
export async function axeViolationsByDayAndNight(page: Page, part?: string): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  const byDay = await axeViolations(page, part)
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  return [...byDay, ...(await axeViolations(page, part, ofColours)).map((violation) => `dark: ${violation}`)]
}

/** The violations that axe finds in a page, or in a part of it: the rule, and the elements that violate it. */
export async function axeViolations(page: Page, part?: string, rules = {}): Promise<string[]> {
  // Colours that still change have no contrast to be measured.
  await page.evaluate(animationsEnded)
  // Not as a script element, which the Content-Security-Policy of the page would refuse. Loading another page removes
  // it.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(await axe)
  // Rules that are met are not listed, because the list takes as long as the checks.
  const options = JSON.stringify({ resultTypes: ['violations'], ...rules })
  const { violations } = (await page.evaluate(`axe.run(${JSON.stringify(part ?? 'html')}, ${options})`)) as {
    violations: { id: string; nodes: { html: string; failureSummary: string }[] }[]
  }
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`))
}

/** Makes an account with which `signInAs` signs in by this name: it has the password of the demo. Returns its id. */
export async function aDemoAccount(owner: Connection, name: string, isConfirmed = false): Promise<string> {
  const { id } = await owner.one<{ id: string }>(
    `insert into app_private.accounts (email, password_hash, email_verified_at)
     select $1, password_hash, case when $2 then now() end
     from app_private.accounts where email = 'ann@medislot.example' returning id`,
    [`${name}@medislot.example`, isConfirmed],
  )
  return id
}

/**
 * Opens a page for a demo account that is signed in by the request that the sign-in page sends; the sign-in page itself
 * has its own tests.
 */
export async function signInAs(page: Page, url: string, name: string, path = '/bookings'): Promise<void> {
  const answer = await page.context().request.post(`${url}/web/session/sign-in`, {
    headers: { 'x-medislot-web': '1' },
    data: { input: { email: `${name}@medislot.example`, password: demoPassword } },
  })
  const { data } = await answer.json()
  if (!data) throw new Error(`${name} cannot sign in: ${answer.status()} ${await answer.text()}`)
  await page.goto(url + path)
  // When the page shows who is signed in. The button is not used, because its name depends on the language.
  await page.locator('.nav-link:not([href], .language)').waitFor()
}
