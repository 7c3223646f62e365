import type { Locator } from 'playwright-core'
import { aDemoAccount, axeViolations, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { addAbsence } from '../../helpers/clinic/absences.ts'
import { book, createSlot } from '../../helpers/clinic/operations.ts'
import { aClinic, aDoctor, aTimeSlot, employ } from '../../helpers/clinic/world.ts'
import { eventually } from '../../helpers/time/eventually.ts'

const pages = pagesForTests({ shared: true })

/** Accounts of the demo, each employed here in the role after which it is named. */
const staff = [
  ['absent-rita', 'receptionist'],
  ['absent-mona', 'manager'],
  ['absent-dora', 'doctor'],
] as const

beforeAll(async () => {
  for (const [name] of staff) await aDemoAccount(pages.owner, name)
})

/**
 * A clinic whose doctor has four free times on 5 March of next year and two that are booked: by a patient with an
 * e-mail address and by one whom only the phone reaches.
 */
async function aSchedule() {
  const clinicId = await aClinic(pages.owner)
  await pages.owner.query(`update app_public.policies set horizon = '800 days' where clinic_id = $1`, [clinicId])
  const doctorId = await aDoctor(pages.owner, clinicId)
  for (const [name, role] of staff)
    await employ(pages.owner, clinicId, `${name}@medislot.example`, {
      role,
      fullName: name,
      doctorId: role === 'doctor' ? doctorId : null,
    })
  const { doctor, year } = await pages.owner.one<{ doctor: string; year: number }>(
    `select full_name as doctor, extract(year from now())::int + 1 as year from app_public.doctors where id = $1`,
    [doctorId],
  )
  const date = `${year}-03-05`
  const slotIds: string[] = []
  for (const hour of ['08', '09', '10', '11', '12', '13']) {
    const timeSlotId = await aTimeSlot(pages.owner, clinicId, `${hour}:00`, `${hour}:30`)
    slotIds.push((await createSlot(pages.owner, clinicId, doctorId, timeSlotId, date)).id)
  }
  const patients = [
    ['Emil Email', null, 'emil@test.example'],
    ['Phyllis Phone', '+49 151 23456789', null],
  ] as const
  for (const [n, [name, phone, email]] of patients.entries()) {
    const { customer_id: customerId } = await pages.owner.one<{ customer_id: string }>(
      'select customer_id from app_public.add_clinic_customer($1, $2, $3, $4)',
      [clinicId, name, email, phone],
    )
    await book(pages.owner, clinicId, slotIds[n] as string, { customerId })
  }
  return { clinicId, doctorId, doctor, date, year, slotIds }
}

const states = async (slotIds: string[]) =>
  (
    await pages.owner.query<{ status: string }>(
      'select status from app_public.booking_slots where id = any ($1) order by starts_at',
      [slotIds],
    )
  ).map(({ status }) => status)
const withdrawn = (n: number) => Array.from({ length: n }, () => 'withdrawn')

/** Waits until the form shows what the absence would change: when that arrives, the form grows and its fields move. */
const effectIsShown = (dialog: Locator) => dialog.locator('.effect[aria-busy=false]').waitFor()

test.each([
  [
    'English, on a desktop',
    {},
    {
      add: 'Add an absence',
      next: 'Next year',
      doctor: 'Doctor',
      from: 'First day',
      until: 'Last day',
      glance: (year: number) => `${year} at a glance`,
      effect: '4 free times are withdrawn. 2 appointments lie in this absence.',
      cancel: 'Cancel now',
      toPhone: '1 patient cannot be notified. Please phone this patient:',
      notified: '1 patient gets a notification:',
      save: 'Save the absence',
      phone: 'Please phone these patients',
      done: 'Done',
      remove: /^Remove.*Vacation/,
      removeIt: 'Remove',
      removed: 'The absence has been removed.',
    },
  ],
  [
    'German, on a phone',
    { viewport: { width: 390, height: 844 }, locale: 'de-DE' },
    {
      add: 'Abwesenheit eintragen',
      next: 'Nächstes Jahr',
      doctor: 'Ärztin oder Arzt',
      from: 'Erster Tag',
      until: 'Letzter Tag',
      glance: (year: number) => `${year} auf einen Blick`,
      effect: '4 freie Termine werden gestrichen. 2 Buchungen liegen in dieser Abwesenheit.',
      cancel: 'Jetzt absagen',
      toPhone: '1 Person kann nicht benachrichtigt werden. Bitte rufen Sie sie an:',
      notified: '1 Person bekommt eine Benachrichtigung:',
      save: 'Abwesenheit speichern',
      phone: 'Bitte rufen Sie diese Personen an',
      done: 'Fertig',
      remove: /^Entfernen.*Urlaub/,
      removeIt: 'Entfernen',
      removed: 'Die Abwesenheit ist entfernt.',
    },
  ],
])('a manager enters an absence, sees what it changes, and removes it: %s', async (_case, options, t) => {
  const { clinicId, doctor, date, year, slotIds } = await aSchedule()
  const page = await pages.visitor(options)
  await signInAs(page, pages.url, 'absent-mona', `/manage/${clinicId}/absences`)
  await page.getByRole('button', { name: t.next }).click()
  await page.getByRole('region', { name: t.glance(year) }).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: t.add }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(t.doctor).selectOption({ label: doctor })
  // The dates are typed, from the keyboard. A complete part moves the focus to the next one.
  for (const label of [t.from, t.until]) {
    await dialog.getByRole('group', { name: label }).getByRole('spinbutton').first().focus()
    await page.keyboard.type(`0503${year}`)
  }
  await dialog.getByText(t.effect).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByText(t.cancel).click()
  await dialog.getByRole('region', { name: t.toPhone }).getByText('Phyllis Phone').waitFor()
  await dialog.getByRole('region', { name: t.notified }).getByText('Emil Email').waitFor()
  expect(await axeViolations(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(page.viewportSize()?.width)
  await dialog.getByRole('button', { name: t.save }).click()

  const phone = page.getByRole('dialog', { name: t.phone })
  await phone.getByRole('link', { name: '+49 151 23456789' }).waitFor()
  expect(await phone.getByText('Emil Email').count()).toBe(0)
  expect(await axeViolations(page)).toEqual([])
  await phone.getByRole('button', { name: t.done }).click()
  expect(await states(slotIds)).toEqual(withdrawn(6))
  await page.locator(`td[data-day="${date}"].vacation`).waitFor()

  await page.getByRole('button', { name: t.remove }).click()
  await page.getByRole('dialog').getByRole('button', { name: t.removeIt, exact: true }).click()
  await page.getByText(t.removed).waitFor()
  expect(await states(slotIds)).toEqual(Array.from({ length: 6 }, () => 'open'))
})

test('a receptionist drags over some days at the desk and keeps the appointments, which are listed for rebooking', async () => {
  const { clinicId, date, year, slotIds } = await aSchedule()
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'absent-rita', `/desk/${clinicId}`)
  await page.getByRole('link', { name: 'Absences' }).click()
  await page.getByRole('button', { name: 'Next year' }).click()
  await page.getByRole('region', { name: `${year} at a glance` }).waitFor()
  await page.locator(`td[data-day="${year}-03-06"]`).hover()
  await page.mouse.down()
  await page.locator(`td[data-day="${year}-03-04"]`).hover()
  await page.mouse.up()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').selectOption('Closure')
  await dialog.getByText('4 free times are withdrawn. 2 appointments lie in this absence.').waitFor()
  await dialog.getByText('Phyllis Phone').waitFor()
  await dialog.getByRole('button', { name: 'Save the absence' }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.locator(`td[data-day="${date}"].closure`).waitFor()
  expect(await states(slotIds)).toEqual(['booked', 'booked', ...withdrawn(4)])
  await page.goto(`${pages.url}/desk/${clinicId}/rebooking`)
  await page.getByText('The doctor is absent then.').first().waitFor()
  expect(await page.getByText('The doctor is absent then.').count()).toBe(2)
})

test('a doctor enters an absence of some hours for themselves, and none for others', async () => {
  const { clinicId, doctor, date, year, slotIds } = await aSchedule()
  await aDoctor(pages.owner, clinicId)
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'absent-dora', `/desk/${clinicId}/absences`)
  await page.getByRole('button', { name: 'Next year' }).click()
  await page.getByRole('region', { name: `${year} at a glance` }).waitFor()
  await page.locator(`td[data-day="${date}"]`).click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.getByLabel('Doctor').locator('option').allTextContents()).toEqual([doctor])
  await effectIsShown(dialog)
  await dialog.getByText('Only some hours').click()
  await dialog.getByLabel('From (first day)').fill('12:00')
  await dialog.getByText('2 free times are withdrawn. No appointments are affected.').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Save the absence' }).click()
  await dialog.waitFor({ state: 'detached' })
  await eventually(
    async () => (await states(slotIds)).join() === ['booked', 'booked', 'open', 'open', ...withdrawn(2)].join(),
    'the last two times are withdrawn',
  )
})

test.each([
  [
    'English, on a desktop',
    {},
    {
      change: /^Change.*Closure/,
      title: 'Change the absence',
      some: 'Only some hours',
      start: 'From (first day)',
      note: 'Note for the team',
      save: 'Save the absence',
    },
  ],
  [
    'German, on a phone',
    { viewport: { width: 390, height: 844 }, locale: 'de-DE' },
    {
      change: /^Ändern.*geschlossen/,
      title: 'Abwesenheit ändern',
      some: 'Nur einige Stunden',
      start: 'Ab (erster Tag)',
      note: 'Notiz für das Team',
      save: 'Abwesenheit speichern',
    },
  ],
])('a receptionist shortens an absence: the times outside are offered again: %s', async (_case, options, t) => {
  const { clinicId, date, year, slotIds } = await aSchedule()
  const { id } = await addAbsence(pages.owner, clinicId, { from: date, kind: 'closure', booked: 'list', note: 'Move' })
  const page = await pages.visitor(options)
  await signInAs(page, pages.url, 'absent-rita', `/desk/${clinicId}/absences`)
  await page.getByRole('button', { name: /Next year|Nächstes Jahr/ }).click()
  await page.locator(`td[data-day="${date}"].closure`).waitFor()
  await page.getByRole('button', { name: t.change }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: t.title })
  expect(await dialog.getByLabel(t.note).inputValue()).toBe('Move')
  await effectIsShown(dialog)
  await dialog.getByText(t.some).click()
  await dialog.getByLabel(t.start).fill('12:00')
  await dialog.getByLabel(t.note).fill('')
  await effectIsShown(dialog)
  expect(await axeViolations(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(page.viewportSize()?.width)
  await dialog.getByRole('button', { name: t.save }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(await states(slotIds)).toEqual(['booked', 'booked', 'open', 'open', ...withdrawn(2)])
  expect(
    await pages.owner.one('select note, start_time, last_date::text from app_public.absences where id = $1', [id]),
  ).toEqual({ note: null, start_time: '12:00:00', last_date: `${year}-03-05` })
})

test('a booking that arrives while the form is open is shown before anything is saved', async () => {
  const { clinicId, year, doctorId } = await aSchedule()
  const timeSlotId = await aTimeSlot(pages.owner, clinicId, '08:00', '08:30')
  const { id: slotId } = await createSlot(pages.owner, clinicId, doctorId, timeSlotId, `${year}-04-01`)
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'absent-rita', `/desk/${clinicId}/absences`)
  await page.getByRole('button', { name: 'Next year' }).click()
  await page.getByRole('region', { name: `${year} at a glance` }).waitFor()
  await page.locator(`td[data-day="${year}-04-01"]`).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('1 free time is withdrawn. No appointments are affected.').waitFor()
  const { customer_id: customerId } = await pages.owner.one<{ customer_id: string }>(
    `select customer_id from app_public.add_clinic_customer($1, 'Lately Booked', null, '+49 151 23456780')`,
    [clinicId],
  )
  await book(pages.owner, clinicId, slotId, { customerId })
  await dialog.getByRole('button', { name: 'Save the absence' }).click()
  await dialog.getByText('Somebody has booked in the meantime.').waitFor()
  await dialog.getByText('1 appointment lies in this absence.').waitFor()
  await dialog.getByText('Lately Booked').waitFor()
  expect(await states([slotId])).toEqual(['booked'])
})

test.each([
  [
    'English',
    {},
    'Public holidays',
    'Region',
    /Add 1\d holidays/,
    'entered already',
    '1 holiday has been added.',
    'Add 1 holiday',
  ],
  [
    'German, on a phone',
    { viewport: { width: 390, height: 844 }, locale: 'de-DE' },
    'Feiertage',
    'Region',
    /1\d Feiertage eintragen/,
    'schon eingetragen',
    '1 Feiertag ist eingetragen.',
    '1 Feiertag eintragen',
  ],
])('a manager confirms public holidays of a region, each once: %s', async (...given) => {
  const [, options, open, region, addAll, isThere, added, addOne] = given
  const { clinicId } = await aSchedule()
  const page = await pages.visitor(options)
  await signInAs(page, pages.url, 'absent-mona', `/manage/${clinicId}/absences`)
  await page.getByRole('button', { name: open }).click()
  const dialog = page.getByRole('dialog')
  // The clinic's country is chosen already.
  await dialog.getByLabel(region, { exact: true }).selectOption('DE-BE')
  await dialog.getByText(/Frauentag|Women/).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByRole('button', { name: addAll }).waitFor()
  // All holidays but one are deselected.
  const boxes = dialog.getByRole('checkbox')
  for (let n = (await boxes.count()) - 1; n > 0; n--) await boxes.nth(n).uncheck()
  await dialog.getByRole('button', { name: addOne }).click()
  await page.getByText(added).waitFor()
  await dialog.waitFor({ state: 'detached' })
  await page.locator('.row', { hasText: /Neujahr|New Year/ }).waitFor()
  await page.getByRole('button', { name: open }).click()
  await dialog.getByLabel(region, { exact: true }).selectOption('DE-BE')
  await dialog.getByText(isThere).waitFor()
  expect(
    await pages.owner.query(
      `select kind, doctor_id, source_key ~ '^holiday:DE-BE:....-01-01$' as known from app_public.absences where clinic_id = $1`,
      [clinicId],
    ),
  ).toEqual([{ kind: 'holiday', doctor_id: null, known: true }])
})
