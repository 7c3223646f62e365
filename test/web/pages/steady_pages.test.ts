import { setTimeout } from 'node:timers/promises'
import type { Page, Route } from 'playwright-core'
import { manageTexts } from '../../../src/web/text/manage/common.ts'
import { pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { anInvoice } from '../../helpers/clinic/billing.ts'
import { book } from '../../helpers/clinic/operations.ts'

const pages = pagesForTests()

/** A demo clinic, and the rows of Ann Miller there. */
let clinic: string
let ann: string
let doctor: string
let booking: string
let invoice: string

beforeAll(async () => {
  const { owner } = pages
  const [open] = await owner.query<{ clinic_id: string; id: string; doctor_id: string }>(
    `select clinic_id, id, doctor_id from app_public.booking_slots
     where clinic_id = 1 and status = 'open' and starts_at > now() + interval '3 days' order by starts_at, id limit 1`,
  )
  if (!open) throw new Error('The demo has no free slot.')
  ;({ clinic_id: clinic, doctor_id: doctor } = open)
  const { id, email } = await owner.one(`select id, email from app_public.customers where full_name = 'Ann Miller'`)
  ann = String(id)
  ;({ id: booking } = await book(owner, clinic, open.id, { customerId: ann }))
  invoice = await anInvoice(owner, clinic, ann, 1200)
  // A child, and a record that Ann Miller can add: both make the list in the profile longer when they arrive.
  await owner.query(
    `with child as (insert into app_public.customers (full_name) values ('Tim Miller') returning id)
     insert into app_public.guardianships (guardian_customer_id, dependant_customer_id, relation)
     select $1, id, 'parent' from child`,
    [ann],
  )
  await owner.query(
    `with record as (insert into app_public.customers (full_name) values ('A. Miller') returning id)
     insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email)
     select $1, id, 'A. Miller', $2 from record`,
    [clinic, email],
  )
})

/**
 * Compares in each frame where the buttons, links and fields are with where they were in the frame before, and lists
 * those that were shown in both and have moved.
 */
const recordMoves = `
  window.moves = new Set()
  let before = new Map()
  const look = () => {
    const now = new Map()
    // The dialogs of a phone grow from the bottom.
    const within = innerWidth > 640 ? ':is(main, [role=dialog])' : 'main'
    for (const element of document.querySelectorAll(within + ' :is(a, button, input, select, textarea, summary)')) {
      if (!element.checkVisibility({ visibilityProperty: true })) continue
      const { left, top } = element.getBoundingClientRect()
      const place = { left: Math.round(left + scrollX), top: Math.round(top + scrollY) }
      const was = before.get(element)
      if (was && (Math.abs(was.left - place.left) > 1 || Math.abs(was.top - place.top) > 1)) {
        const name = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent
        window.moves.add(location.pathname + location.search + ': "' + name.trim() + '" from ' + was.left + ',' + was.top + ' to ' + place.left + ',' + place.top)
      }
      now.set(element, place)
    }
    // A font that arrives moves everything, once and at the beginning; it is preloaded. Looked at after the measuring,
    // which begins the loading of fonts.
    before = document.fonts.status === 'loaded' ? now : new Map()
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)`

const twoFrames = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))'

/** Lets a request through, and waits for the answer. One that the page has given up meanwhile may get none. */
async function answered(route: Route): Promise<void> {
  await route.continue().catch(() => {})
  const response = await route.request().response()
  await response?.finished()
}

/**
 * Opens addresses while the answers of the API arrive one after the other, the one that was requested last first.
 * Returns what has moved.
 */
async function movesOn(page: Page, addresses: string[]): Promise<string[]> {
  const held: Route[] = []
  await page.route('**/graphql', (route) => void held.push(route))
  await page.addInitScript(recordMoves)
  const moves: string[] = []
  for (const address of addresses) {
    await page.goto(pages.url + address)
    // Loading when the heading is not there yet, a request is under way, or a part has not arrived.
    const isLoading = `!document.querySelector('main h1') || document.querySelector('main .pending') !== null || document.documentElement.hasAttribute('data-busy')`
    for (let rounds = 0; held.length > 0 || (await page.evaluate(isLoading)); rounds++) {
      if (rounds > 2000) throw new Error(`${address} does not finish loading: ${await page.innerHTML('main')}`)
      const route = held.pop()
      if (route) await Promise.race([answered(route), setTimeout(5000, undefined, { ref: false })])
      await page.evaluate(twoFrames)
    }
    moves.push(...((await page.evaluate('[...window.moves]')) as string[]))
  }
  await page.unroute('**/graphql')
  return moves
}

const viewports = [
  { width: 1200, height: 800 },
  { width: 390, height: 844 },
]

test.each(viewports)('no button moves while a page for patients loads, $width pixels wide', async (viewport) => {
  const page = await pages.visitor({ viewport })
  const [slot] = await pages.owner.query<{ id: string; doctor_id: string }>(
    `select id, doctor_id from app_public.booking_slots
     where clinic_id = $1 and status = 'open' and starts_at > now() + interval '3 days' order by starts_at, id limit 1`,
    [clinic],
  )
  await signInAs(page, pages.url, 'ann')
  const moves = await movesOn(page, [
    '/',
    `/?clinic=${clinic}&doctor=${doctor}`,
    `/?clinic=${clinic}&date=2099-01-01`,
    `/book/${clinic}/${slot?.id}?doctor=${slot?.doctor_id}`,
    '/bookings',
    `/bookings/${clinic}/${booking}`,
    '/profile',
    '/payments',
    `/payments/${clinic}/${invoice}`,
  ])
  expect(moves).toEqual([])
})

test.each(viewports)('no button moves while a page of the desk loads, $width pixels wide', async (viewport) => {
  const page = await pages.visitor({ viewport })
  await signInAs(page, pages.url, 'riverside', '/desk')
  const moves = await movesOn(page, [
    `/desk/${clinic}`,
    `/desk/${clinic}?booking=${booking}`,
    `/desk/${clinic}?for=${ann}`,
    `/desk/${clinic}/week/${doctor}`,
    ...['rebooking', 'waiting', 'absences', 'series', 'accounts'].map((name) => `/desk/${clinic}/${name}`),
    `/desk/${clinic}/account/${ann}`,
  ])
  expect(moves).toEqual([])
})

test.each(viewports)('no button moves while a page for managers loads, $width pixels wide', async (viewport) => {
  const page = await pages.visitor({ viewport })
  await signInAs(page, pages.url, 'riverside', '/manage/1')
  const sections = Object.keys(manageTexts.en.section)
  const moves = await movesOn(
    page,
    sections.map((name) => `/manage/1/${name}`),
  )
  expect(moves).toEqual([])
})
