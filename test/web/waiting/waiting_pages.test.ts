import { slotTexts } from '../../../src/web/text/desk/slot.ts'
import { deskWaitingTexts } from '../../../src/web/text/desk/waiting.ts'
import { waitingTexts } from '../../../src/web/text/patient/waiting.ts'
import { waitingEntriesTexts } from '../../../src/web/text/patient/waiting_entries.ts'
import { aDemoAccount, axeViolations, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { book, cancel } from '../../helpers/clinic/operations.ts'
import { aClinic, aDoctor, aSlot, unique } from '../../helpers/clinic/world.ts'
import { clinicDate } from '../../helpers/time/dates.ts'

// The waiting list on the pages: of the desk, of managers and of patients who are signed in.

const pages = pagesForTests({ shared: true })

const readers = [
  { where: 'on a desktop', language: 'en', options: { locale: 'en-GB', viewport: { width: 1280, height: 800 } } },
  { where: 'on a phone', language: 'de', options: { locale: 'de-DE', viewport: { width: 390, height: 844 } } },
] as const

/** An account with a confirmed address; returns its name, by which it signs in, and its id. */
async function anAccount() {
  const name = unique('waits').toLowerCase().replaceAll(/\W/g, '-')
  return { name, accountId: await aDemoAccount(pages.owner, name, true) }
}

async function aPatient(fullName: string) {
  const { name, accountId } = await anAccount()
  const { id } = await pages.owner.one<{ id: string }>(
    `insert into app_public.customers (account_id, full_name, email)
     select a.id, $2, a.email from app_private.accounts a where a.id = $1 returning id`,
    [accountId, fullName],
  )
  return { name, id }
}

/** A clinic with an employee in each role, and a slot that is booked and for which two patients of the clinic wait. */
async function aWaitingList() {
  const clinicId = await aClinic(pages.owner)
  const doctorId = await aDoctor(pages.owner, clinicId)
  const staff = { receptionist: '', manager: '' }
  for (const role of ['receptionist', 'manager'] as const) {
    const { name, accountId } = await anAccount()
    await pages.owner.query(
      `insert into app_public.employees (clinic_id, account_id, role, full_name)
       values ($1, $2, $3, 'At the clinic')`,
      [clinicId, accountId, role],
    )
    staff[role] = name
  }
  const patientIds: string[] = []
  for (const [fullName, phone] of [
    ['Wanda Waiting', '+49 151 23456781'],
    ['Walter Waiting', '+49 151 23456782'],
    ['Nora Newly', '+49 151 23456783'],
    ['Bodo Booked', '+49 151 23456784'],
  ]) {
    const { id } = await pages.owner.one<{ id: string }>(
      'select customer_id as id from app_public.add_clinic_customer($1, $2, null, $3)',
      [clinicId, fullName, phone],
    )
    patientIds.push(id)
  }
  for (const id of patientIds.slice(0, 2))
    await pages.owner.query('select app_public.join_waiting_list($1, $2, doctor_id => $3)', [clinicId, id, doctorId])
  const slotId = await aSlot(pages.owner, clinicId, doctorId)
  const booking = await book(pages.owner, clinicId, slotId, { customerId: patientIds[3] as string })
  return { clinicId, doctorId, slotId, bookingId: booking.id, patientIds, staff }
}

const entriesOf = (clinicId: string) =>
  pages.owner.query(
    `select cc.full_name, w.state, w.priority, w.weekdays from app_public.waiting_list w
     join app_public.clinic_customers cc on cc.clinic_id = w.clinic_id and cc.customer_id = w.customer_id
     where w.clinic_id = $1 order by w.id`,
    [clinicId],
  )

test.each(readers)(
  'the desk orders the waiting list, adds and removes patients, and opens an offered time to everyone: $where, in $language',
  async ({ language, options }) => {
    const t = deskWaitingTexts[language]
    const { clinicId, slotId, bookingId, staff } = await aWaitingList()
    const page = await pages.visitor(options)
    await signInAs(page, pages.url, staff.receptionist, `/desk/${clinicId}`)
    await page.getByRole('link', { name: t.title }).click()
    const names = page.locator('.row h2')
    await page.getByRole('heading', { level: 2, name: 'Wanda Waiting' }).waitFor()
    expect(await names.allTextContents()).toEqual(['Wanda Waiting', 'Walter Waiting'])
    expect(await axeViolations(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(page.viewportSize()?.width)

    await page.getByLabel(t.priorityOf('Walter Waiting')).selectOption(t.priorities.high)
    await page.getByText(t.prioritySet('Walter Waiting')).waitFor()
    await names.nth(0).getByText('Walter Waiting').waitFor()

    await page.getByRole('button', { name: t.add }).click()
    const dialog = page.getByRole('dialog', { name: t.addTitle })
    await dialog.getByRole('combobox').first().fill('Nora')
    await page.getByRole('option', { name: /Nora Newly/ }).click()
    // Another weekday than the one of the slot, which is to be offered to Walter only.
    const weekday = new Date(clinicDate(5)).getUTCDay() || 7
    await dialog
      .getByRole('checkbox')
      .nth(weekday - 1)
      .check()
    expect(await axeViolations(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(page.viewportSize()?.width)
    await dialog.getByRole('button', { name: t.save }).click()
    await page.getByText(t.added('Nora Newly')).waitFor()
    await page.getByRole('heading', { level: 2, name: 'Nora Newly' }).waitFor()

    await page.getByRole('button', { name: new RegExp(`^${t.remove}.*Wanda Waiting`) }).focus()
    await page.keyboard.press('Enter')
    await page
      .getByRole('dialog', { name: t.removeTitle('Wanda Waiting') })
      .getByRole('button', { name: t.remove, exact: true })
      .click()
    await page.getByText(t.removed('Wanda Waiting')).waitFor()
    await page.getByRole('heading', { level: 2, name: 'Wanda Waiting' }).waitFor({ state: 'detached' })
    expect(await entriesOf(clinicId)).toEqual([
      { full_name: 'Wanda Waiting', state: 'left', priority: 0, weekdays: null },
      { full_name: 'Walter Waiting', state: 'waiting', priority: 50, weekdays: null },
      { full_name: 'Nora Newly', state: 'waiting', priority: 0, weekdays: [weekday] },
    ])

    await cancel(pages.owner, clinicId, bookingId)
    await page.reload()
    await page.getByRole('button', { name: t.openToAll }).first().waitFor()
    expect(await axeViolations(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(page.viewportSize()?.width)
    await page.getByRole('button', { name: t.openToAll }).first().click()
    await page
      .getByRole('dialog', { name: t.openTitle })
      .getByRole('button', { name: t.openToAll, exact: true })
      .click()
    await page.getByText(t.opened).waitFor()
    await page.getByRole('button', { name: t.openToAll }).waitFor({ state: 'detached' })
    expect(await pages.owner.one('select status from app_public.booking_slots where id = $1', [slotId])).toEqual({
      status: 'open',
    })
  },
)

test('the desk opens an offered time to everyone on the page of its day', async () => {
  const { clinicId, slotId, bookingId, staff } = await aWaitingList()
  await cancel(pages.owner, clinicId, bookingId)
  const { date } = await pages.owner.one<{ date: string }>(
    'select slot_date::text as date from app_public.booking_slots where id = $1',
    [slotId],
  )
  const page = await pages.visitor({ locale: 'en-GB' })
  await signInAs(page, pages.url, staff.receptionist, `/desk/${clinicId}?date=${date}`)
  await page.locator(`[data-slot="${slotId}"]`).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('This time is offered to patients on the waiting list').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByRole('button', { name: slotTexts.en.openToAll }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(await pages.owner.one('select status from app_public.booking_slots where id = $1', [slotId])).toEqual({
    status: 'open',
  })
})

test.each(readers)(
  'a patient sees what they wait for, takes an offered time, and leaves the list: $where, in $language',
  async ({ language, options }) => {
    const t = waitingEntriesTexts[language]
    const { clinicId, doctorId, slotId, bookingId } = await aWaitingList()
    // Before the others.
    const { id, name } = await aPatient('Paula Patient')
    for (const doctor of [doctorId, null])
      await pages.owner.query('select app_public.join_waiting_list($1, $2, doctor_id => $3)', [clinicId, id, doctor])
    await pages.owner.query('update app_public.waiting_list set priority = 1 where customer_id = $1', [id])
    const page = await pages.visitor(options)
    await signInAs(page, pages.url, name)
    await page.getByRole('heading', { level: 2, name: t.title }).waitFor()
    expect(await page.locator('.waiting-entries li').count()).toBe(2)
    expect(await axeViolations(page)).toEqual([])

    await cancel(pages.owner, clinicId, bookingId)
    await page.reload()
    const accept = page.getByRole('button', { name: waitingTexts[language].accept })
    await accept.waitFor()
    expect(await axeViolations(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(page.viewportSize()?.width)
    await accept.focus()
    await page.keyboard.press('Enter')
    await page.getByText(t.taken).waitFor()
    // The new booking is listed above.
    await page.locator('a.booking-row').waitFor()
    expect(await pages.owner.one('select customer_id from app_public.booking_slots where id = $1', [slotId])).toEqual({
      customer_id: id,
    })

    // The entry for which the time was offered is not listed any more.
    await page.locator('.waiting-entries li').nth(1).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: new RegExp(`^${t.leave}`) }).click()
    await page.getByRole('dialog').getByRole('button', { name: t.leave, exact: true }).click()
    await page.getByText(t.left).waitFor()
    await page.locator('.waiting-entries li').waitFor({ state: 'detached' })
    expect(
      await pages.owner.query('select state from app_public.waiting_list where customer_id = $1 order by id', [id]),
    ).toEqual([{ state: 'booked' }, { state: 'left' }])
  },
)

test('a patient declines an offered time and stays on the list; the next one can take it', async () => {
  const t = waitingEntriesTexts.en
  const { clinicId, slotId, bookingId, patientIds } = await aWaitingList()
  const { id, name } = await aPatient('Dora Declines')
  await pages.owner.query('select app_public.join_waiting_list($1, $2)', [clinicId, id])
  await pages.owner.query('update app_public.waiting_list set priority = 1 where customer_id = $1', [id])
  await cancel(pages.owner, clinicId, bookingId)
  const page = await pages.visitor({ locale: 'en-GB' })
  await signInAs(page, pages.url, name)
  await page.getByRole('button', { name: waitingTexts.en.decline }).click()
  await page.getByText(t.declined).waitFor()
  expect(await page.locator('.waiting-entries li').count()).toBe(1)
  expect(
    await pages.owner.query(
      `select customer_id, lower(head_start) <= now() as has_begun from app_public.slot_offers
       where booking_slot_id = $1 and state = 'offered' order by head_start limit 1`,
      [slotId],
    ),
  ).toEqual([{ customer_id: patientIds[0], has_begun: true }])
})

test('a manager sets the head start and the minimum notice of offers', async () => {
  const { clinicId, staff } = await aWaitingList()
  const page = await pages.visitor({ locale: 'en-GB' })
  await signInAs(page, pages.url, staff.manager, `/manage/${clinicId}/policy`)
  await page.getByLabel('Head start', { exact: true }).fill('45')
  await page.getByLabel('Minimum notice of an offer', { exact: true }).fill('3')
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved').first().waitFor()
  expect(
    await pages.owner.one(
      'select waiting_head_start::text, waiting_notice::text from app_public.policies where clinic_id = $1',
      [clinicId],
    ),
  ).toEqual({ waiting_head_start: '00:45:00', waiting_notice: '03:00:00' })
})
