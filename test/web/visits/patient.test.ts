import type { Page } from 'playwright-core'
import { axeViolations, offers, openFrontPage, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { eventually } from '../../helpers/time/eventually.ts'

const pages = pagesForTests()

// Each test uses the times of another doctor.
const anna = 'Dr. Anna Brandt'
/** The free times of a doctor on the first of their days, or on a later one. */
async function doctorsTimes(page: Page, doctor: string, day = 0) {
  await openFrontPage(page, pages.url)
  await page.getByRole('combobox', { name: 'Doctor' }).fill(doctor.split(' ').at(-1) as string)
  await page.getByRole('option', { name: doctor }).click()
  await onlyOf(page, doctor)
  return page.locator('article').nth(day).locator('a.time')
}

/** Waits until the times of this doctor have replaced the previous list, which may have some of them too. */
async function onlyOf(page: Page, doctor: string) {
  await page.locator('article', { hasNotText: doctor }).first().waitFor({ state: 'detached' })
  await page.locator('section[aria-busy=false] article', { hasText: doctor }).first().waitFor()
}

test('a new patient books in three steps and adds the booking to a calendar', async () => {
  const page = await pages.visitor()
  const times = await doctorsTimes(page, anna)
  expect(await axeViolations(page)).toEqual([])
  const [time] = (await times.first().innerText()).split('\n')
  await times.first().click()

  await page.getByLabel('Full name').fill('Nora Neumann')
  await page.getByLabel('E-mail').fill('nora@web.example')
  await page.getByLabel('Password').fill('long enough for this')
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: 'Continue' }).click()
  // The time is held for her, with a countdown from the clinic's ten minutes.
  await page.getByText(/Reserved for you: (10:00|9:5\d)/).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.getByLabel('Anything the doctor should know?').fill('I come with a dog.')
  await page.getByRole('button', { name: 'Book', exact: true }).click()

  await page.getByRole('heading', { name: 'Booked' }).waitFor()
  await page.getByText('on its way to nora@web.example').waitFor()
  await page.locator('.visit-time', { hasText: time as string }).waitFor()
  await page.getByText('I come with a dog.').waitFor()
  expect(await axeViolations(page)).toEqual([])

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Add to calendar' }).click(),
  ])
  const file = await new Response((await download.createReadStream()) as never).text()
  expect(file).toMatch(/UID:booking-\d+-\d+@[0-9a-f-]{36}\.medislot/)
  expect(file).toContain(anna)

  // Still signed in after a reload, although no script can read the cookie.
  await page.reload()
  await page.getByRole('link', { name: 'My bookings', exact: true }).click()
  await page.getByRole('link', { name: anna }).waitFor()
  expect(await axeViolations(page)).toEqual([])
  expect(await page.evaluate('document.cookie + JSON.stringify(localStorage)')).not.toContain('session')
})

test('of two patients who choose the same time, the second sees the next free time', async () => {
  const [first, second] = await Promise.all([pages.visitor(), pages.visitor()])
  await Promise.all([signInAs(first, pages.url, 'ann'), signInAs(second, pages.url, 'bob')])
  const doctor = 'Dr. Jonas Weber'
  const [firstTimes, secondTimes] = [await doctorsTimes(first, doctor), await doctorsTimes(second, doctor)]
  await firstTimes.first().click()
  await first.getByText(/^Reserved for you: /).waitFor()
  await secondTimes.first().click()
  await second.getByText('This time has been taken').waitFor()
  expect(await axeViolations(second)).toEqual([])

  await first.getByRole('button', { name: 'Book', exact: true }).click()
  await first.getByRole('heading', { name: 'Booked' }).waitFor()
  await second.locator('a.time').first().click()
  await second.getByText(/^Reserved for you: /).waitFor()
  await second.getByRole('button', { name: 'Book', exact: true }).click()
  await second.getByRole('heading', { name: 'Booked' }).waitFor()
})

test('a booking is moved and then cancelled', async () => {
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'ann')
  // On the doctor's third day, and so at least two days ahead: before the clinic's cancellation cut-off.
  const times = await doctorsTimes(page, 'Dr. Friederike Groß', 2)
  await times.nth(1).click()
  await page.getByRole('button', { name: 'Book', exact: true }).click()
  await page.getByRole('heading', { name: 'Booked' }).waitFor()
  const before = await page.locator('.visit').innerText()

  await page.getByRole('button', { name: 'Move' }).click()
  await page.locator('.move article').nth(2).locator('.time').nth(3).click()
  await page.getByRole('dialog').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: 'Move here' }).click()
  await page.getByText('Moved.').waitFor()
  await eventually(async () => (await page.locator('.visit').innerText()) !== before, 'the new time is shown')

  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByLabel('Reason').fill('Well again')
  await page.getByRole('button', { name: 'Cancel the appointment' }).click()
  await page.getByText('Cancelled. The time is free').waitFor()
  expect(await axeViolations(page)).toEqual([])
})

test('on a phone in German and dark mode, nothing is wider than the screen', async () => {
  const page = await pages.visitor({
    locale: 'de-DE',
    colorScheme: 'dark',
    viewport: { width: 360, height: 740 },
    timezoneId: 'America/New_York',
  })
  await openFrontPage(page, pages.url)
  await page.getByRole('heading', { name: 'Der passende Termin bei der richtigen Ärztin' }).waitFor()
  await page.getByLabel('Ort', { exact: true }).selectOption({ label: 'Riverside Medical Centre' })
  const time = page.locator('article', { hasText: 'Riverside' }).locator('a.time').first()
  // The clinic's local time, and the reader's, which is six hours behind.
  await time.waitFor()
  const [there, here] = [...(await time.innerText()).matchAll(/(\d+):(\d\d)/g)].map(
    ([, h, m]) => Number(h) * 60 + Number(m),
  )
  expect((Number(there) - Number(here) + 1440) % 1440).toBe(360)
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
  expect(await axeViolations(page)).toEqual([])
  await time.click()
  await page.getByRole('button', { name: 'Weiter' }).waitFor()
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
  expect(await axeViolations(page)).toEqual([])
})

test('a patient books by keyboard alone', async () => {
  const page = await pages.visitor()
  await openFrontPage(page, pages.url)
  const tabTo = async (selector: string) => {
    for (let n = 0; n < 80; n++) {
      await page.keyboard.press('Tab')
      if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return
    }
    throw new Error(`Tab does not come to ${selector}`)
  }
  await tabTo('[role=combobox]')
  await page.keyboard.type('Vogel')
  await offers(page, 'Dr. Katharina Vogel')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await onlyOf(page, 'Dr. Katharina Vogel')
  await tabTo('a.time')
  await page.keyboard.press('Enter')
  // The heading of the new page has the focus, so the next Tab stop is on that page.
  await page.getByRole('heading', { level: 1, name: 'Book this time' }).waitFor()
  await tabTo('input[name=is-new]')
  await page.keyboard.press('ArrowRight')
  await tabTo('input[name=email]')
  await page.keyboard.type('bob@medislot.example')
  await tabTo('input[name=password]')
  await page.keyboard.type('medislot-demo')
  await page.keyboard.press('Enter')
  await page.getByText(/^Reserved for you: /).waitFor()
  await tabTo('button[type=submit]')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Booked' }).waitFor()
})

test('the page shows a lost connection and continues when it is back', async () => {
  const page = await pages.visitor()
  await openFrontPage(page, pages.url)
  await page.getByRole('option', { name: 'Harbour Family Health' }).waitFor({ state: 'attached' })
  pages.allowErrors(/ERR_INTERNET_DISCONNECTED|Failed to fetch dynamically imported module/)
  await page.context().setOffline(true)
  await page.getByRole('button', { name: 'Soonest' }).waitFor()
  await page.getByLabel('Where', { exact: true }).selectOption({ label: 'Harbour Family Health' })
  await page.getByText('No connection').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.context().setOffline(false)
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.locator('article', { hasText: 'Harbour Family Health' }).first().waitFor()
})

test('no form or script of another site can start, use or read a session', async () => {
  const answer = await fetch(`${pages.url}/web/session/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-medislot-web': '1' },
    body: JSON.stringify({ input: { email: 'bob@medislot.example', password: 'medislot-demo' } }),
  })
  // That of the session, and that of the device.
  const cookies = answer.headers.getSetCookie()
  expect(cookies).toHaveLength(2)
  for (const cookie of cookies) {
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Strict/)
    expect(cookie).toMatch(/Path=\/web\/session/)
  }
  expect(await answer.text()).not.toContain('refreshToken')

  const refresh = (headers: Record<string, string>) =>
    fetch(`${pages.url}/web/session/refresh`, {
      method: 'POST',
      headers: { cookie: cookies.map((cookie) => cookie.split(';')[0]).join('; '), ...headers },
      body: '{}',
    })
  expect((await refresh({ 'content-type': 'application/json' })).status).toBe(403)
  expect((await refresh({ 'content-type': 'text/plain', 'x-medislot-web': '1' })).status).toBe(403)
  const given = await refresh({ 'content-type': 'application/json', 'x-medislot-web': '1' })
  expect(await given.json()).toEqual({ data: { accessToken: expect.any(String), expiresIn: 900 } })

  const page = await fetch(pages.url)
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self';style-src 'self'")
  expect(await page.text()).not.toMatch(/<script>|style=|onclick=/)
})
