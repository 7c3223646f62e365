import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { launchBrowser, signInAs } from '../test/helpers/browser.ts'

// `npm run screenshots`, beside a running `npm start` with the demo clinics: a picture of each page in screenshots/.
// The address is the first argument. It books as the demo's patient Ann.
const url = process.argv[2] ?? 'http://127.0.0.1:5678'
const folder = join(import.meta.dirname, '../screenshots')
await mkdir(folder, { recursive: true })
const browser = await launchBrowser()

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
  // Fonts, and colours that change slowly.
  await page.evaluate('document.fonts.ready')
  await page.waitForTimeout(300)
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

const page = await visitor()
await page.goto(`${url}/?clinic=1`)
await page.locator('a.time').first().waitFor()
await picture(page, 'patient')
await page.locator('a.time').first().click()
await page.getByRole('button', { name: 'Continue' }).waitFor()
await picture(page, 'book-new')

await signInAs(page, url, 'ann')
await page.goto(`${url}/?clinic=1`)
await page.locator('a.time').nth(9).click()
await page.getByText(/^Kept for you: /).waitFor()
await picture(page, 'book')
await page.getByRole('button', { name: 'Book', exact: true }).click()
await page.getByRole('button', { name: 'Add to calendar' }).waitFor()
await picture(page, 'booked')
await page.getByRole('button', { name: 'Move' }).click()
await page.locator('.move .time').first().waitFor()
await picture(page, 'move')
await page.goto(`${url}/bookings`)
await page.locator('.booking-row').first().waitFor()
await picture(page, 'bookings')

const phone = await visitor({ viewport: { width: 360, height: 760 }, locale: 'de-DE', colorScheme: 'dark' })
await phone.goto(`${url}/?clinic=3`)
await phone.locator('a.time').first().waitFor()
await picture(phone, 'phone-german-dark')
await browser.close()
