import { openFrontPage, pagesForTests } from '../../helpers/browser/browser.ts'
import { aClinic, aDoctor, aTemplate, aTimeSlot } from '../../helpers/clinic/world.ts'
import { comingSunday } from '../../helpers/time/dates.ts'

const pages = pagesForTests({ shared: true })

/** A clinic whose doctor works on Sundays from 1:00 to 4:00 local time, with slots on a date. */
async function nightClinic(timeZone: string, date: string): Promise<string> {
  const clinic = await aClinic(pages.owner, timeZone)
  await pages.owner.query(`update app_public.policies set horizon = '2 years' where clinic_id = $1`, [clinic])
  const doctor = await aDoctor(pages.owner, clinic)
  const times = ['01:00', '01:30', '02:00', '02:30', '03:00', '03:30', '04:00']
  for (const [n, start] of times.slice(0, -1).entries()) {
    await aTemplate(pages.owner, clinic, doctor, await aTimeSlot(pages.owner, clinic, start, times[n + 1]), 7)
  }
  await pages.owner.query('select app_public.generate_booking_slots($1, $2::date - 1, $2::date + 1)', [clinic, date])
  return clinic
}

// A skipped local time has no slot. A local time that occurs twice means its first occurrence.
test.each([
  [
    'Europe/Berlin',
    'America/New_York',
    comingSunday('last', 3),
    'spring',
    ['1:00 Sat 20:00', '3:00 Sat 21:00', '3:30 Sat 21:30'],
  ],
  [
    'Europe/Berlin',
    'America/New_York',
    comingSunday('last', 10),
    'autumn',
    ['1:00 Sat 19:00', '1:30 Sat 19:30', '2:00 Sat 20:00', '2:30 Sat 20:30', '3:00 Sat 22:00', '3:30 Sat 22:30'],
  ],
  ['America/New_York', 'Europe/Berlin', comingSunday(2, 3), 'spring', ['1:00 7:00', '3:00 8:00', '3:30 8:30']],
  [
    'America/New_York',
    'Europe/Berlin',
    comingSunday(1, 11),
    'autumn',
    ['1:00 6:00', '1:30 6:30', '2:00 8:00', '2:30 8:30', '3:00 9:00', '3:30 9:30'],
  ],
  // A change of half an hour.
  [
    'Australia/Lord_Howe',
    'Europe/Berlin',
    comingSunday(1, 10),
    'spring',
    ['1:00 Sat 16:30', '2:30 Sat 17:30', '3:00 Sat 18:00', '3:30 Sat 18:30'],
  ],
  [
    'Australia/Lord_Howe',
    'Europe/Berlin',
    comingSunday(1, 4),
    'autumn',
    ['1:00 Sat 16:00', '1:30 Sat 16:30', '2:00 Sat 17:30', '2:30 Sat 18:00', '3:00 Sat 18:30', '3:30 Sat 19:00'],
  ],
])(
  'a clinic in %s offers a reader in %s on %s, in %s, the local times that exist',
  async (zone, own, date, _season, expected) => {
    const clinic = await nightClinic(zone, date)
    const page = await pages.visitor({ timezoneId: own })
    await page.goto(`${pages.url}/?clinic=${clinic}&date=${date}`)
    const times = page.locator('a.time')
    await times.first().waitFor()
    const shown = (await times.allInnerTexts()).map((text) =>
      text.split('\n').slice(0, 2).join(' ').replace(' your time', ''),
    )
    expect(shown).toEqual(expected)
    // All on that date of the clinic.
    expect(await page.locator('.day').count()).toBe(1)

    // The chosen time is booked and shown in the booking.
    await times.nth(2).click()
    await page.locator('.visit-time', { hasText: (expected[2] as string).split(' ')[0] as string }).waitFor()
    await page.goBack()
    await times.nth(2).waitFor()
  },
)

test.each([
  ['Europe/Berlin', '2027-03-27T22:30:00Z', '27 28 29 30 31 1 2'],
  ['Europe/Berlin', '2027-10-30T21:30:00Z', '30 31 1 2 3 4 5'],
  ['America/New_York', '2027-11-07T05:30:00Z', '7 8 9 10 11 12 13'],
  ['Australia/Lord_Howe', '2027-04-03T14:45:00Z', '4 5 6 7 8 9 10'],
  ['Africa/Cairo', '2027-04-29T22:15:00Z', '30 1 2 3 4 5 6'],
])('for a reader in %s at %s the day strip has each of the next seven days once', async (timezoneId, now, expected) => {
  const page = await pages.visitor({ timezoneId })
  await page.clock.setFixedTime(now)
  await openFrontPage(page, pages.url)
  const days = await page.locator('.day-chip[aria-pressed]').allInnerTexts()
  expect(
    days
      .slice(1)
      .map((text) => /\d+/.exec(text)?.[0])
      .join(' '),
  ).toBe(expected)
})
