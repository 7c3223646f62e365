import type { Page } from 'playwright-core'
import { payTexts } from '../../../src/web/text/patient/pay.ts'
import { axeViolations, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { record } from '../../helpers/clinic/billing.ts'
import { billingUrlOf } from '../../helpers/database/cluster.ts'
import { type Program, startProgram } from '../../helpers/programs/program.ts'

// Patients pay for visits with the provider for development, from the search to the booking.

const pages = pagesForTests()
let billing: Program | undefined
beforeAll(async () => {
  // The demo's is for patients whom the clinic knows.
  await pages.owner.query(`update app_public.services set patients = 'all' where name = 'Heart examination'`)
  const env = { DATABASE_URL: billingUrlOf(pages.database), PUBLIC_URL: pages.url }
  billing = await startProgram('billing', { env })
})
afterAll(() => billing?.stop())

const t = payTexts.en

async function expectRight(page: Page) {
  expect(await axeViolations(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
}

/** The demo clinic that is paid online, and a service of it. */
const serviceNamed = (name: string) =>
  pages.owner.one<{ clinicId: string; id: string }>(
    `select s.clinic_id as "clinicId", s.id from app_public.services s join app_public.clinics c on c.id = s.clinic_id
     where c.name like 'Harbour%' and s.name = $1`,
    [name],
  )

const chosenDays: string[] = []
/** Chooses the first time of a day for a service in the search; each time another day, so that no patient's visits overlap. */
async function choose(page: Page, service: string) {
  const { clinicId, id } = await serviceNamed(service)
  const { day } = await pages.owner.one<{ day: string }>(
    `select d.slot_date::text as day
     from app_public.days_with_free_slots($1, days_from => current_date + 1, days_to => current_date + 20,
       service_id => $2) d
     where d.slot_date <> all ($3::date[])
     order by d.slot_date limit 1`,
    [clinicId, id, chosenDays],
  )
  chosenDays.push(day)
  await page.goto(`${pages.url}/?clinic=${clinicId}&service=${id}&date=${day}`)
  await page.locator('section[aria-busy=false] a.time').first().click()
}

/** Answers what the clinic asks, and begins the payment. */
async function pay(page: Page, t = payTexts.en) {
  await page.getByRole('button', { name: t.submit }).waitFor()
  for (const select of await page.locator('select[name^=answer-]').all()) await select.selectOption({ index: 1 })
  for (const text of await page.locator('textarea[name^=answer-]').all()) await text.fill('Nothing to report.')
  await page.getByRole('button', { name: t.submit }).click()
}

/** Pays on the page of the provider. */
async function payAtProvider(page: Page) {
  await page.waitForURL('**/development/*')
  await page.locator('form button').click()
}

/** The checkout whose page is shown. */
const shownCheckout = (page: Page) =>
  pages.owner.one<{ id: string; state: string; outcome: string | null }>(
    'select id, state, outcome from billing.checkouts where id = $1',
    [/\/pay\/(\d+)/.exec(page.url())?.[1]],
  )

/** Another visitor of the clinic takes the slot that a checkout holds, after its hold has ended. */
async function takeSlotOf(checkoutId: string) {
  const { clinic_id, slot_id } = await pages.owner.one(
    `update app_public.booking_slots bs set held_until = now() - interval '1 second' from billing.checkout_parts p
     where p.checkout_id = $1 and bs.clinic_id = p.clinic_id and bs.id = p.booking_slot_id
     returning bs.clinic_id, bs.id as slot_id`,
    [checkoutId],
  )
  await pages.owner.query(
    `select app_public.book_slot($1, $2, c.customer_id)
     from app_public.add_clinic_customer($1, 'Wilma Walk-in', null, null) c`,
    [clinic_id, slot_id],
  )
}

const readers = [
  { name: 'ann', language: 'en', due: '$35.00', options: { locale: 'en-GB', viewport: { width: 1280, height: 800 } } },
  { name: 'bob', language: 'de', due: '35,00 $', options: { locale: 'de-DE', viewport: { width: 360, height: 740 } } },
] as const

test.each(readers)(
  'a patient sees what a visit costs, pays, and has it booked: $name, in $language',
  async ({ name, language, due, options }) => {
    const t = payTexts[language]
    const page = await pages.visitor(options)
    await signInAs(page, pages.url, name)
    await choose(page, 'Vaccination')
    await page.getByText(t.dueNow).waitFor()
    expect((await page.locator('.amounts').innerText()).replaceAll(/\s+/g, ' ')).toContain(due)
    await page.getByRole('button', { name: t.submit }).waitFor()
    await expectRight(page)

    await pay(page, t)
    await page.waitForURL('**/development/*')
    expect((await page.locator('main').innerText()).replaceAll(/\s+/g, ' ')).toContain('35')
    await payAtProvider(page)
    await page.getByRole('heading', { level: 1, name: t.bookedTitle }).waitFor()
    await expectRight(page)
    expect(await shownCheckout(page)).toMatchObject({ state: 'paid', outcome: 'booked' })
    await page.getByRole('link', { name: t.toBooking }).click()
    await page.waitForURL('**/bookings/*/*')
  },
)

test('a patient who reloads the page while the time is held for them sees the price again', async () => {
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'ann')
  await choose(page, 'Vaccination')
  await page.getByText(/^Reserved for you: /).waitFor()
  // The page is there before it knows who is signed in.
  await page.route('**/web/session/refresh', async (route) => {
    await page.getByRole('heading', { level: 1, name: 'Book this time' }).waitFor()
    await route.continue()
  })
  await page.reload()
  await page.getByText(/^Reserved for you: /).waitFor()
  await page.getByText(t.dueNow).waitFor()
  await page.getByRole('button', { name: t.submit }).waitFor()
})

test('after a deposit the rest is paid later, and a coupon reduces the price', async () => {
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'ann')
  await choose(page, 'Heart examination')
  const amounts = async () => (await page.locator('.amounts').innerText()).split('\n')
  await page.getByText(t.later).waitFor()
  expect(await amounts()).toEqual(['Price', 'US$120.00', t.dueNow, 'US$30.00', t.later, 'US$90.00'])

  await page.getByLabel(t.coupon).fill('NO-SUCH')
  await page.getByLabel(t.coupon).press('Enter')
  await page.getByText('The clinic does not know this code.').waitFor()
  expect(await page.getByLabel(t.coupon).getAttribute('aria-invalid')).toBe('true')
  await expectRight(page)
  // Sent without being applied, it is refused at the same place, and nothing is begun.
  await page.getByLabel(t.coupon).fill('NEITHER')
  await pay(page)
  await page.getByText('The clinic does not know this code.').waitFor()

  await page.getByLabel(t.coupon).fill('welcome')
  await page.getByRole('button', { name: t.apply }).click()
  await page.getByText(t.applied('US$12.00')).waitFor()
  expect(await amounts()).toEqual([
    ...['Price', 'US$120.00', t.discount, '-US$12.00', t.payable, 'US$108.00'],
    ...[t.dueNow, 'US$30.00', t.later, 'US$78.00'],
  ])
  await expectRight(page)
  await pay(page)
  await payAtProvider(page)
  await page.getByRole('heading', { level: 1, name: t.bookedTitle }).waitFor()
  const { id } = await shownCheckout(page)
  expect(
    await pages.owner.query(
      `select i.total, i.paid from billing.invoices i join billing.checkout_parts p on p.invoice_id = i.id
       where p.checkout_id = $1`,
      [id],
    ),
  ).toEqual([{ total: '10800', paid: '3000' }])
})

test('a patient who comes back without paying can continue or cancel, and the back button does not lead to the payment again', async () => {
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'bob')
  await choose(page, 'Vaccination')
  const bookAddress = page.url()
  await pay(page)
  await page.waitForURL('**/development/*')
  await page.goBack()
  await page.getByRole('heading', { level: 1, name: t.openTitle }).waitFor()
  await page.getByText('US$35.00 are due.').waitFor()
  await expectRight(page)
  await page.getByRole('link', { name: t.toProvider }).click()
  await page.getByRole('link', { name: 'Zurück, ohne zu bezahlen' }).or(page.getByText('Back without paying')).click()
  await page.getByRole('heading', { level: 1, name: t.openTitle }).waitFor()
  const { id } = await shownCheckout(page)

  // The page of the booking leads to the payment, and leaving it does not release the time.
  await page.goto(bookAddress)
  await page.getByText(t.beingPaidTitle).waitFor()
  await expectRight(page)
  await page.getByRole('link', { name: t.goOn }).click()
  await page.getByRole('button', { name: t.cancel }).click()
  await page.getByRole('heading', { level: 1, name: t.endedTitle }).waitFor()
  await expectRight(page)
  expect(await shownCheckout(page)).toEqual({ id, state: 'expired', outcome: null })
  await page.getByRole('link', { name: t.again }).click()
  await page.getByRole('button', { name: t.submit }).waitFor()
})

test('a payment for a time that somebody else has meanwhile becomes credit, which pays the next visit', async () => {
  const page = await pages.visitor({ viewport: { width: 360, height: 740 } })
  await signInAs(page, pages.url, 'ann')
  await choose(page, 'Vaccination')
  await pay(page)
  await page.waitForURL('**/development/*')
  const { id } = await pages.owner.one<{ id: string }>('select max(id) as id from billing.checkouts')
  await takeSlotOf(id)
  await payAtProvider(page)
  await page.getByRole('heading', { level: 1, name: t.creditedTitle }).waitFor()
  await page.getByText('We have received US$35.00, but not everything').waitFor()
  await expectRight(page)

  await choose(page, 'Vaccination')
  await page.getByLabel(t.useCredit('US$35.00')).waitFor()
  expect(await page.getByLabel(t.useCredit('US$35.00')).isChecked()).toBe(true)
  await expectRight(page)
  await pay(page)
  await page.getByText(t.bookedFree).waitFor()
  expect(await shownCheckout(page)).toMatchObject({ state: 'paid', outcome: 'booked' })
})

test.each([{ ...readers[0], name: 'mia' }, readers[1]])(
  'credit pays a part of a visit, and the provider is paid the rest: $name, in $language',
  async ({ name, language, options }) => {
    const t = payTexts[language]
    const { clinicId } = await serviceNamed('Vaccination')
    const { customerId } = await pages.owner.one<{ customerId: string }>(
      `select c.id as "customerId" from app_public.customers c join app_private.accounts a on a.id = c.account_id
       where a.email = $1 || '@medislot.example'`,
      [name],
    )
    await record(pages.owner, clinicId, customerId)
    await pages.owner.query(`select billing.grant_goodwill($1, $2, 1000, 'Sorry')`, [clinicId, customerId])
    const page = await pages.visitor(options)
    await signInAs(page, pages.url, name)
    await choose(page, 'Vaccination')
    await page.getByText(t.useCreditHint).waitFor()
    expect(await page.getByRole('checkbox', { name: '10' }).isChecked()).toBe(true)
    await expectRight(page)

    await pay(page, t)
    await page.waitForURL('**/development/*')
    expect((await page.locator('main').innerText()).replaceAll(/\s+/g, ' ')).toContain('25')
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: t.openTitle }).waitFor()
    await page.getByText(new RegExp(t.creditPays('.*10[.,]00.*'))).waitFor()
    await expectRight(page)
    await page.getByRole('link', { name: t.toProvider }).click()
    await payAtProvider(page)
    await page.getByRole('heading', { level: 1, name: t.bookedTitle }).waitFor()
    await page.getByText(new RegExp(t.creditPaid('.*10[.,]00.*'))).waitFor()
    await expectRight(page)
    const { id } = await shownCheckout(page)
    expect(
      await pages.owner.one(
        `select c.amount, i.total, i.paid from billing.checkouts c join billing.checkout_parts p on p.checkout_id = c.id
         join billing.invoices i on i.id = p.invoice_id where c.id = $1`,
        [id],
      ),
    ).toEqual({ amount: '2500', total: '3500', paid: '3500' })
  },
)

test('a visitor without an account sees the price, and that paying needs an account', async () => {
  const { clinicId } = await serviceNamed('Vaccination')
  await pages.owner.query('update app_public.policies set accepts_guests = true where clinic_id = $1', [clinicId])
  const page = await pages.visitor()
  await choose(page, 'Vaccination')
  await page.getByText(t.needsAccount).waitFor()
  await page.getByText(t.dueNow).waitFor()
  await expectRight(page)
})

test('the payment of somebody else is not shown', async () => {
  const page = await pages.visitor()
  const { id } = await pages.owner.one<{ id: string }>('select id from billing.checkouts order by id limit 1')
  await page.goto(`${pages.url}/pay/${id}`)
  await page.getByText(t.signIn).waitFor()
  await expectRight(page)
  await signInAs(page, pages.url, 'mia', `/pay/${id}`)
  await page.getByText(t.notFound).waitFor()
  await expectRight(page)
})
