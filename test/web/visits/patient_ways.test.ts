import type { Page } from 'playwright-core'
import { bookTexts } from '../../../src/web/text/patient/book.ts'
import { bookingsTexts } from '../../../src/web/text/patient/bookings.ts'
import { searchTexts } from '../../../src/web/text/patient/search.ts'
import { accountTexts } from '../../../src/web/text/shared/account.ts'
import { calendarTexts } from '../../../src/web/text/shared/calendar.ts'
import { commonTexts } from '../../../src/web/text/shared/common.ts'
import { axeViolations, openFrontPage, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { clinicDate } from '../../helpers/time/dates.ts'
import { eventually } from '../../helpers/time/eventually.ts'

// Situations that are easy to get wrong: taken times, links, calendars, forms. Each one on a desktop in English and on
// a phone in German.

const pages = pagesForTests()

const textsIn = (language: 'en' | 'de') => ({
  account: accountTexts[language],
  book: bookTexts[language],
  bookings: bookingsTexts[language],
  calendar: calendarTexts[language],
  common: commonTexts[language],
  search: searchTexts[language],
})

interface Reader {
  name: string
  t: ReturnType<typeof textsIn>
  language: 'en' | 'de'
  options: { locale: string; viewport: { width: number; height: number } }
}
const readers: Reader[] = [
  {
    name: 'on a desktop',
    t: textsIn('en'),
    language: 'en',
    options: { locale: 'en-GB', viewport: { width: 1280, height: 800 } },
  },
  {
    name: 'on a phone',
    t: textsIn('de'),
    language: 'de',
    options: { locale: 'de-DE', viewport: { width: 390, height: 844 } },
  },
]

/**
 * A free slot of a clinic, beyond its cancellation window and minimum notice, on another day at each call.
 */
let daysAhead = 2
async function aFreeSlot(clinicId: number) {
  daysAhead = 2 + (daysAhead % 6)
  return pages.owner.one<{ booking_slot_id: string; doctor_id: string; starts_at: Date }>(
    `select booking_slot_id, doctor_id, starts_at
     from app_public.available_slots($1, from_time => now() + make_interval(days => $2))
     order by starts_at, booking_slot_id limit 1`,
    [clinicId, daysAhead],
  )
}
const customerId = async (name: string): Promise<string> =>
  (
    await pages.owner.one<{ id: string }>('select id from app_public.customers where email = $1 limit 1', [
      `${name}@medislot.example`,
    ])
  ).id
async function aBooking(clinicId: number, name: string) {
  const slot = await aFreeSlot(clinicId)
  const { id } = await pages.owner.one<{ id: string }>('select id from app_public.book_slot($1, $2, $3)', [
    clinicId,
    slot.booking_slot_id,
    await customerId(name),
  ])
  return { id, ...slot }
}

async function expectRight(page: Page, part?: string) {
  expect(await axeViolations(page, part)).toEqual([])
  const width = page.viewportSize()?.width
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
}

describe.each(readers)('$name, in $language', ({ t, language, options }) => {
  const booked = { en: 1, de: 2 }[language]

  test('a time that is taken while a patient fills in the form is reported, and the entries and the search are kept', async () => {
    const page = await pages.visitor(options)
    await page.clock.install()
    const slot = await aFreeSlot(booked)
    const search = `clinic=${booked}&doctor=${slot.doctor_id}&date=${slot.starts_at.toISOString().slice(0, 10)}`
    const at = new URLSearchParams({ doctor: slot.doctor_id, at: slot.starts_at.toISOString(), search })
    await page.goto(`${pages.url}/book/${booked}/${slot.booking_slot_id}?${at}`)
    await page.getByLabel(t.account.name).fill('Nora Neumann')
    expect(await page.getByRole('link', { name: t.book.change }).getAttribute('href')).toBe(`/?${search}`)
    await pages.owner.query('select app_public.book_slot($1, $2, $3)', [
      booked,
      slot.booking_slot_id,
      await customerId('bob'),
    ])
    await page.clock.runFor(20_000)
    await page.getByText(t.book.takenTitle).waitFor()
    await page.getByText(t.book.nextOfDoctor).waitFor()
    await expectRight(page)
    expect(await page.getByRole('link', { name: t.book.searchOn }).getAttribute('href')).toBe(`/?${search}`)
    await page.locator('a.time').first().click()
    await page.getByText(t.book.takenTitle).waitFor({ state: 'detached' })
    expect(await page.getByLabel(t.account.name).inputValue()).toBe('Nora Neumann')

    // A time that was taken before is not offered for booking; the page shows the next one.
    await page.goto(`${pages.url}/book/${booked}/${slot.booking_slot_id}?${at}`)
    await page.getByText(t.book.takenTitle).waitFor()
    expect(await page.getByRole('button', { name: t.book.continue }).isVisible()).toBe(false)
  })

  test('a patient who registers gets messages in the language of the page', async () => {
    const page = await pages.visitor(options)
    const email = `fresh-${language}@web.example`
    await page.goto(`${pages.url}/sign-in`)
    await page.getByText(t.account.newHere).click()
    await page.getByLabel(t.account.name).fill('Frieda Frisch')
    await page.getByLabel(t.account.email).fill(email)
    await page.getByLabel(t.account.password, { exact: true }).fill('long enough for this')
    await page.getByRole('button', { name: t.account.register }).click()
    await page.getByText(t.bookings.none).waitFor()
    expect(
      await pages.owner.one(
        `select c.preferred_language, m.language from app_public.customers c
         join app_private.account_messages m on m.account_id = c.account_id where c.email = $1`,
        [email],
      ),
    ).toEqual({ preferred_language: language, language })
  })

  test('an invalid form shows an error at each invalid field, and the first one gets the focus', async () => {
    const page = await pages.visitor(options)
    await page.goto(`${pages.url}/sign-in`)
    await page.getByText(t.account.newHere).click()
    const [name, email, password] = [
      page.getByLabel(t.account.name),
      page.getByLabel(t.account.email),
      page.getByLabel(t.account.password, { exact: true }),
    ]
    await email.fill('not an address')
    await password.fill('short')
    await page.getByRole('button', { name: t.account.register }).click()
    const saidAt = async (field: typeof name) =>
      page.locator(`[id="${(await field.getAttribute('aria-describedby'))?.split(' ').at(-1)}"]`).innerText()
    await eventually(async () => (await page.locator('[aria-invalid=true]').count()) === 3, 'three fields are marked')
    expect(await saidAt(name)).toBe(t.common.required)
    expect(await saidAt(email)).toBe(t.common.invalidEmail)
    expect(await saidAt(password)).toBe(t.common.tooShort(10))
    await page.locator('[name=fullName]:focus').waitFor()
    await expectRight(page)
    // A corrected field has no error. An error that only the server detects is also shown at its field.
    await name.fill('Erika Ernst')
    expect(await name.getAttribute('aria-invalid')).toBe(null)
    await email.fill('erika@nodomain')
    await password.fill('long enough for this')
    await page.getByRole('button', { name: t.account.register }).click()
    await eventually(async () => (await email.getAttribute('aria-invalid')) === 'true', 'the address is marked')
    expect(await saidAt(email)).toBe(t.common.invalidEmail)
    await page.locator('[name=email]:focus').waitFor()
  })

  test('a link to a booking opens it after signing in, and a booking that the clinic cancelled says so', async () => {
    const page = await pages.visitor(options)
    const booking = await aBooking(booked, 'bob')
    await pages.owner.query(`select app_public.withdraw_slot($1, $2, true, 'The doctor is ill.')`, [
      booked,
      booking.booking_slot_id,
    ])
    await page.goto(`${pages.url}/bookings/${booked}/${booking.id}`)
    await page.getByText(t.bookings.signInFirst).waitFor()
    await page.getByLabel(t.account.email).fill('bob@medislot.example')
    await page.getByLabel(t.account.password).fill('medislot-demo')
    await page.getByRole('button', { name: t.account.signIn, exact: true }).click()
    await page.getByText('The doctor is ill.').waitFor()
    await page.getByText(t.bookings.byClinic('').split(' ').slice(0, 3).join(' ')).waitFor()
    expect(new URL(page.url()).pathname).toBe(`/bookings/${booked}/${booking.id}`)
    await expectRight(page)
    await page.getByRole('link', { name: t.bookings.another }).click()
    await page.locator('a.time').first().waitFor()
    expect(new URL(page.url()).search).toBe(`?clinic=${booked}&doctor=${booking.doctor_id}`)

    // Upcoming and cancelled: in a separate list, not among the past bookings.
    await page.goto(`${pages.url}/bookings`)
    const cancelled = page.locator('.booking-rows', {
      has: page.getByRole('heading', { name: t.bookings.cancelledAhead }),
    })
    await cancelled.locator(`a[href="/bookings/${booked}/${booking.id}"]`).waitFor()
    expect(await page.getByRole('heading', { name: t.bookings.past, exact: true }).count()).toBe(0)
    await expectRight(page)
  })

  test('a booking can be moved to any free time, by paging or by day', async () => {
    const page = await pages.visitor(options)
    const booking = await aBooking(booked, 'ann')
    await pages.owner.query(
      `select app_public.generate_booking_slots($1, current_date, current_date + 41) from app_public.clinics where id = $1`,
      [booked],
    )
    const { count, last } = await pages.owner.one<{ count: number; last: string }>(
      `select count(*)::int as count, max(slot_date)::text as last from app_public.booking_slots bs
       join app_public.policies p on p.clinic_id = bs.clinic_id
       where bs.clinic_id = $1 and doctor_id = $2 and status = 'open'
         and starts_at between now() + p.lead_time and now() + p.horizon`,
      [booked, booking.doctor_id],
    )
    // More than one page.
    expect(count).toBeGreaterThan(60)
    await signInAs(page, pages.url, 'ann', `/bookings/${booked}/${booking.id}`)
    await page.getByRole('button', { name: t.bookings.reschedule }).click()
    await page.locator('.move .time').first().waitFor()
    await expectRight(page)
    const later = page.getByRole('button', { name: t.search.more })
    for (let pagesRead = 1; pagesRead * 60 < count; pagesRead++) {
      await later.click()
      await page
        .getByText(t.search.found(Math.min(count, 60 * (pagesRead + 1)), count >= 60 * (pagesRead + 1)))
        .waitFor()
    }
    // By day: the last one that the calendar marks.
    await page.getByRole('button', { name: t.calendar.otherDay }).click()
    const [year, month] = last.split('-').map(Number) as [number, number]
    const [thisYear, thisMonth] = clinicDate(0).split('-').map(Number) as [number, number]
    for (let m = thisYear * 12 + thisMonth; m < year * 12 + month; m++)
      await page.getByRole('dialog').locator('header button').last().click()
    const day = page.locator(`.calendar-cell[data-free=true]`).last()
    await day.waitFor()
    expect(await day.getAttribute('aria-label')).toContain(t.calendar.dayFree)
    await expectRight(page, '.popover')
    await day.click()
    await eventually(async () => (await page.locator('.move .day').count()) === 1, 'one day is shown')
    await page.locator('.move .time').first().click()
    await page.getByRole('button', { name: t.bookings.moveSubmit }).click()
    await page.getByText(t.bookings.moved).waitFor()
    expect(
      (
        await pages.owner.one<{ date: string }>(
          'select slot_date::text as date from app_public.bookings where clinic_id = $1 and id = $2',
          [booked, booking.id],
        )
      ).date,
    ).toBe(last)
  })

  test('the calendar marks the days with free times and disables all others', async () => {
    const page = await pages.visitor(options)
    const { doctor_id } = await aFreeSlot(3)
    await page.goto(`${pages.url}/?clinic=3&doctor=${doctor_id}`)
    await page.locator('a.time').first().waitFor()
    const free = (
      await pages.owner.query(
        `select d.slot_date from (select (now() at time zone 'Europe/Berlin')::date as today) visitor,
           app_public.days_with_free_slots(3, $1, days_from => visitor.today, days_to => visitor.today + 6) d`,
        [doctor_id],
      )
    ).length
    await eventually(
      async () => (await page.locator('.day-chip[data-free=true]').count()) === free,
      'the next days with free times are marked',
    )
    await page.getByRole('button', { name: t.calendar.otherDay }).click()
    await page.locator('.calendar-cell[data-free]').first().waitFor()
    await expectRight(page, '.popover')
    const cells = await page.locator('.calendar-cell').all()
    const labels = await Promise.all(cells.map(async (cell) => (await cell.getAttribute('aria-label')) ?? ''))
    expect(labels.filter((label) => /available|verfügbar/i.test(label))).toEqual([])
    expect(labels.filter((label) => label.includes(t.calendar.dayToday))).toHaveLength(1)
    const none = page.locator('.calendar-cell[data-free=false]')
    for (const cell of await none.all()) expect(await cell.getAttribute('aria-disabled')).toBe('true')
  })

  test('an unknown address shows the page for unknown addresses', async () => {
    const page = await pages.visitor(options)
    pages.allowErrors(/404/)
    for (const path of ['/no/such/page.html', '/bookings/1/abc', '/assets/nothing.js']) {
      const answer = await page.goto(pages.url + path)
      await page.getByRole('heading', { name: t.common.notFoundTitle }).waitFor()
      expect(answer?.headers()['content-type']).toMatch(/^text\/html/)
      expect(answer?.headers()['content-security-policy']).toContain("default-src 'none'")
    }
    await expectRight(page)
  })
})

test('an unknown address answers a program with JSON, a browser with a page, and below /api both with problem details', async () => {
  for (const accept of ['application/json', '*/*', 'application/problem+json']) {
    const answer = await fetch(`${pages.url}/no/such/page`, { headers: { accept } })
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ error: 'not_found' })
  }
  const api = await fetch(`${pages.url}/api/nothing`, { headers: { accept: 'text/html,*/*;q=0.8' } })
  expect(api.headers.get('content-type')).toContain('application/problem+json')
  const page = await fetch(`${pages.url}/no/such/page`, { headers: { accept: 'text/html,*/*;q=0.8' } })
  expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=UTF-8'])
})

test.each([
  ['Europe/Berlin', 'Europe/Berlin'],
  ['Europe/Vienna', 'Europe/'],
  ['Australia/Sydney', 'Australia/Lord_Howe'],
  ['America/Chicago', 'America/New_York'],
])('a visitor in %s is offered nearby clinics first', async (timezoneId, zone) => {
  const page = await pages.visitor({ timezoneId })
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().postData()?.includes('query FreeSlots') === true),
    openFrontPage(page, pages.url),
  ])
  const { data } = await answer.json()
  const zones = data.availableSlots.map((slot: { timeZone: string }) => slot.timeZone) as string[]
  expect(zones[0]?.startsWith(zone)).toBe(true)
  expect(await page.locator('article').first().innerText()).toContain(data.availableSlots[0].clinicName)
})
