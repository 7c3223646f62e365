import type { Download, Page } from 'playwright-core'
import { bookingsTexts } from '../../../src/web/text/patient/bookings.ts'
import { payErrorTexts, payTexts } from '../../../src/web/text/patient/pay.ts'
import { paymentsTexts } from '../../../src/web/text/patient/payments.ts'
import { longDate } from '../../../src/web/time/time.ts'
import { axeViolations, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { anInvoice, billing, record } from '../../helpers/clinic/billing.ts'
import { billingUrlOf } from '../../helpers/database/cluster.ts'
import { type Program, startProgram } from '../../helpers/programs/program.ts'

// A patient's invoices, payments and credit, at the demo clinic that is paid online.

const pages = pagesForTests()
let program: Program | undefined
let clinicId: string
beforeAll(async () => {
  const env = { DATABASE_URL: billingUrlOf(pages.database), PUBLIC_URL: pages.url }
  program = await startProgram('billing', { env })
  ;({ id: clinicId } = await pages.owner.one<{ id: string }>(
    `select id from app_public.clinics where name like 'Harbour%'`,
  ))
})
afterAll(() => program?.stop())

async function expectRight(page: Page) {
  expect(await axeViolations(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
}

/** The demo patient of this name, in the records of the clinic. */
async function patientNamed(name: string): Promise<string> {
  const { id } = await pages.owner.one<{ id: string }>('select id from app_public.customers where full_name = $1', [
    name,
  ])
  await record(pages.owner, clinicId, id)
  return id
}

/** An issued invoice of 12.00 USD. */
async function issuedInvoice(customerId: string) {
  const id = await anInvoice(pages.owner, clinicId, customerId, 1200)
  const { number } = await billing<{ number: string }>(pages.owner, 'issue_invoice', clinicId, id)
  return { id, number }
}

/** What a page shows, with plain spaces in amounts. */
const shown = async (page: Page) => ((await page.locator('main').textContent()) ?? '').replaceAll(/\s+/g, ' ')

async function bytesOf(download: Download): Promise<string> {
  return new Response((await download.createReadStream()) as never).text()
}

const readers = [
  {
    name: 'Ann Miller',
    language: 'en',
    amount: 'US$12.00',
    options: { locale: 'en-GB', viewport: { width: 1280, height: 800 } },
  },
  {
    name: 'Bob Fischer',
    language: 'de',
    amount: '12,00 $',
    options: { locale: 'de-DE', viewport: { width: 360, height: 740 } },
  },
] as const

test.each(readers)(
  'a patient finds an open invoice, downloads it, and pays it: $name, in $language',
  async ({ name, language, amount, options }) => {
    const [t, pay, bookings] = [paymentsTexts[language], payTexts[language], bookingsTexts[language]]
    const { number } = await issuedInvoice(await patientNamed(name))
    const page = await pages.visitor(options)
    await signInAs(page, pages.url, name.split(' ')[0]?.toLowerCase() as string)
    await page.getByRole('link', { name: bookings.payments }).click()
    await page.getByRole('heading', { level: 1, name: t.title }).waitFor()
    const row = page.getByRole('link', { name: t.numbered(number) })
    await row.getByText(t.states.OPEN).waitFor()
    const { due } = await pages.owner.one<{ due: string }>(
      'select due_on::text as due from billing.invoices where clinic_id = $1 and number = $2',
      [clinicId, number],
    )
    const payBy = t.dueOn(longDate(due, language === 'de' ? 'de-DE' : 'en-GB'))
    await row.getByText(payBy).waitFor()
    await expectRight(page)

    await row.click()
    await page.getByRole('heading', { level: 1, name: t.numbered(number) }).waitFor()
    await page.getByRole('button', { name: t.download }).waitFor()
    expect(await shown(page)).toContain(amount)
    expect(await shown(page)).toContain(payBy)
    await expectRight(page)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: t.download }).click(),
    ])
    expect(download.suggestedFilename()).toBe(`${t.invoice}-${number}.pdf`)
    expect(await bytesOf(download)).toMatch(/^%PDF-/)

    await page.locator('.actions .primary').click()
    await page.waitForURL('**/development/*')
    await page.locator('form button').click()
    await page.getByRole('heading', { level: 1, name: pay.paidTitle }).waitFor()
    await expectRight(page)
    await page.getByRole('link', { name: pay.invoice(number) }).click()
    await page.getByText(t.states.SETTLED).waitFor()
    expect(await page.locator('.actions .primary').count()).toBe(0)
    await page.getByRole('link', { name: t.back }).click()
    await page.getByRole('heading', { level: 2, name: t.payments }).waitFor()
    await page
      .getByText(t.methods.PROVIDER as string)
      .first()
      .waitFor()
    await expectRight(page)
  },
)

test('credit pays a part of an invoice, and the rest stays due', async () => {
  const t = paymentsTexts.en
  const customerId = await patientNamed('Mia Schneider')
  await billing(pages.owner, 'grant_goodwill', clinicId, customerId, 500, 'We were late')
  const { id, number } = await issuedInvoice(customerId)
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'mia', '/payments')
  await page.getByRole('heading', { level: 2, name: t.credits }).waitFor()
  await page.getByText('US$5.00').waitFor()
  await expectRight(page)
  await page.getByRole('link', { name: t.numbered(number) }).click()
  await page.getByRole('button', { name: t.payByCredit('US$5.00') }).click()
  await page.getByText(t.paidInPart).waitFor()
  await page.getByRole('button', { name: t.pay('US$7.00') }).waitFor()
  await page.getByText('-US$5.00').waitFor()
  await expectRight(page)
  expect(await pages.owner.one('select due from billing.invoices where id = $1', [id])).toEqual({ due: '700' })

  // A payment that has begun is continued, not begun again.
  await page.getByRole('button', { name: t.pay('US$7.00') }).click()
  await page.waitForURL('**/development/*')
  await page.goto(`${pages.url}/payments/${clinicId}/${id}`)
  await page.getByRole('button', { name: t.pay('US$7.00') }).click()
  await page.getByText(payTexts.en.beingPaidTitle).waitFor()
  await expectRight(page)
  await page.goto(`${pages.url}/payments`)
  await page.getByRole('link', { name: t.goOn }).click()
  await page.getByRole('button', { name: payTexts.en.cancel }).click()
  await page.getByRole('heading', { level: 1, name: payTexts.en.endedTitle }).waitFor()
})

/** Another clinic that is paid online, with an open invoice of a patient for 8.00 USD; one of 12.00 USD is at the first. */
async function invoicesOfTwoClinics(customerId: string) {
  const other = await pages.owner.one<{ id: string; name: string }>(
    'select id, name from app_public.clinics where id <> $1 and is_active order by id limit 1',
    [clinicId],
  )
  await pages.owner.query(`update app_public.policies set currency = 'USD' where clinic_id = $1`, [other.id])
  const account = (at: string | null) =>
    pages.owner.query(`select billing.set_provider_account($1, 'development', $2)`, [other.id, at])
  await account(null)
  await record(pages.owner, other.id, customerId)
  await issuedInvoice(customerId)
  const id = await anInvoice(pages.owner, other.id, customerId, 800)
  await billing(pages.owner, 'issue_invoice', other.id, id)
  const open = () =>
    pages.owner.query(`select due, clinic_id from billing.invoices where customer_id = $1 and state = 'open'`, [
      customerId,
    ])
  return { other, account, open, count: (await open()).length }
}

test.each(readers)('a patient pays open invoices of two clinics at once: $name, in $language', async (reader) => {
  const { name, language, options } = reader
  const [t, pay] = [paymentsTexts[language], payTexts[language]]
  const { other, account, open, count } = await invoicesOfTwoClinics(await patientNamed(name))
  await account('acct-other')

  const page = await pages.visitor(options)
  await signInAs(page, pages.url, name.split(' ')[0]?.toLowerCase() as string, '/payments')
  const button = page.getByRole('button', { name: t.payTogether(count, '').trim() })
  await button.focus()
  await page.keyboard.press('Enter')
  await page.getByText(payErrorTexts[language].several_accounts as string).waitFor()
  await expectRight(page)

  await account(null)
  await button.click()
  await page.waitForURL('**/development/*')
  await page.getByText(other.name).waitFor()
  await page.locator('form button').click()
  await page.getByRole('heading', { level: 1, name: pay.paidTitle }).waitFor()
  expect(await shown(page)).toContain(other.name)
  await expectRight(page)
  expect(await open()).toEqual([])
})

test('a patient is shown no invoices of others, and a visitor who is not signed in none at all', async () => {
  const t = paymentsTexts.en
  const { id } = await issuedInvoice(await patientNamed('Ann Miller'))
  const page = await pages.visitor()
  await page.goto(`${pages.url}/payments/${clinicId}/${id}`)
  await page.getByText(t.signIn).waitFor()
  await expectRight(page)
  await signInAs(page, pages.url, 'bob', `/payments/${clinicId}/${id}`)
  await page.getByText(t.notFound).waitFor()
  await expectRight(page)
})
