import type { Locator, Page } from 'playwright-core'
import { axeViolations, hasValue, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { aCoupon, aPrice } from '../../helpers/clinic/billing.ts'
import { book } from '../../helpers/clinic/operations.ts'
import { aService } from '../../helpers/clinic/services.ts'
import { aClinic, aDoctor, aSlot, employ } from '../../helpers/clinic/world.ts'
import { eventually } from '../../helpers/time/eventually.ts'

const pages = pagesForTests({ shared: true })

/** A clinic where a demo account works, with a patient who has a visit at a price of 35.00 EUR. */
async function aClinicWithADebt(role: 'manager' | 'receptionist') {
  const clinicId = await aClinic(pages.owner)
  const doctorId = await aDoctor(pages.owner, clinicId)
  await employ(pages.owner, clinicId, 'riverside@medislot.example', { role, fullName: 'The desk' })
  const serviceId = await aService(pages.owner, clinicId, { doctors: [doctorId], name: 'Check-up' })
  await aPrice(pages.owner, clinicId, serviceId, { amount: 3500, rule: 'none' })
  const { customer_id: customerId } = await pages.owner.one<{ customer_id: string }>(
    `select customer_id from app_public.add_clinic_customer($1, 'Paula Payer', 'paula@web.example', null)`,
    [clinicId],
  )
  const slotId = await aSlot(pages.owner, clinicId, doctorId, 48)
  await book(pages.owner, clinicId, slotId, { customerId, serviceId })
  const { date } = await pages.owner.one<{ date: string }>(
    'select slot_date::text as date from app_public.booking_slots where id = $1',
    [slotId],
  )
  return { clinicId, customerId, slotId, date }
}

const fits = async (page: Page) => {
  expect(await axeViolations(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
}

/** What a page shows under the name of a figure: what is due, the credit. */
const figure = (page: Page, name: string): Locator =>
  page.locator('.account-figures div', { has: page.getByText(name, { exact: true }) }).locator('dd')
const shows = async (page: Page, figures: Record<string, string>) => {
  for (const [name, amount] of Object.entries(figures))
    await figure(page, name).getByText(amount, { exact: true }).waitFor()
}
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
/** Presses a button of an invoice or payment. */
const ofRow = (page: Page, action: string, row: string | RegExp) =>
  page
    .locator('details, .row', { hasText: row })
    .getByRole('button', { name: new RegExp(`^${action} ?, `) })
    .click()

test('the desk charges, discounts, issues, takes and pays back money in the account that it reaches from a booking', async () => {
  pages.allowErrors(/status of 4/)
  const { clinicId, customerId, slotId, date } = await aClinicWithADebt('manager')
  const { code } = await aCoupon(pages.owner, clinicId, { amount: 500 })
  const page = await pages.visitor({ viewport: { width: 1280, height: 900 } })
  await signInAs(page, pages.url, 'riverside', `/desk/${clinicId}?date=${date}`)
  await page.locator(`[data-slot="${slotId}"]`).click()
  await page.getByRole('link', { name: 'Invoices and payments' }).click()
  await page.getByRole('heading', { name: 'Paula Payer' }).waitFor()
  await page.getByText('Check-up').waitFor()
  await shows(page, { Due: '€0.00', Credit: '€0.00' })
  await fits(page)

  const dialog = page.getByRole('dialog')
  const submit = (name: string) => dialog.getByRole('button', { name, exact: true }).click()
  const amount = dialog.getByLabel(/^Amount/)
  const closed = () => dialog.waitFor({ state: 'detached' })
  await ofRow(page, 'Add a charge', 'Draft')
  await dialog.getByLabel('What for').fill('Bandage')
  for (const wrong of ['twelve', '12.505', '0']) {
    await amount.fill(wrong)
    await submit('Add')
    await dialog.getByText('Enter a positive amount, such as 12.50.').waitFor()
    expect(await amount.getAttribute('aria-invalid')).toBe('true')
  }
  await fits(page)
  await amount.fill('12.50')
  await dialog.getByLabel('Included tax in percent').fill('19')
  await submit('Add')
  await closed()
  await page.getByText('includes 19 % tax').waitFor()

  await ofRow(page, 'Discount', 'Draft')
  await dialog.getByLabel('What for').fill('Regular patient')
  await dialog.getByText('a percentage').click()
  await dialog.getByLabel('Percent of the total').fill('10')
  await submit('Add')
  await closed()
  await ofRow(page, 'Coupon', 'Draft')
  await dialog.getByLabel('Code of the coupon').fill('NONE-SUCH')
  await submit('Add')
  await dialog.getByText('There is no such coupon.').waitFor()
  expect(await dialog.getByLabel('Code of the coupon').getAttribute('aria-invalid')).toBe('true')
  await dialog.getByLabel('Code of the coupon').fill(code.toLowerCase())
  await submit('Add')
  await closed()

  await ofRow(page, 'Issue', 'Draft')
  await submit('Issue')
  await closed()
  await page.getByText(/^Invoice 20\d\d-00001$/).waitFor()
  await shows(page, { Due: '€37.75' })
  await page.getByText(/^issued .*, due /).waitFor()
  await fits(page)
  // A draft has no PDF. That of an invoice is the one that the patient gets.
  const downloading = page.waitForEvent('download')
  await ofRow(page, 'PDF', 'Invoice')
  const file = await downloading
  expect(file.suggestedFilename()).toMatch(/^Invoice-20\d\d-00001\.pdf$/)
  expect(await new Response((await file.createReadStream()) as never).text()).toMatch(/^%PDF-/)

  await press(page, 'Take a payment')
  await hasValue(amount, '37.75')
  await fits(page)
  await amount.fill('37.76')
  await submit('Take a payment')
  await dialog.getByText('This is more than is due or charged.').waitFor()
  await amount.fill('20')
  await submit('Take a payment')
  await shows(page, { Due: '€17.75' })
  await ofRow(page, 'Move to credit', 'Invoice')
  await amount.fill('10')
  await submit('Move to credit')
  await shows(page, { Due: '€27.75', Credit: '€10.00' })
  await ofRow(page, 'Pay back', 'Cash')
  await hasValue(amount, '10.00')
  await amount.fill('10.01')
  await submit('Pay back')
  await dialog.getByText('There is not so much credit. Make credit of what pays an invoice first.').waitFor()
  await amount.fill('5')
  await dialog.getByLabel('Reason (optional)').fill('Paid too much')
  await submit('Pay back')
  await page.getByText(/€5.00 paid back \(Paid too much\)$/).waitFor()
  await shows(page, { Credit: '€5.00' })
  await ofRow(page, 'Pay from credit', 'Invoice')
  await hasValue(amount, '5.00')
  await submit('Pay from credit')
  await shows(page, { Due: '€22.75', Credit: '€0.00' })
  await press(page, 'Goodwill')
  await amount.fill('3')
  await dialog.getByLabel('Reason').fill('Long wait')
  await submit('Goodwill')
  await shows(page, { Credit: '€3.00' })
  await ofRow(page, 'Write off', 'Invoice')
  await hasValue(amount, '22.75')
  await amount.fill('2.75')
  await dialog.getByLabel('Reason').fill('Not worth a letter')
  await submit('Write off')
  await shows(page, { Due: '€20.00' })
  await ofRow(page, 'Void', 'Invoice')
  await fits(page)
  await dialog.getByLabel('Reason').fill('Wrong patient')
  await submit('Void')
  await shows(page, { Due: '€0.00', Credit: '€18.00' })
  await fits(page)
  expect(
    await pages.owner.query('select state, total, paid, due from billing.invoices where customer_id = $1', [
      customerId,
    ]),
  ).toEqual([{ state: 'void', total: '0', paid: '0', due: '0' }])
  expect(await pages.owner.query('select * from billing.books_that_do_not_balance')).toEqual([])
})

test('on a phone in German, by keyboard, a receptionist finds an account and takes cash for a new invoice', async () => {
  const { clinicId, customerId } = await aClinicWithADebt('receptionist')
  const page = await pages.visitor({ locale: 'de-DE', viewport: { width: 360, height: 740 } })
  await signInAs(page, pages.url, 'riverside', `/desk/${clinicId}/accounts`)
  await page.getByRole('heading', { name: 'Konten' }).waitFor()
  await fits(page)
  await page.getByRole('combobox', { name: 'Name, Telefon oder E-Mail' }).focus()
  await page.keyboard.type('payer')
  await page.getByRole('option', { name: /^Paula Payer/ }).waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Paula Payer' }).waitFor()
  await fits(page)
  // Only managers give credit that nobody paid for, and write off.
  await page.getByRole('button', { name: 'Neue Rechnung' }).waitFor()
  expect(await page.getByRole('button', { name: 'Kulanz' }).count()).toBe(0)

  await page.getByRole('button', { name: 'Neue Rechnung' }).focus()
  await page.keyboard.press('Enter')
  const empty = page.locator('details', { hasText: 'Noch wird nichts berechnet.' })
  await empty.getByRole('button', { name: /^Leistung hinzufügen/ }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Wofür').focus()
  await page.keyboard.type('Attest')
  await page.keyboard.press('Tab')
  await page.keyboard.type('7,5')
  await fits(page)
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  const certificate = page.locator('details', { hasText: 'Attest' })
  await certificate.getByRole('button', { name: /^Zahlung annehmen/ }).waitFor()
  await page.getByRole('button', { name: 'Zahlung annehmen', exact: true }).focus()
  await page.keyboard.press('Enter')
  // Nothing is issued yet, so nothing is chosen.
  await dialog.getByText('Nichts ausgewählt: Der Betrag wird Guthaben.').waitFor()
  const choice = dialog.getByRole('checkbox', { name: /Attest/ })
  await choice.focus()
  await page.keyboard.press('Space')
  await hasValue(dialog.getByLabel(/^Betrag/), '7,50')
  await fits(page)
  await dialog.getByLabel(/^Betrag/).focus()
  await page.keyboard.press('Enter')
  await page.getByText(/^Rechnung 20\d\d-00001$/).waitFor()
  await page.getByText(/Bar, 7,50\s€/).waitFor()
  await fits(page)
  await eventually(
    async () =>
      (
        await pages.owner.query(
          `select 1 from billing.invoices where customer_id = $1 and state = 'settled' and total = 750 and paid = 750`,
          [customerId],
        )
      ).length === 1,
    'the invoice is settled',
  )
})

test('doctors who do not work at the desk see no accounts', async () => {
  const { clinicId, customerId } = await aClinicWithADebt('receptionist')
  await pages.owner.query(`update app_public.employees set role = 'doctor' where clinic_id = $1`, [clinicId])
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'riverside', `/desk/${clinicId}/account/${customerId}`)
  await page.getByRole('heading', { name: 'Page not found' }).waitFor()
})
