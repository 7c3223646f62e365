import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'
import { axeViolations } from '../helpers/browser/browser.ts'
import { aCustomer } from '../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import { type Program, startProgram } from '../helpers/programs/program.ts'
import { borrow } from '../helpers/run/borrow.ts'
import { eventually } from '../helpers/time/eventually.ts'
import {
  anOnlinePractice,
  type BegunCheckout,
  beginCheckout,
  checkoutOf,
  type OnlinePractice,
  outcomeOf,
  paymentPageOf,
} from './practice.ts'

// The provider for development, in a browser.

let database: ClonedDatabase
let owner: Connection
/** Serves in place of the pages. */
let pages: Server
let billing: Program
let browser: Browser
let practice: OnlinePractice

beforeAll(async () => {
  database = await cloneDatabase()
  owner = await connect(database.url)
  pages = createServer((request, response) => response.end(`back at ${request.url}`)).listen(0, '127.0.0.1')
  await eventually(() => pages.listening, 'a server')
  const publicUrl = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`
  billing = await startProgram('billing', { env: { DATABASE_URL: database.billingUrl, PUBLIC_URL: publicUrl } })
  browser = await chromium.connect((await borrow('browser')).wsEndpoint)
  practice = await anOnlinePractice(owner, 'development')
})
afterAll(async () => {
  await browser?.close()
  await billing?.stop()
  pages?.closeAllConnections()
  pages?.close()
  await owner?.close()
  await database?.drop()
})

const pageUrlOf = async (checkout: BegunCheckout) => (await paymentPageOf(owner, checkout)).url

/** Opens the payment page as on a small phone. */
async function open(url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 320, height: 640 } })
  await page.goto(url)
  return page
}

const booked = { bookings: 1, payments: 1, received: '5000', paid: '5000', credit: '0' }

test('a patient pays with the keyboard alone, and returns to a booked visit', async () => {
  const checkout = await beginCheckout(owner, practice)
  const page = await open(await pageUrlOf(checkout))
  expect(await page.textContent('main')).toContain('€50.00')
  expect(await axeViolations(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/pay/${checkout.id}?done`)
  expect(await checkoutOf(owner, checkout)).toMatchObject({ state: 'paid', outcome: 'booked' })
  expect(await outcomeOf(owner, checkout)).toEqual(booked)
  await page.close()
})

test('the page is in the language of the patient, and shows what was paid as paid', async () => {
  const patient = await aCustomer(owner)
  await owner.query(`update app_public.customers set preferred_language = 'de' where id = $1`, [patient.customerId])
  const checkout = await beginCheckout(owner, practice, { patient })
  const url = await pageUrlOf(checkout)
  const page = await open(url)
  expect(await page.getAttribute('html', 'lang')).toBe('de')
  expect(await page.textContent('main')).toMatch(/50,00\s€/)
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: 'Bezahlen' }).click()
  await page.waitForURL(`**/pay/${checkout.id}?done`)
  await page.goto(url)
  expect(await page.getByRole('status').textContent()).toBe('Das ist bezahlt.')
  expect(await page.getByRole('button').count()).toBe(0)
  expect(await axeViolations(page)).toEqual([])
  // Sending the form again pays nothing.
  expect((await fetch(url, { method: 'POST', redirect: 'manual' })).status).toBe(303)
  expect(await outcomeOf(owner, checkout)).toEqual(booked)
  await page.close()
})

test('a patient who goes back has paid nothing, and can still pay', async () => {
  const checkout = await beginCheckout(owner, practice)
  const url = await pageUrlOf(checkout)
  const page = await open(url)
  await page.getByRole('link', { name: 'Back without paying' }).click()
  await page.waitForURL(`**/pay/${checkout.id}`)
  expect(await checkoutOf(owner, checkout)).toMatchObject({ state: 'open' })
  expect((await fetch(url, { method: 'POST', redirect: 'manual' })).status).toBe(303)
  expect(await outcomeOf(owner, checkout)).toEqual(booked)
  await page.close()
})

test('a cancelled checkout cannot be paid', async () => {
  const checkout = await beginCheckout(owner, practice)
  const url = await pageUrlOf(checkout)
  await owner.request(checkout.patient.claims, () => owner.query('select billing.cancel_checkout($1)', [checkout.id]))
  expect(await (await fetch(url)).text()).toContain('This payment is no longer open.')
  expect((await fetch(url, { method: 'POST', redirect: 'manual' })).status).toBe(303)
  expect(await outcomeOf(owner, checkout)).toMatchObject({ bookings: 0, payments: 0 })
})

test('an unknown session is not found, and the name of a clinic is text', async () => {
  for (const method of ['GET', 'POST'])
    expect((await fetch(`${billing.url}/development/dev_none`, { method })).status).toBe(404)
  await owner.query('update app_public.clinics set name = $2 where id = $1', [
    practice.clinicId,
    `<b>"O'Neill" & Co</b>`,
  ])
  const checkout = await beginCheckout(owner, practice)
  const page = await open(await pageUrlOf(checkout))
  expect(await page.locator('dd').first().textContent()).toBe(`<b>"O'Neill" & Co</b>`)
  expect(await page.locator('b').count()).toBe(0)
  await page.close()
})

test('a refund ends at once', async () => {
  const checkout = await beginCheckout(owner, practice)
  await fetch(await pageUrlOf(checkout), { method: 'POST', redirect: 'manual' })
  const { bookingId, paymentId } = await owner.one<{ bookingId: string; paymentId: string }>(
    `select b.id as "bookingId", p.id as "paymentId" from app_public.bookings b, billing.payments p
     where b.booking_slot_id = $1 and p.checkout_id = $2`,
    [checkout.slotId, checkout.id],
  )
  await owner.request(checkout.patient.claims, () =>
    owner.query('select app_public.cancel_booking($1, $2)', [practice.clinicId, bookingId]),
  )
  await owner.request(practice.receptionist, () =>
    owner.query('select billing.refund_payment($1, $2, 5000)', [practice.clinicId, paymentId]),
  )
  await eventually(
    async () =>
      (await owner.query(`select from billing.refunds where payment_id = $1 and state = 'succeeded'`, [paymentId]))
        .length === 1,
    'a finished refund',
  )
  expect(await outcomeOf(owner, checkout)).toMatchObject({ credit: '0' })
})
