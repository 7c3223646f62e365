import type { Page } from 'playwright-core'
import { movingTexts } from '../../../src/web/text/desk/moving.ts'
import { bookTexts } from '../../../src/web/text/patient/book.ts'
import { bookingsTexts } from '../../../src/web/text/patient/bookings.ts'
import { serviceTexts } from '../../../src/web/text/shared/services.ts'
import { axeViolations, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { eventually } from '../../helpers/time/eventually.ts'

const pages = pagesForTests()
const [t, book, bookings] = [serviceTexts.de, bookTexts.de, bookingsTexts.de]

const doctorNamed = async (name: string) =>
  pages.owner.one<{ clinicId: string; id: string }>(
    'select clinic_id as "clinicId", id from app_public.doctors where full_name = $1',
    [name],
  )
/** The number of slots that the patient's live bookings of a service take, and the minutes of the visits. */
const booked = (service: string) =>
  pages.owner.query(
    `select b.status, extract(epoch from b.visit_ends_at - b.visit_starts_at)::int / 60 as minutes,
       (select count(*)::int from app_public.booking_slots bs
        where bs.clinic_id = b.clinic_id and b.booking_slot_id in (bs.id, bs.head_slot_id)) as slots
     from app_public.bookings b join app_public.services s on s.clinic_id = b.clinic_id and s.id = b.service_id
     where s.name = $1`,
    [service],
  )
const fits = async (page: Page) => {
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
  expect(await axeViolations(page)).toEqual([])
}

test('on a phone in German, a patient books a first visit of 60 minutes and a check of 15, moves one and cancels the other', async () => {
  const page = await pages.visitor({ locale: 'de-DE', viewport: { width: 360, height: 740 } })
  await signInAs(page, pages.url, 'ann')
  const { clinicId, id: doctorId } = await doctorNamed('Dr. Friederike Groß')
  const searchFor = async (service: string) => {
    await page.goto(`${pages.url}/?clinic=${clinicId}&doctor=${doctorId}`)
    await page.getByLabel(t.service).selectOption({ label: service })
    await page.locator('section[aria-busy=false] a.time').first().waitFor()
  }

  await searchFor(`Erstgespräch (${t.minutes(60)})`)
  await fits(page)
  // On the third day, so never today: how many times are left today depends on the hour, and the cancellation cut-off could pass.
  await page.locator('.day').nth(2).locator('a.time').first().click()
  await page.getByText(`Erstgespräch · ${t.minutes(60)}`).waitFor()
  await page.getByText('Ihre Versichertenkarte und Befunde früherer Untersuchungen.').waitFor()
  await page.getByLabel('Worum geht es?', { exact: true }).last().waitFor()
  await page.getByText(/^Für Sie reserviert: /).waitFor()
  await fits(page)
  // The question has to be answered: nothing is sent without it.
  await page.getByRole('button', { name: book.submit }).click()
  await page.locator('textarea[name^=answer-][aria-invalid=true]').waitFor()
  expect(await booked('First visit')).toEqual([])
  await page.locator('textarea[name^=answer-]').fill('Seit Montag sehe ich schlecht.')
  await page.locator('select[name^=answer-]').selectOption({ label: t.no })
  await page.getByRole('button', { name: book.submit }).click()
  await page.getByRole('heading', { name: bookings.booked }).waitFor()
  await page.getByText('Seit Montag sehe ich schlecht.').waitFor()
  await page.getByText('Haben Sie eine Überweisung?').waitFor()
  await fits(page)
  expect(await booked('First visit')).toEqual([{ status: 'booked', minutes: 60, slots: 2 }])
  const first = page.url()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: bookings.calendar }).click(),
  ])
  const file = await new Response((await download.createReadStream()) as never).text()
  expect(file).toMatch(/^SUMMARY:Erstgespräch\\, Dr\. Friederike Groß/m)

  await searchFor(`Kontrolle (${t.minutes(15)})`)
  await page.locator('.day').nth(2).locator('a.time').first().click()
  await page.getByText(/^Für Sie reserviert: /).waitFor()
  await page.getByRole('button', { name: book.submit }).click()
  await page.getByRole('heading', { name: bookings.booked }).waitFor()
  expect(await booked('Check')).toEqual([{ status: 'booked', minutes: 15, slots: 1 }])
  const check = page.url()

  await page.goto(first)
  const time = page.locator('.visit-time')
  const before = await time.innerText()
  await page.getByRole('button', { name: bookings.reschedule }).click()
  await page.locator('.move .day').nth(2).locator('.time').nth(3).click()
  await page.getByRole('button', { name: bookings.moveSubmit }).click()
  await page.getByText(bookings.moved).waitFor()
  await eventually(async () => (await time.innerText()) !== before, 'the new time is shown')
  expect(await booked('First visit')).toEqual([{ status: 'booked', minutes: 60, slots: 2 }])

  await page.goto(check)
  await page.getByRole('button', { name: bookings.cancel, exact: true }).click()
  await page.getByRole('button', { name: bookings.cancelSubmit }).click()
  await page.getByText(bookings.cancelled).waitFor()
  expect(await booked('Check')).toMatchObject([{ status: 'cancelled' }])
  await page.goto(`${pages.url}/bookings`)
  await page.getByText('Erstgespräch').first().waitFor()
  await fits(page)
})

test('the desk books a first visit for a new patient: one tall cell, with the answers of the patient and what it is for', async () => {
  const desk = await pages.visitor({ viewport: { width: 1280, height: 800 } })
  const { clinicId, id: doctorId } = await doctorNamed('Dr. Anna Brandt')
  const [first, second] = await pages.owner.query<{ id: string; date: string }>(
    `select id, slot_date::text as date from app_public.booking_slots
     where doctor_id = $1 and status = 'open' and slot_date > current_date + 2 order by starts_at limit 2`,
    [doctorId],
  )
  await signInAs(desk, pages.url, 'riverside', `/desk/${clinicId}?date=${first?.date}`)
  const cell = (id: string | undefined) => desk.locator(`[data-slot="${id}"]`)
  const height = async () => (await cell(first?.id).boundingBox())?.height ?? 0
  await cell(second?.id).waitFor()
  const before = await height()
  await cell(first?.id).click()
  await desk.getByText('New patient').click()
  await desk.getByLabel('Full name').fill('Walter Gehring')
  await desk.getByLabel(serviceTexts.en.service).selectOption({ label: 'First visit (60 minutes)' })
  expect(await axeViolations(desk)).toEqual([])
  await desk.getByRole('button', { name: 'Add and book' }).click()
  await cell(first?.id)
    .filter({ hasText: /Walter Gehring.*Booked/ })
    .waitFor()
  await cell(second?.id).waitFor({ state: 'detached' })
  await eventually(async () => (await height()) > 1.8 * before, 'the cell is as tall as the visit is long')
  await cell(first?.id).click()
  await desk.locator('.patient-card', { hasText: 'First visit' }).waitFor()
  expect(await axeViolations(desk)).toEqual([])
})

test('the desk moves a visit to another service and another time, gives it another one at its own time, and takes it away', async () => {
  const desk = await pages.visitor({ viewport: { width: 1280, height: 900 } })
  const { clinicId, id: doctorId } = await doctorNamed('Dr. Friederike Groß')
  // Four adjoining slots of a day: a check in the first, a first visit takes two.
  const [first, second, third, fourth] = await pages.owner.query<{ id: string; date: string }>(
    `select bs.id, bs.slot_date::text as date from app_public.booking_slots bs
     join (select s.starts_at from app_public.booking_slots s
       where s.doctor_id = $1 and s.status = 'open' and s.starts_at > now() + interval '2 days'
         and 4 = (select count(*) from app_public.booking_slots n where n.doctor_id = s.doctor_id and n.status = 'open'
           and n.starts_at >= s.starts_at and n.ends_at <= s.starts_at + interval '2 hours')
       order by s.starts_at limit 1) start on bs.starts_at >= start.starts_at
     where bs.doctor_id = $1 order by bs.starts_at limit 4`,
    [doctorId],
  )
  const { id } = await pages.owner.one<{ id: string }>(
    `select b.id from app_public.services s, app_public.customers c,
       app_public.book_slot(s.clinic_id, $1, c.id, service_id => s.id) b
     where s.clinic_id = $2 and s.name = 'Check' and c.full_name = 'Bob Fischer'`,
    [first?.id, clinicId],
  )
  const visit = () =>
    pages.owner.query(
      `select s.name, (select array_agg(bs.id order by bs.starts_at) from app_public.booking_slots bs
         where bs.clinic_id = b.clinic_id and b.booking_slot_id in (bs.id, bs.head_slot_id)) as slots
       from app_public.bookings b left join app_public.services s on s.clinic_id = b.clinic_id and s.id = b.service_id
       where b.id = $1`,
      [id],
    )
  await signInAs(desk, pages.url, 'riverside', `/desk/${clinicId}?date=${first?.date}`)
  const cell = (of: { id: string } | undefined) => desk.locator(`[data-slot="${of?.id}"]`)
  const dialog = desk.getByRole('dialog')
  const move = async (to: { id: string } | undefined, from: { id: string } | undefined, service?: string) => {
    await cell(from)
      .filter({ hasText: /Bob Fischer/ })
      .click()
    await dialog.getByRole('button', { name: 'Move', exact: true }).click()
    await desk.getByText('choose the appointment itself').waitFor()
    await cell(to).click()
    await dialog.getByText(/^As before: /).waitFor({ state: 'attached' })
    if (service) await dialog.getByLabel(serviceTexts.en.service).selectOption({ label: service })
    else await dialog.getByLabel(movingTexts.en.withoutService).check()
    expect(await dialog.getByLabel(serviceTexts.en.service).count()).toBe(service ? 1 : 0)
    expect(await axeViolations(desk)).toEqual([])
    await dialog.getByRole('button', { name: 'Move here' }).click()
    await dialog.waitFor({ state: 'detached' })
  }
  await move(third, first, 'First visit (60 minutes)')
  await cell(fourth).waitFor({ state: 'detached' })
  expect(await visit()).toEqual([{ name: 'First visit', slots: [third?.id, fourth?.id] }])
  await move(third, third, 'Check (15 minutes)')
  await cell(fourth).waitFor()
  expect(await visit()).toEqual([{ name: 'Check', slots: [third?.id] }])
  expect(await cell(second).count()).toBe(1)
  await move(fourth, third)
  await cell(fourth)
    .filter({ hasText: /Bob Fischer/ })
    .waitFor()
  expect(await visit()).toEqual([{ name: null, slots: [fourth?.id] }])
})

test('a clinic without services asks nobody what the visit is for', async () => {
  const page = await pages.visitor({ locale: 'de-DE' })
  const { clinicId } = await doctorNamed('Dr Jack Murray')
  await pages.owner.query('delete from app_public.service_questions where clinic_id = $1', [clinicId])
  await pages.owner.query('delete from app_public.services where clinic_id = $1', [clinicId])
  await page.goto(`${pages.url}/?clinic=${clinicId}`)
  await page.locator('section[aria-busy=false] a.time').first().waitFor()
  await page.locator('a.time').first().click()
  await page.getByRole('heading', { name: book.title }).waitFor()
  expect(await page.getByLabel(t.service).count()).toBe(0)
})
