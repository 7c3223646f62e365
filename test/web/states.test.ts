import type { Page } from 'playwright-core'
import { axeViolations, hasValue, offers, pagesForTests, signInAs } from '../helpers/browser.ts'

const pages = pagesForTests()

/** Asserts that axe finds nothing on the page as it is, or in a part of it, in the light and in the dark. */
async function expectAccessible(page: Page, part?: string) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect({ colorScheme, violations: await axeViolations(page, part) }).toEqual({ colorScheme, violations: [] })
  }
}

// While something is open the library hides the page around it from screen readers, which axe would have empty.
const popover = '.popover'

test('the sign-in page, and what it says to a wrong password', async () => {
  const page = await pages.visitor()
  await page.goto(`${pages.url}/sign-in`)
  await page.getByLabel('Password').waitFor()
  await expectAccessible(page)
  await page.getByLabel('E-mail').fill('ann@medislot.example')
  await page.getByLabel('Password').fill('not her password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').getByText('E-mail address or password is wrong.').waitFor()
  await expectAccessible(page)
  // What was entered is still there.
  expect(await page.getByLabel('E-mail').inputValue()).toBe('ann@medislot.example')
})

test('the calendar, by mouse and by keyboard', async () => {
  const page = await pages.visitor()
  await page.goto(pages.url)
  await page.getByRole('button', { name: 'Other day' }).click()
  await page.getByRole('grid').waitFor()
  await expectAccessible(page, popover)
  // The focus is in the grid; a week on, and chosen.
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('grid').waitFor({ state: 'detached' })
  await page.waitForURL(/date=\d{4}-\d\d-\d\d/)
  await expectAccessible(page)
})

test('the doctors to choose from', async () => {
  const page = await pages.visitor()
  await page.goto(pages.url)
  await page.getByRole('combobox', { name: 'Doctor' }).fill('an')
  await page.getByRole('option').first().waitFor()
  await expectAccessible(page, popover)
  await page.getByRole('combobox', { name: 'Doctor' }).fill('nobody of this name')
  await page.getByText('No doctor found').waitFor()
  await expectAccessible(page, popover)
})

test('a search that finds nothing leads on', async () => {
  const page = await pages.visitor()
  await page.goto(`${pages.url}/?clinic=1&date=2099-01-01`)
  await page.getByText('No free times here').waitFor()
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Search all clinics, soonest first' }).click()
  await page.locator('a.time').first().waitFor()
  expect(new URL(page.url()).search).toBe('')
  // The search is still there to go back to, and names the next free time that it would find.
  await page.goBack()
  await page.getByText('The next free time for this search: ').waitFor()
  await page.getByRole('button', { name: /^Show \w+day/ }).click()
  await page.locator('a.time').first().waitFor()
  expect(new URL(page.url()).searchParams.get('clinic')).toBe('1')
})

test('an address that is no page, and one of a booking that is not there', async () => {
  const page = await pages.visitor()
  await page.goto(`${pages.url}/book/nowhere`)
  await page.getByText('Page not found').waitFor()
  await expectAccessible(page)
  await signInAs(page, pages.url, 'bob', '/bookings/1/999999')
  await page.getByText('This booking does not exist, or it is not yours.').waitFor()
  await expectAccessible(page)
})

test('an error of the server, and of a script that cannot be fetched', async () => {
  const page = await pages.visitor()
  await page.route('**/graphql', (route) =>
    route.fulfill({ status: 500, json: { errors: [{ message: 'x', extensions: { code: 'internal_error' } }] } }),
  )
  await page.goto(pages.url)
  await page.getByText('Something went wrong on our side.').waitFor()
  await expectAccessible(page)
  await page.unroute('**/graphql')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.locator('a.time').first().waitFor()

  await page.route('**/assets/book_page-*.js', (route) => route.abort())
  await page.locator('a.time').first().click()
  await page.getByRole('button', { name: 'Try again' }).waitFor()
  await expectAccessible(page)
  await page.unroute('**/assets/book_page-*.js')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('heading', { name: 'Book this time' }).waitFor()
  // The browser itself reports what it could not load.
  const told = /status of 500|ERR_FAILED|Failed to fetch dynamically imported module/
  expect(pages.faults.splice(0).filter((fault) => !told.test(fault))).toEqual([])
})

test('the dialog before a booking is cancelled keeps the focus, and gives it back', async () => {
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
  // Given back in the frame after the one that takes the dialog away.
  await page.locator(':focus', { hasText: /^Cancel$/ }).waitFor()
})

test('nothing jumps: on the first load, when the combobox comes, and on a search', async () => {
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
    await page.goto(pages.url)
    await page.locator('a.time').first().waitFor()
    await page.getByRole('combobox', { name: 'Doctor' }).hover()
    await page.locator('.combo[data-rac]').waitFor()
    expect(await page.evaluate('window.shifts')).toBeLessThan(0.02)
    await page.getByLabel('Where', { exact: true }).selectOption({ label: 'Harbour Family Health' })
    await page.locator('article', { hasText: 'Harbour Family Health' }).first().waitFor()
    await page
      .getByRole('button', { name: /^\w+ \d+/ })
      .first()
      .click()
    await page.waitForURL(/date=/)
    await page.locator('section[aria-busy=false]').waitFor()
    expect(await page.evaluate('window.shifts')).toBeLessThan(0.02)
  }
})

test('what is typed for a doctor stays, and is searched for, though the combobox comes later', async () => {
  const page = await pages.visitor()
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/assets/search_box-*.js', async (route) => {
    await held
    await route.continue()
  })
  await page.goto(pages.url)
  const field = page.getByRole('combobox', { name: 'Doctor' })
  await field.focus()
  await page.keyboard.type('Brndt')
  for (let n = 0; n < 3; n++) await page.keyboard.press('ArrowLeft')
  release()
  await page.locator('.combo[data-rac]').waitFor()
  // Where the cursor was.
  await page.keyboard.type('a')
  expect(await field.inputValue()).toBe('Brandt')
  await offers(page, 'Dr. Anna Brandt')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page
    .getByRole('heading', { level: 3, name: /Brandt/ })
    .first()
    .waitFor()
})

test('a search is an address: it can be opened, reloaded and come back to', async () => {
  const first = await pages.visitor()
  await first.goto(pages.url)
  await first.getByRole('combobox', { name: 'Doctor' }).fill('Vogel')
  await first.getByRole('option', { name: /Vogel/ }).click()
  await first.waitForURL(/clinic=1&doctor=\d+|doctor=\d+&clinic=1/)

  const second = await pages.visitor()
  await second.goto(first.url())
  const onlyVogel = async () => {
    await second.locator('a.time').first().waitFor()
    const doctors = await second.getByRole('heading', { level: 3 }).allInnerTexts()
    expect([...new Set(doctors)]).toEqual(['Dr. Katharina Vogel'])
    // Both wait for answers of their own.
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

test('specializations are called, and sorted, in the language of the reader', async () => {
  const page = await pages.visitor({ locale: 'de-DE' })
  await page.goto(`${pages.url}/?clinic=1`)
  await page.locator('.fields', { hasText: 'Kardiologie' }).first().waitFor()
  const names = await page.getByLabel('Fachgebiet').locator('option').allInnerTexts()
  expect(names.slice(1)).toEqual(names.slice(1).toSorted((a, b) => a.localeCompare(b, 'de')))
  expect(names).toContain('Augenheilkunde')
  await page.getByRole('button', { name: /English/ }).click()
  await page.locator('.fields', { hasText: 'Cardiology' }).first().waitFor()
})
