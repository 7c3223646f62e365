import {
  aDemoAccount,
  axeViolations,
  demoPassword,
  hasValue,
  pagesForTests,
  signInAs,
} from '../../helpers/browser/browser.ts'
import { book, withdraw } from '../../helpers/clinic/operations.ts'
import { aClinic, aDoctor, aSlot, aTimeSlot, employ } from '../../helpers/clinic/world.ts'
import { eventually } from '../../helpers/time/eventually.ts'

const pages = pagesForTests({ shared: true })

// An account that is only a receptionist.
beforeAll(() => aDemoAccount(pages.owner, 'rita'))

/** A clinic where Rita is at the desk, with a patient whose time was withdrawn and a free time of the same doctor. */
async function aWithdrawnTime() {
  const clinicId = await aClinic(pages.owner)
  const doctorId = await aDoctor(pages.owner, clinicId)
  await employ(pages.owner, clinicId, 'rita@medislot.example', { role: 'receptionist', fullName: 'Rita Reception' })
  const { customer_id: customerId } = await pages.owner.one<{ customer_id: string }>(
    `select customer_id from app_public.add_clinic_customer($1, 'Phyllis Phone', null, '+49 151 23456789')`,
    [clinicId],
  )
  const taken = await aSlot(pages.owner, clinicId, doctorId, 48)
  await book(pages.owner, clinicId, taken, { customerId })
  await withdraw(pages.owner, clinicId, taken, { cascade: true })
  // On the same date, whatever the time is now.
  const { id: free } = await pages.owner.one<{ id: string }>(
    `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
     select bs.clinic_id, bs.doctor_id, $2, bs.slot_date,
       case when (bs.ends_at at time zone c.time_zone)::date = bs.slot_date
         then tstzrange(bs.ends_at, bs.ends_at + interval '5 min') else tstzrange(bs.starts_at - interval '5 min', bs.starts_at) end
     from app_public.booking_slots bs join app_public.clinics c on c.id = bs.clinic_id where bs.id = $1 returning id`,
    [taken, await aTimeSlot(pages.owner, clinicId)],
  )
  return { clinicId, customerId, free }
}

test.each([
  [
    'English, on a desktop',
    {},
    {
      list: 'Rebooking',
      book: 'Book at the desk',
      banner: 'Booking for Phyllis Phone.',
      patient: 'Name, phone or e-mail',
      submit: 'Book',
      empty: 'Nothing to rebook',
    },
  ],
  [
    'German, on a phone',
    { viewport: { width: 390, height: 844 }, locale: 'de-DE' },
    {
      list: 'Umbuchen',
      book: 'Am Empfang buchen',
      banner: 'Termin für Phyllis Phone.',
      patient: 'Name, Telefon oder E-Mail',
      submit: 'Buchen',
      empty: 'Nichts umzubuchen',
    },
  ],
])('a receptionist calls who needs another time, and books it in one click: %s', async (_case, options, t) => {
  const { clinicId, customerId, free } = await aWithdrawnTime()
  const page = await pages.visitor(options)
  await signInAs(page, pages.url, 'rita', `/desk/${clinicId}`)
  const list = page.getByRole('link', { name: t.list })
  await list.getByText('1', { exact: true }).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await list.click()

  const entry = page.locator('.row', { hasText: 'Phyllis Phone' })
  await entry.getByRole('link', { name: '+49 151 23456789' }).waitFor()
  expect(await axeViolations(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(page.viewportSize()?.width)
  await entry.getByRole('link', { name: t.book }).click()

  await page.getByText(t.banner).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.locator(`[data-slot="${free}"]`).click()
  const dialog = page.getByRole('dialog')
  await hasValue(dialog.getByLabel(t.patient), 'Phyllis Phone')
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByRole('button', { name: t.submit, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByText(t.banner).waitFor({ state: 'detached' })
  expect(
    await pages.owner.one('select status, customer_id from app_public.booking_slots where id = $1', [free]),
  ).toEqual({ status: 'booked', customer_id: customerId })
  await page.goto(`${pages.url}/desk/${clinicId}/rebooking`)
  await page.getByText(t.empty).waitFor()
  expect(await axeViolations(page)).toEqual([])
})

test('after the desk stops booking for one patient, it can book for any patient', async () => {
  const { clinicId, customerId, free } = await aWithdrawnTime()
  const { slot_date } = await pages.owner.one<{ slot_date: string }>(
    'select slot_date::text from app_public.booking_slots where id = $1',
    [free],
  )
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'rita', `/desk/${clinicId}?date=${slot_date}&for=${customerId}`)
  await page.getByRole('button', { name: 'Stop booking' }).click()
  await page.locator(`[data-slot="${free}"]`).click()
  await hasValue(page.getByRole('dialog').getByLabel('Name, phone or e-mail'), '')
  // An id of no patient, or of a patient of another clinic, is ignored.
  await page.goto(`${pages.url}/desk/${clinicId}?date=${slot_date}&for=999999`)
  await page.locator(`[data-slot="${free}"]`).click()
  await hasValue(page.getByRole('dialog').getByLabel('Name, phone or e-mail'), '')
})

test('an employee who is not a patient changes their password', async () => {
  await aWithdrawnTime()
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'rita', '/desk')
  await page.getByRole('link', { name: 'Profile' }).click()
  await page.getByText('You sign in as rita@medislot.example.').waitFor()
  await page.getByLabel('Current password').fill(demoPassword)
  await page.getByLabel('New password').fill('a password of her own')
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: 'Change password' }).click()
  await page.getByText('You have been signed out on all other devices').waitFor()
  await eventually(async () => {
    const answer = await fetch(`${pages.url}/web/session/sign-in`, {
      method: 'POST',
      headers: { 'x-medislot-web': '1', 'content-type': 'application/json' },
      body: JSON.stringify({ input: { email: 'rita@medislot.example', password: 'a password of her own' } }),
    })
    return ((await answer.json()) as { data?: unknown }).data !== null
  }, 'the new password to sign in')
})
