import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { demoPassword, signInAs } from '../test/helpers/browser/browser.ts'
import { chromiumOptions } from '../test/helpers/browser/browser_options.ts'
import { livelyDay, livelyPast } from './lively_day.ts'

// `npm run screenshots`, beside a running `npm start` with the demo clinics: a picture of each page in screenshots/.
// The address is the first argument. It books as the demo's patients Ann and Bob. With the address of the database, which
// npm start prints, as the second, also the desk on a lively day.
const url = process.argv[2] ?? 'http://127.0.0.1:5678'
const databaseUrl = process.argv[3]
const folder = join(import.meta.dirname, '../screenshots')
await mkdir(folder, { recursive: true })
const browser = await chromium.launch(await chromiumOptions())

async function visitor(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    viewport: { width: 1200, height: 800 },
    ...options,
  })
  return context.newPage()
}

async function picture(page: Page, name: string) {
  // Until fonts are loaded and color transitions are over.
  await page.evaluate('document.fonts.ready')
  await page.waitForTimeout(300)
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

const page = await visitor()
await page.goto(`${url}/?clinic=1`)
await page.locator('a.time').first().waitFor()
await picture(page, 'patient')
await page.getByRole('combobox', { name: 'Doctor' }).fill('an')
await page.getByRole('option').first().waitFor()
await picture(page, 'doctor')
await page.keyboard.press('Escape')
await page.getByRole('button', { name: 'Other day' }).click()
await page.getByRole('grid').waitFor()
await picture(page, 'calendar')
await page.goto(`${url}/?clinic=1&date=2099-12-24`)
await page.getByText('No free times here').waitFor()
await picture(page, 'empty')
await page.context().setOffline(true)
await page.getByRole('button', { name: 'Soonest', exact: true }).click()
await page.getByText('No connection').waitFor()
await picture(page, 'offline')
await page.context().setOffline(false)
await page.goto(`${url}/book/x`)
await page.getByText('Page not found').waitFor()
await picture(page, 'not-found')
await page.goto(`${url}/?clinic=1`)
await page.locator('a.time').first().click()
await page.getByRole('button', { name: 'Continue' }).waitFor()
await picture(page, 'book-new')
await page.goto(`${url}/sign-in`)
await page.getByLabel('Password').waitFor()
await picture(page, 'sign-in')

await signInAs(page, url, 'ann')
await page.goto(`${url}/?clinic=1`)
await page.locator('a.time').nth(9).click()
await page.getByText(/^Reserved for you: /).waitFor()
await picture(page, 'book')

// Another patient opens the time that Ann holds.
const late = await visitor()
await signInAs(late, url, 'bob')
await late.goto(page.url())
await late.getByText('This time has been taken').waitFor()
await late.locator('a.time').first().waitFor()
await picture(late, 'taken')

await page.getByRole('button', { name: 'Book', exact: true }).click()
await page.getByRole('button', { name: 'Add to calendar' }).waitFor()
await picture(page, 'booked')
await page.getByRole('button', { name: 'Cancel' }).click()
await page.getByRole('dialog').waitFor()
await picture(page, 'cancel')
await page.keyboard.press('Escape')
await page.getByRole('button', { name: 'Move' }).click()
await page.locator('.move .time').first().waitFor()
await picture(page, 'move')
await page.locator('.move .time').nth(4).click()
await page.getByRole('dialog').waitFor()
await picture(page, 'move-confirm')
await page.goto(`${url}/bookings`)
await page.locator('.booking-row').first().waitFor()
await picture(page, 'bookings')

await page.goto(`${url}/profile`)
await page.getByLabel('Full name').waitFor()
await picture(page, 'profile')

const phone = await visitor({ viewport: { width: 360, height: 760 }, locale: 'de-DE', colorScheme: 'dark' })
await phone.goto(`${url}/?clinic=3`)
await phone.locator('a.time').first().waitFor()
await picture(phone, 'phone-german-dark')
const light = await visitor({ viewport: { width: 360, height: 760 } })
await light.goto(`${url}/?clinic=1`)
await light.locator('a.time').first().waitFor()
await picture(light, 'phone')
await light.locator('a.time').first().click()
await light.getByRole('button', { name: 'Continue' }).waitFor()
await picture(light, 'phone-book')
await signInAs(light, url, 'ann')
await light.locator('.booking-row').first().waitFor()
await picture(light, 'phone-bookings')

if (databaseUrl) {
  await deskPictures(databaseUrl)
  await livelyPast(databaseUrl)
}
await managersPages()
await browser.close()

/** The desk on the next working day, as it would be in the late morning. */
async function deskPictures(database: string) {
  const { clinicId, date } = await livelyDay(database, 10.4)
  const late = new Date(`${date}T10:24:00+01:00`)
  const desk = `${url}/desk/${clinicId}`
  const atDesk = async (options: BrowserContextOptions = {}) => {
    const it = await visitor({ viewport: { width: 1440, height: 900 }, ...options })
    await it.clock.setFixedTime(late)
    await it.goto(`${desk}`)
    await it.locator('input[type=email]').fill('riverside@medislot.example')
    await it.locator('input[type=password]').fill(demoPassword)
    await it.locator('button[type=submit]').click()
    await it.locator('.live.live').waitFor()
    await it.locator('.slot').first().waitFor()
    return it
  }
  const it = await atDesk()
  await picture(it, 'desk')
  await it.locator('.slot.free:not(.over)').first().click()
  await it.getByRole('dialog').waitFor()
  await picture(it, 'desk-book')
  await it.keyboard.press('Escape')
  await it.locator('.slot.arrived').first().click()
  await it.getByRole('dialog').waitFor()
  await picture(it, 'desk-patient')
  await it.keyboard.press('Escape')
  await it
    .getByRole('button', { name: /^Withdraw the day/ })
    .first()
    .click()
  await it.getByRole('dialog').waitFor()
  await picture(it, 'desk-withdraw-day')
  await it.keyboard.press('Escape')
  await it.locator('.slot.booked').first().click()
  await it.getByRole('button', { name: 'Move', exact: true }).click()
  await it.locator('.moving').waitFor()
  await picture(it, 'desk-move')
  await it.keyboard.press('Escape')
  await it.locator('.doctor-name a').first().click()
  await it.locator('.slot').first().waitFor()
  await picture(it, 'desk-week')
  await it.goto(desk)
  await it.locator('.slot').first().waitFor()
  await it.setViewportSize({ width: 900, height: 1100 })
  await it.emulateMedia({ media: 'print' })
  await picture(it, 'desk-print')
  const dark = await atDesk({ locale: 'de-DE', colorScheme: 'dark' })
  await picture(dark, 'desk-german-dark')
  const phone = await atDesk({ viewport: { width: 390, height: 844 } })
  await picture(phone, 'desk-phone')
}

/** The managers' pages, as Riverside's manager sees them. */
async function managersPages() {
  const manager = await visitor({ viewport: { width: 1360, height: 900 } })
  await signInAs(manager, url, 'riverside')
  for (const [section, name] of [
    ['', 'manage-overview'],
    ['/templates', 'manage-templates'],
    ['/messages', 'manage-texts'],
    ['/staff', 'manage-staff'],
    ['/policy', 'manage-policy'],
  ] as const) {
    await manager.goto(`${url}/manage/1${section}`)
    await manager.locator('main:not(:has(.skeleton)) h1').waitFor()
    await picture(manager, name)
  }
  await manager.goto(`${url}/manage/1/generation`)
  await manager
    .getByRole('button', { name: /^Calendar To/ })
    .first()
    .click()
  await manager.getByRole('grid').waitFor()
  await picture(manager, 'manage-date')
  const small = await visitor({ viewport: { width: 360, height: 760 }, locale: 'de-DE', colorScheme: 'dark' })
  await signInAs(small, url, 'riverside', '/manage/1/templates')
  await small.locator('main:not(:has(.skeleton)) h1').waitFor()
  await picture(small, 'manage-phone')
}
