import type { Page } from 'playwright-core'
import { aDemoAccount, axeViolations, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { createSlot } from '../../helpers/clinic/operations.ts'
import { aClinic, aDoctor, aTemplate, aTimeSlot, employ } from '../../helpers/clinic/world.ts'

const pages = pagesForTests({ shared: true })

// An account that is only a receptionist.
beforeAll(() => aDemoAccount(pages.owner, 'series-rita'))

/**
 * A clinic where Rita is at the desk. Its doctor has times at 9:00 and 10:00 on two Mondays, of which the second one at
 * 9:00 is withdrawn, and a template for the following ones.
 */
async function aClinicWithMondays() {
  const clinicId = await aClinic(pages.owner)
  const doctorId = await aDoctor(pages.owner, clinicId)
  await employ(pages.owner, clinicId, 'series-rita@medislot.example', {
    role: 'receptionist',
    fullName: 'Rita Reception',
  })
  await pages.owner.query(`select app_public.add_clinic_customer($1, 'Phyllis Physio', null, '+49 151 23456780')`, [
    clinicId,
  ])
  const nine = await aTimeSlot(pages.owner, clinicId, '09:00', '09:30')
  const ten = await aTimeSlot(pages.owner, clinicId, '10:00', '10:30')
  for (const shift of [nine, ten]) await aTemplate(pages.owner, clinicId, doctorId, shift, 1)
  const mondays = await pages.owner.query<{ day: string }>(
    `select (date_trunc('week', now() at time zone 'UTC')::date + 7 * n)::text as day from generate_series(3, 6) n`,
  )
  const days = mondays.map(({ day }) => day)
  for (const day of days.slice(0, 2))
    for (const shift of [nine, ten]) await createSlot(pages.owner, clinicId, doctorId, shift, day)
  await pages.owner.query(
    `update app_public.booking_slots set status = 'withdrawn'
     where clinic_id = $1 and time_slot_id = $2 and slot_date = $3`,
    [clinicId, nine, days[1]],
  )
  return { clinicId, doctorId, nine, ten, days: days as [string, string, string, string] }
}

const statesOf = (clinicId: string) =>
  pages.owner.query<{ day: string; time: string; status: string }>(
    `select b.slot_date::text as day, to_char(b.starts_at at time zone c.time_zone, 'HH24:MI') as time, b.status
     from app_public.bookings b join app_public.clinics c on c.id = b.clinic_id where b.clinic_id = $1
     order by b.starts_at`,
    [clinicId],
  )

/** Types a date into a field, part by part, in whatever order the language has them. */
async function typeDate(page: Page, label: string, date: string) {
  const [year, month, day] = date.split('-') as [string, string, string]
  for (const [part, digits] of Object.entries({ day, month, year })) {
    await page.getByRole('group', { name: label }).locator(`[data-type="${part}"]`).focus()
    await page.keyboard.type(digits)
  }
}

test.each([
  [
    'English, on a desktop',
    {},
    {
      start: 'New series',
      patient: 'Name, phone or e-mail',
      doctor: 'With',
      time: 'Time',
      visits: 'How many appointments',
      first: 'First date',
      show: 'Show the dates',
      generate: 'Make the times of these dates',
      withdrawn: 'Withdrawn',
      book: 'Book 4 appointments',
      from: 'From this appointment on',
      showMoved: 'Show the new dates',
      move: 'Move 3 appointments',
      cancel: 'Cancel them',
      cancelled: 'Cancelled',
    },
  ],
  [
    'German, on a phone',
    { viewport: { width: 390, height: 844 }, locale: 'de-DE' },
    {
      start: 'Neue Serie',
      patient: 'Name, Telefon oder E-Mail',
      doctor: 'Bei',
      time: 'Uhrzeit',
      visits: 'Wie viele Termine',
      first: 'Erster Tag',
      show: 'Tage zeigen',
      generate: 'Termine dieser Tage anlegen',
      withdrawn: 'Zurückgezogen',
      book: '4 Termine buchen',
      from: 'Ab diesem Termin',
      showMoved: 'Neue Tage zeigen',
      move: '3 Termine verschieben',
      cancel: 'Absagen',
      cancelled: 'Abgesagt',
    },
  ],
])('a receptionist plans, books, moves and cancels a series: %s', async (_case, options, t) => {
  const { clinicId, doctorId, nine, ten, days } = await aClinicWithMondays()
  const page = await pages.visitor(options)
  await signInAs(page, pages.url, 'series-rita', `/desk/${clinicId}`)
  await page.getByRole('link', { name: t.start }).click()

  await page.getByLabel(t.patient).fill('Phyllis')
  await page.getByRole('option', { name: /Phyllis Physio/ }).click()
  await page.getByLabel(t.doctor, { exact: true }).selectOption(doctorId)
  await page.getByLabel(t.time, { exact: true }).selectOption(nine)
  await page.getByLabel(t.visits).fill('4')
  await typeDate(page, t.first, days[0])
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: t.show }).click()

  // The third and the fourth date lie beyond the generated weeks.
  await page.getByRole('button', { name: t.generate }).click()
  await page.getByRole('button', { name: t.generate }).waitFor({ state: 'detached' })
  const second = page.locator('li.row', { hasText: t.withdrawn })
  const { id: instead } = await pages.owner.one<{ id: string }>(
    'select id from app_public.booking_slots where clinic_id = $1 and time_slot_id = $2 and slot_date = $3',
    [clinicId, ten, days[1]],
  )
  await second.getByRole('combobox').selectOption(instead)
  expect(await axeViolations(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(page.viewportSize()?.width)
  await page.getByRole('button', { name: t.book }).click()

  await page.getByLabel(t.from).waitFor()
  expect(await axeViolations(page)).toEqual([])
  expect(await statesOf(clinicId)).toEqual([
    { day: days[0], time: '09:00', status: 'booked' },
    { day: days[1], time: '10:00', status: 'booked' },
    { day: days[2], time: '09:00', status: 'booked' },
    { day: days[3], time: '09:00', status: 'booked' },
  ])

  // From the second one on they move to 10:00, where the second one is already: it stays.
  await page.getByLabel(t.from).selectOption({ index: 1 })
  await page.getByLabel(t.time, { exact: true }).selectOption(ten)
  await page.getByRole('button', { name: t.showMoved }).click()
  await page.getByRole('button', { name: t.move }).click()
  await page.getByRole('button', { name: t.move }).waitFor({ state: 'detached' })
  expect((await statesOf(clinicId)).map(({ time }) => time)).toEqual(['09:00', '10:00', '10:00', '10:00'])

  await page.getByLabel(t.from).selectOption({ index: 2 })
  await page.getByRole('button', { name: t.cancel, exact: true }).click()
  const dialog = page.getByRole('dialog')
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByRole('button', { name: t.cancel, exact: true }).click()
  await page.getByText(t.cancelled, { exact: true }).nth(1).waitFor()
  expect((await statesOf(clinicId)).map(({ status }) => status)).toEqual(['booked', 'booked', 'cancelled', 'cancelled'])
})
