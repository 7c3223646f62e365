import type { Page, Route } from 'playwright-core'
import { commonTexts } from '../../../src/web/text/shared/common.ts'
import { serviceTexts } from '../../../src/web/text/shared/services.ts'
import {
  axeViolationsByDayAndNight,
  hasValue,
  offers,
  openFrontPage,
  pagesForTests,
  signInAs,
} from '../../helpers/browser/browser.ts'
import { inDays } from '../../helpers/time/dates.ts'

const pages = pagesForTests()

/** Asserts that axe finds no violation in the page, or in a part of it, in light and in dark mode. */
async function expectAccessible(page: Page, part?: string) {
  expect(await axeViolationsByDayAndNight(page, part)).toEqual([])
}

// React Aria hides the page behind an open dialog from screen readers; axe would report what is hidden.
const popover = '.popover'

test('the sign-in page reports a wrong password and has no axe violation', async () => {
  const page = await pages.visitor()
  await page.goto(`${pages.url}/sign-in`)
  await page.getByLabel('Password').waitFor()
  await expectAccessible(page)
  await page.getByLabel('E-mail').fill('ann@medislot.example')
  await page.getByLabel('Password').fill('not her password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').getByText('E-mail address or password is wrong.').waitFor()
  await expectAccessible(page)
  // The entries are kept.
  expect(await page.getByLabel('E-mail').inputValue()).toBe('ann@medislot.example')
})

test('the calendar works by mouse and by keyboard', async () => {
  const page = await pages.visitor()
  await openFrontPage(page, pages.url)
  await page.getByRole('button', { name: 'Other day' }).click()
  await page.getByRole('grid').waitFor()
  await expectAccessible(page, popover)
  // The focus is in the grid: one week later is chosen.
  await page.locator('[role=grid] :focus').waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('grid').waitFor({ state: 'detached' })
  await page.waitForURL(/date=\d{4}-\d\d-\d\d/)
  await expectAccessible(page)
})

test('the times of a day nearby and those of the same day far away are sections with different names', async () => {
  const page = await pages.visitor()
  // Few clinics work on Saturdays, so the first times are of clinics nearby and far away.
  const saturday = [3, 4, 5, 6, 7, 8, 9].map(inDays).find((date) => new Date(date).getUTCDay() === 6)
  await page.goto(`${pages.url}/?date=${saturday}`)
  await page.locator('.farther').waitFor()
  expect(await page.locator('section.day').count()).toBe(2)
  await expectAccessible(page)
})

test('the list of doctors has no axe violation', async () => {
  const page = await pages.visitor()
  await openFrontPage(page, pages.url)
  await page.getByRole('combobox', { name: 'Doctor' }).fill('an')
  await page.getByRole('option').first().waitFor()
  await expectAccessible(page, popover)
  await page.getByRole('combobox', { name: 'Doctor' }).fill('nobody of this name')
  await page.getByText('No doctor found').waitFor()
  await expectAccessible(page, popover)
})

test('a search without results offers other days and a wider search', async () => {
  const page = await pages.visitor()
  await page.goto(`${pages.url}/?clinic=1&date=2099-01-01`)
  await page.getByText('No free times here').waitFor()
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Search all clinics, soonest first' }).click()
  await page.locator('a.time').first().waitFor()
  expect(new URL(page.url()).search).toBe('')
  // Back returns to the search, which names its next free time.
  await page.goBack()
  await page.getByText('The next free time for this search: ').waitFor()
  await page.getByRole('button', { name: /^Show \w+day/ }).click()
  await page.locator('a.time').first().waitFor()
  expect(new URL(page.url()).searchParams.get('clinic')).toBe('1')
})

test('an unknown address and an unknown booking are reported', async () => {
  const page = await pages.visitor()
  await page.goto(`${pages.url}/book/nowhere`)
  await page.getByText('Page not found').waitFor()
  await expectAccessible(page)
  await signInAs(page, pages.url, 'bob', '/bookings/1/999999')
  await page.getByText('This booking does not exist, or it is not yours.').waitFor()
  await expectAccessible(page)
})

test('a time that was taken, and whose start is not in the address, is reported with other times', async () => {
  const page = await pages.visitor()
  await page.goto(`${pages.url}/book/1/999999999?doctor=1`)
  await page.getByText('These are the next free times:').waitFor()
  await page.locator('a.time').first().waitFor()
  await page.getByRole('link', { name: 'Back to your search' }).waitFor()
})

/** Handles requests for the script that contains a text: the names of scripts are hashes. */
const onScript = (page: Page, text: string, handle: (route: Route) => Promise<void>) =>
  page.route('**/assets/*.js', async (route) => {
    const isIt = (await (await route.fetch()).text()).includes(text)
    return isIt ? handle(route) : route.fallback()
  })

test('an error of the server and a script that cannot be loaded are reported', async () => {
  const page = await pages.visitor()
  pages.allowErrors(/status of 500|ERR_FAILED|Failed to fetch dynamically imported module/)
  await page.route('**/graphql', (route) =>
    route.fulfill({ status: 500, json: { errors: [{ message: 'x', extensions: { code: 'internal_error' } }] } }),
  )
  await page.goto(pages.url)
  await page.getByText('Something went wrong on our side.').waitFor()
  await expectAccessible(page)
  await page.unroute('**/graphql')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.locator('a.time').first().waitFor()

  await onScript(page, 'Book this time', (route) => route.abort())
  await page.locator('a.time').first().click()
  await page.getByRole('button', { name: 'Try again' }).waitFor()
  await expectAccessible(page)
  await page.unroute('**/assets/*.js')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('heading', { name: 'Book this time' }).waitFor()
})

test('a request without an answer is reported after a minute, and can be tried again', async () => {
  const page = await pages.visitor()
  await page.clock.install()
  await page.route('**/graphql', () => {})
  await page.goto(pages.url)
  await page.locator('.pending').first().waitFor({ state: 'attached' })
  await page.clock.fastForward('00:59')
  expect(await page.getByRole('alert').count()).toBe(0)
  await page.clock.fastForward('00:02')
  await page.getByText(commonTexts.en.offline).waitFor()
  await page.unroute('**/graphql')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.locator('a.time').first().waitFor()
})

test('a calendar that cannot be loaded is replaced by the date field of the browser', async () => {
  const page = await pages.visitor()
  pages.allowErrors(/ERR_FAILED|Failed to fetch dynamically imported module/)
  await onScript(page, 'data-rac', (route) => route.abort())
  await openFrontPage(page, pages.url)
  await page.getByRole('button', { name: 'Other day' }).click()
  const day = page.getByLabel('Other day')
  await page.locator('input[type=date]').waitFor()
  await expectAccessible(page)
  const date = await page.evaluate('new Date(Date.now() + 20 * 86400000).toLocaleDateString("sv")')
  await day.fill(date as string)
  await page.waitForURL((url) => url.searchParams.get('date') === date)
})

test('the cancellation dialog keeps the focus and returns it when it closes', async () => {
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'ann', '/?clinic=2')
  await page.locator('a.time').last().click()
  await page.getByRole('button', { name: 'Book', exact: true }).click()
  await page.getByRole('heading', { name: 'Booked' }).waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('dialog').waitFor()
  await expectAccessible(page)
  for (let n = 0; n < 6; n++) {
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.closest("[role=dialog]") !== null')).toBe(true)
  }
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  // The focus returns in the frame after the dialog was removed.
  await page.locator(':focus', { hasText: /^Cancel$/ }).waitFor()
})

test('the layout does not shift on the first load, when the combobox is loaded, when a clinic with services is chosen, or on a search', async () => {
  for (const viewport of [
    { width: 1200, height: 800 },
    { width: 360, height: 740 },
  ]) {
    const page = await pages.visitor({ viewport })
    await page.addInitScript(`
      window.shifts = 0
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.shifts += entry.value
      }).observe({ type: 'layout-shift', buffered: true })`)
    await openFrontPage(page, pages.url)
    await page.getByRole('combobox', { name: 'Doctor' }).hover()
    await page.locator('.combo[data-rac]').waitFor()
    expect(await page.evaluate('window.shifts')).toBeLessThan(0.02)
    await page.getByLabel('Where', { exact: true }).selectOption({ label: 'Harbour Family Health' })
    await page.locator('article', { hasText: 'Harbour Family Health' }).first().waitFor()
    // The clinic has services, and the field for them appears.
    await page.getByLabel(serviceTexts.en.service).waitFor()
    await page
      .getByRole('button', { name: /^\w+ \d+/ })
      .first()
      .click()
    await page.waitForURL(/date=/)
    await page.locator('section[aria-busy=false]').waitFor()
    expect(await page.evaluate('window.shifts')).toBeLessThan(0.02)
  }
})

test('text typed into the doctor field is kept and searched for when the combobox is loaded', async () => {
  const page = await pages.visitor()
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  // The attribute of the library's comboboxes.
  await onScript(page, 'data-rac', async (route) => {
    await held
    await route.fallback()
  })
  await openFrontPage(page, pages.url)
  const field = page.getByRole('combobox', { name: 'Doctor' })
  await field.focus()
  await page.keyboard.type('Brndt')
  for (let n = 0; n < 3; n++) await page.keyboard.press('ArrowLeft')
  release()
  await page.locator('.combo[data-rac]').waitFor()
  // The cursor has not moved.
  await page.keyboard.type('a')
  expect(await field.inputValue()).toBe('Brandt')
  await offers(page, 'Dr. Anna Brandt')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.locator('article', { hasNotText: 'Brandt' }).first().waitFor({ state: 'detached' })
  await page
    .getByRole('heading', { level: 3, name: /Brandt/ })
    .first()
    .waitFor()
})

test('the address contains the search: it can be opened, reloaded and returned to', async () => {
  const first = await pages.visitor()
  await openFrontPage(first, pages.url)
  await first.getByRole('combobox', { name: 'Doctor' }).fill('Vogel')
  await first.getByRole('option', { name: /Vogel/ }).click()
  await first.waitForURL(/clinic=1&doctor=\d+|doctor=\d+&clinic=1/)

  const second = await pages.visitor()
  await second.goto(first.url())
  const onlyVogel = async () => {
    await second.locator('a.time').first().waitFor()
    const doctors = await second.getByRole('heading', { level: 3 }).allInnerTexts()
    expect([...new Set(doctors)]).toEqual(['Dr. Katharina Vogel'])
    // Both fields wait for their own responses.
    await hasValue(second.getByRole('combobox', { name: 'Doctor' }), 'Dr. Katharina Vogel')
    await hasValue(second.getByLabel('Where', { exact: true }), '1')
  }
  await onlyVogel()
  await second.reload()
  await onlyVogel()
  await second.locator('a.time').first().click()
  await second.getByRole('heading', { name: 'Book this time' }).waitFor()
  await second.goBack()
  await onlyVogel()
})

test('specializations are named and sorted in the language of the reader', async () => {
  const page = await pages.visitor({ locale: 'de-DE' })
  await page.goto(`${pages.url}/?clinic=1`)
  await page.locator('.fields', { hasText: 'Kardiologie' }).first().waitFor()
  // The options come with another response.
  await page.getByRole('option', { name: 'Augenheilkunde' }).waitFor({ state: 'attached' })
  const names = await page.getByLabel('Fachgebiet').locator('option').allInnerTexts()
  expect(names.slice(1)).toEqual(names.slice(1).toSorted((a, b) => a.localeCompare(b, 'de')))
  await page.getByRole('button', { name: /English/ }).click()
  await page.locator('.fields', { hasText: 'Cardiology' }).first().waitFor()
})
