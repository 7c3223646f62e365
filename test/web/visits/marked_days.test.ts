import type { Page } from 'playwright-core'
import { axeViolations, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { aClinic, aDoctor, aTimeSlot, employ } from '../../helpers/clinic/world.ts'
import { eventually } from '../../helpers/time/eventually.ts'

const pages = pagesForTests({ shared: true })

/** A clinic with free times of one doctor on the 10th of next month and of another one on the 11th. */
async function aClinicWithTimes() {
  const clinicId = await aClinic(pages.owner)
  const [ada, berta] = [await aDoctor(pages.owner, clinicId), await aDoctor(pages.owner, clinicId)]
  await employ(pages.owner, clinicId, 'riverside@medislot.example', { role: 'manager', fullName: 'Manager' })
  const { month } = await pages.owner.one<{ month: string }>(
    `select to_char(date_trunc('month', now() at time zone 'Europe/Berlin') + interval '1 month', 'YYYY-MM') as month`,
  )
  for (const [doctor, day] of [
    [ada, '10'],
    [berta, '11'],
  ])
    await pages.owner.query(
      `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
       values ($1, $2, $3, $4, tstzrange($4::date + interval '11 hours', $4::date + interval '12 hours'))`,
      [clinicId, doctor, await aTimeSlot(pages.owner, clinicId), `${month}-${day}`],
    )
  return { clinicId, ada, berta, month }
}

/** Opens a calendar, and waits until the marked days of its month are these. */
async function expectMarked(page: Page, button: string, days: string[], words: string): Promise<void> {
  await page.getByRole('button', { name: button }).click()
  const marked = page.locator('.calendar-cell[data-free=true]')
  await eventually(async () => (await marked.allTextContents()).join() === days.join(), `marked are ${days}`)
  expect(await marked.first().getAttribute('aria-label')).toMatch(new RegExp(`, ${words}$`))
  expect(await axeViolations(page, '.popover')).toEqual([])
}

test.each([
  ['on a desktop, in English', {}, { day: 'Choose a day', free: 'free times', from: /Shown and changed from/ }],
  [
    'on a phone, in German',
    { viewport: { width: 390, height: 844 }, locale: 'de-DE' },
    { day: 'Tag wählen', free: 'freie Termine', from: /Gezeigt und geändert ab/ },
  ],
])('the calendars of desk and managers mark the days with free times: %s', async (_case, options, t) => {
  const { clinicId, berta, month } = await aClinicWithTimes()
  const page = await pages.visitor(options)
  const desk = `/desk/${clinicId}?date=${month}-05`
  await signInAs(page, pages.url, 'riverside', desk)
  await expectMarked(page, t.day, ['10', '11'], t.free)
  // A day without free times can be chosen, because it may have appointments.
  await page.locator('.calendar-cell[data-free=false]', { hasText: /^12$/ }).click()
  await page.waitForURL(`**/desk/${clinicId}?date=${month}-12`)

  await page.goto(`${pages.url}/desk/${clinicId}/week/${berta}?date=${month}-05`)
  await expectMarked(page, t.day, ['11'], t.free)
  await page.keyboard.press('Escape')

  await page.goto(`${pages.url}/manage/${clinicId}/templates?doctor=${berta}`)
  await page.locator('.date-field').first().getByRole('button').click()
  await page.locator('.calendar button[slot=next]').click()
  const marked = page.locator('.calendar-cell[data-free=true]')
  await eventually(async () => (await marked.allTextContents()).join() === '11', 'the doctor’s day is marked')
  expect(await axeViolations(page, '.popover')).toEqual([])
})
