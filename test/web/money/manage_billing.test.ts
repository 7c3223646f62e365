import type { Page } from 'playwright-core'
import { axeViolations, hasValue, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { anInvoice, billing } from '../../helpers/clinic/billing.ts'
import { aService } from '../../helpers/clinic/services.ts'
import { aClinic, aDoctor, employ } from '../../helpers/clinic/world.ts'

const pages = pagesForTests({ shared: true })

/** A clinic with Dr. Ada and two services, which a demo account manages. */
async function aManagedClinic() {
  const clinicId = await aClinic(pages.owner)
  const doctorId = await aDoctor(pages.owner, clinicId)
  await pages.owner.query(`update app_public.doctors set full_name = 'Dr. Ada' where id = $1`, [doctorId])
  await employ(pages.owner, clinicId, 'riverside@medislot.example', { role: 'manager', fullName: 'The manager' })
  await aService(pages.owner, clinicId, { doctors: [doctorId], name: 'Check-up' })
  await aService(pages.owner, clinicId, { doctors: [doctorId], name: 'Travel advice' })
  return clinicId
}

const fits = async (page: Page) => {
  expect(await axeViolations(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
}
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const ofRow = (page: Page, action: string, row: string) =>
  page
    .locator('.row', { hasText: row })
    .getByRole('button', { name: new RegExp(`^${action} ?, `) })
    .click()

test('a manager sets prices with a deposit, and sees which are refused', async () => {
  pages.allowErrors(/status of 4/)
  const clinicId = await aManagedClinic()
  const page = await pages.visitor({ viewport: { width: 1280, height: 900 } })
  await signInAs(page, pages.url, 'riverside', `/manage/${clinicId}/prices`)
  await page.getByRole('heading', { name: 'No prices yet' }).waitFor()
  await fits(page)
  const dialog = page.getByRole('dialog')
  const submit = (name: string) => dialog.getByRole('button', { name, exact: true }).click()
  const price = dialog.getByLabel(/^Price/)
  await press(page, 'Add a price')
  await dialog.getByLabel('Service').selectOption({ label: 'Check-up' })
  await price.fill('free')
  await submit('Add')
  await dialog.getByText('Enter a positive amount, such as 12.50.').waitFor()
  await price.fill('120')
  await dialog.getByLabel('Paid by patients').selectOption({ label: 'a deposit before booking' })
  await dialog.getByLabel(/^Deposit/).fill('120.01')
  await submit('Add')
  await dialog.getByText('One of the values is not allowed.').waitFor()
  expect(await dialog.getByLabel(/^Deposit/).getAttribute('aria-invalid')).toBe('true')
  await fits(page)
  await dialog.getByLabel(/^Deposit/).fill('30')
  await submit('Add')
  await dialog.waitFor({ state: 'detached' })
  await page.getByText('€120.00 · deposit €30.00').waitFor()

  await press(page, 'Add a price')
  await dialog.getByLabel('Service').selectOption({ label: 'Check-up' })
  await price.fill('90')
  await submit('Add')
  await dialog.getByText('This overlaps an existing entry.').waitFor()
  await dialog.getByLabel('Doctor').selectOption({ label: 'Dr. Ada' })
  await submit('Add')
  await dialog.waitFor({ state: 'detached' })
  await page.getByText('€90.00 · paid later').waitFor()
  await fits(page)
  await ofRow(page, 'Remove', 'Check-up, Dr. Ada')
  await submit('Remove')
  await page.getByText('€90.00 · paid later').waitFor({ state: 'detached' })
  expect(
    await pages.owner.query('select amount, deposit, payment_rule from billing.prices where clinic_id = $1', [
      clinicId,
    ]),
  ).toEqual([{ amount: '12000', deposit: '3000', payment_rule: 'deposit' }])
})

test('a manager sees what is due and the revenue, downloads it for the bookkeeper, and chooses the provider', async () => {
  pages.allowErrors(/status of 4/)
  const clinicId = await aManagedClinic()
  const { customer_id: customerId } = await pages.owner.one<{ customer_id: string }>(
    `select customer_id from app_public.add_clinic_customer($1, 'Oskar Owing', 'oskar@web.example', null)`,
    [clinicId],
  )
  const invoice = await anInvoice(pages.owner, clinicId, customerId, 5000)
  await billing(pages.owner, 'record_payment', clinicId, customerId, 'cash', 1250, [invoice])
  const page = await pages.visitor({ viewport: { width: 1280, height: 900 } })
  await signInAs(page, pages.url, 'riverside', `/manage/${clinicId}/payments`)
  const row = page.locator('.row', { hasText: 'Oskar Owing' })
  await row.getByText('€37.50').waitFor()
  await page.getByRole('cell', { name: '€12.50' }).waitFor()
  await row.getByText(/ · due \w+ \d+, \d{4}$|due \d+ \w+ \d{4}$/).waitFor()
  await fits(page)

  const term = page.getByLabel('Days until an invoice is due')
  await hasValue(term, '14')
  await term.fill('366')
  await press(page, 'Save payment term')
  await page.locator('input[name=paymentTerm]:out-of-range').waitFor()
  await term.fill('30')
  await press(page, 'Save payment term')
  await page.getByText('Saved.').waitFor()
  expect(
    await pages.owner.query('select payment_term from app_public.policies where clinic_id = $1', [clinicId]),
  ).toEqual([{ payment_term: 30 }])

  const { first, last } = await pages.owner.one<{ first: string; last: string }>(
    `select to_char(current_date - 3, 'DDMMYYYY') as first, to_char(current_date + 3, 'DDMMYYYY') as last`,
  )
  for (const [name, digits] of [
    ['From', first],
    ['Until, inclusive', last],
  ] as const) {
    await page.getByRole('group', { name }).getByRole('spinbutton').first().click()
    await page.keyboard.type(digits)
  }
  const waiting = page.waitForEvent('download')
  await press(page, 'Download CSV')
  const file = await waiting
  expect(file.suggestedFilename()).toMatch(/^bookkeeping-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/)
  const bytes = Buffer.from(await new Response((await file.createReadStream()) as never).arrayBuffer())
  const text = bytes.toString()
  expect(text).toMatch(/^\ufeffhappenedOn,kind,invoiceNumber/)
  expect(text).toContain(',Something,50.00,EUR,')
  expect(text).not.toContain('Oskar')

  await page.getByLabel('Provider', { exact: true }).selectOption({ label: 'Stripe' })
  await page.getByLabel('Account at the provider (optional)').fill('two words')
  await press(page, 'Save')
  await page.locator('input[name=account][aria-invalid=true]').waitFor()
  await page.getByLabel('Account at the provider (optional)').fill('acct_1')
  await press(page, 'Save')
  await page.getByText('Saved.').waitFor()
  const account = () =>
    pages.owner.query('select provider, account from billing_private.provider_accounts where clinic_id = $1', [
      clinicId,
    ])
  expect(await account()).toEqual([{ provider: 'stripe', account: 'acct_1' }])
  await page.reload()
  await hasValue(page.getByLabel('Account at the provider (optional)'), 'acct_1')
  await page.getByLabel('Provider', { exact: true }).selectOption({ label: 'none: patients pay at the clinic' })
  await press(page, 'Save')
  await page.getByText('Saved.').waitFor()
  expect(await account()).toEqual([])
  await row.getByRole('link', { name: /^Account/ }).click()
  await page.getByRole('heading', { name: 'Oskar Owing' }).waitFor()
})

test('on a phone in German, by keyboard, a manager adds a coupon and changes how often it can be used', async () => {
  pages.allowErrors(/status of 4/)
  const clinicId = await aManagedClinic()
  const page = await pages.visitor({ locale: 'de-DE', viewport: { width: 360, height: 740 } })
  await signInAs(page, pages.url, 'riverside', `/manage/${clinicId}/coupons`)
  await page.getByRole('heading', { name: 'Noch keine Gutscheine' }).waitFor()
  await fits(page)
  const dialog = page.getByRole('dialog')
  await page.getByRole('button', { name: 'Gutschein anlegen' }).focus()
  await page.keyboard.press('Enter')
  await dialog.getByLabel('Code', { exact: true }).focus()
  await page.keyboard.type('FRUEHLING')
  await dialog.getByLabel('Prozent', { exact: true }).focus()
  await page.keyboard.type('15')
  await fits(page)
  await page.keyboard.press('Enter')
  await page.getByText('0-mal verwendet · ohne Ende').waitFor()
  await fits(page)
  await page.getByRole('button', { name: /^Bearbeiten ?, FRUEHLING$/ }).focus()
  await page.keyboard.press('Enter')
  await dialog.getByLabel('Wie viele Personen ihn verwenden können').focus()
  await page.keyboard.type('3')
  await page.keyboard.press('Enter')
  await page.getByText('0 von 3-mal verwendet · ohne Ende').waitFor()
  await page.getByRole('button', { name: 'Gutschein anlegen' }).click()
  await dialog.getByLabel('Code', { exact: true }).fill('fruehling')
  await dialog.getByText('ein Betrag').click()
  await dialog.getByLabel(/^Betrag/).fill('7,50')
  await page.keyboard.press('Enter')
  await dialog.getByText('Das gibt es schon.').waitFor()
  await dialog.getByLabel('Code', { exact: true }).fill('SOMMER')
  await page.keyboard.press('Enter')
  await page.getByText(/7,50\s€/).waitFor()
  for (const section of ['prices', 'payments']) {
    await page.goto(`${pages.url}/manage/${clinicId}/${section}`)
    await page.getByRole('heading', { name: section === 'prices' ? 'Noch keine Preise' : 'Nichts ist offen' }).waitFor()
    await fits(page)
  }
})
