import type { Page } from 'playwright-core'
import { pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { aClinic, aDoctor, aTimeSlot, employ } from '../../helpers/clinic/world.ts'

// Pages show local times by the UTC offsets of the server; the browser has another version of the time zone data.

const pages = pagesForTests({ shared: true })

/**
 * A clinic with slots at 9:00 and at 23:30 local time on each of the next days, where the demo's receptionist
 * works.
 */
async function aClinicIn(timeZone: string) {
  const clinicId = await aClinic(pages.owner, timeZone)
  const doctorId = await aDoctor(pages.owner, clinicId)
  await employ(pages.owner, clinicId, 'riverside@medislot.example', { role: 'receptionist', fullName: 'The desk' })
  for (const [start, end] of [
    ['09:00', '09:30'],
    ['23:30', '00:00'],
  ])
    await pages.owner.query(
      `select app_public.create_booking_slot($1, $2, $3, (now() at time zone c.time_zone)::date + n)
       from app_public.clinics c, generate_series(1, 3) n where c.id = $1`,
      [clinicId, doctorId, await aTimeSlot(pages.owner, clinicId, start, end)],
    )
  const { date } = await pages.owner.one<{ date: string }>(
    `select to_char((now() at time zone time_zone)::date + 2, 'YYYY-MM-DD') as date from app_public.clinics where id = $1`,
    [clinicId],
  )
  return { clinicId, date }
}

/** The times of a date: those offered to a patient, the one to confirm, and those at the desk. */
async function shownTo(page: Page, { clinicId, date }: { clinicId: string; date: string }) {
  await page.goto(`${pages.url}/?clinic=${clinicId}&date=${date}`)
  await page.locator('a.time').first().waitFor()
  const offered = (await page.locator('a.time').allInnerTexts()).map((text) => text.split('\n')[0])
  await page.locator('a.time').first().click()
  const [chosen] = (await page.locator('.visit-time').innerText()).split(/\s/)
  await signInAs(page, pages.url, 'riverside', `/desk/${clinicId}?date=${date}`)
  await page.locator('.slot-clock').first().waitFor()
  const desk = (await page.locator('.slot-clock').allInnerTexts()).map((text) => text.trim())
  return { offered, chosen, desk }
}

// For the first two zones, versions of the time zone data differ at the time of writing.
test.each(['Africa/Casablanca', 'America/Edmonton', 'Asia/Kathmandu', 'Europe/Berlin'])(
  'in %s the pages show the times that the database shows',
  async (timeZone) => {
    const clinic = await aClinicIn(timeZone)
    const page = await pages.visitor({ timezoneId: timeZone, viewport: { width: 1280, height: 800 } })
    expect(await shownTo(page, clinic)).toEqual({ offered: ['9:00', '23:30'], chosen: '9:00', desk: ['9:00', '23:30'] })
  },
)

test('if the offsets of the server and the browser differ, the pages use those of the server', async () => {
  const clinic = await aClinicIn('Pacific/Auckland')
  const page = await pages.visitor({ viewport: { width: 1280, height: 800 } })
  // As if a new law had changed the offset by half an hour, and only the server had the updated data.
  await page.route('**/graphql', async (route) => {
    if (!route.request().postData()?.includes('utcOffsets')) return route.fallback()
    const response = await route.fetch()
    const answer = (await response.json()) as { data: { utcOffsets: { seconds: number }[] } }
    for (const offset of answer.data.utcOffsets) offset.seconds -= 1800
    return route.fulfill({ response, json: answer })
  })
  expect(await shownTo(page, clinic)).toEqual({ offered: ['8:30', '23:00'], chosen: '8:30', desk: ['8:30', '23:00'] })
})
