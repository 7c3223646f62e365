import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Locator } from 'playwright-core'
import { aDemoAccount, axeViolations, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { createSlot } from '../../helpers/clinic/operations.ts'
import { aClinic, aDoctor, aTimeSlot, employ } from '../../helpers/clinic/world.ts'
import { calendarKeys } from '../../helpers/external/external_calendars.ts'
import { clinicDate } from '../../helpers/time/dates.ts'
import { eventually } from '../../helpers/time/eventually.ts'

// A doctor connects a calendar, and the worker reads it from a real HTTP server.

const pages = pagesForTests({ worker: true, env: { CALENDAR_KEYS: calendarKeys } })

const staff = [
  ['calendar-dora', 'doctor'],
  ['calendar-mona', 'manager'],
  ['calendar-rita', 'receptionist'],
] as const

let server: Server
let file: string | undefined
let address: string

beforeAll(async () => {
  for (const [name] of staff) await aDemoAccount(pages.owner, name)
  server = createServer((_request, response) =>
    file === undefined ? response.writeHead(404).end() : response.end(file),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/private-path.ics`
})
afterAll(() => new Promise((resolve) => server?.close(resolve)))

/** A clinic whose doctor has a free time in ten days, and a calendar file with an event then. */
async function aFreeTime() {
  const clinicId = await aClinic(pages.owner)
  const doctorId = await aDoctor(pages.owner, clinicId)
  for (const [name, role] of staff)
    await employ(pages.owner, clinicId, `${name}@medislot.example`, {
      role,
      fullName: name,
      doctorId: role === 'doctor' ? doctorId : null,
    })
  const date = clinicDate(10)
  const timeSlotId = await aTimeSlot(pages.owner, clinicId, '09:00', '09:30')
  const { id: slotId } = await createSlot(pages.owner, clinicId, doctorId, timeSlotId, date)
  const day = date.replaceAll('-', '')
  const busy = [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:test', 'BEGIN:VEVENT', 'UID:one', 'SUMMARY:Dentist'],
    ...[`DTSTART:${day}T090000`, `DTEND:${day}T100000`, 'END:VEVENT', 'END:VCALENDAR', ''],
  ].join('\r\n')
  return { clinicId, slotId, date, busy }
}

/** Has the worker read the calendars now, instead of within a minute. */
async function readNow(clinicId: string) {
  await pages.owner.query('update app_private.external_calendar_access set retry_at = now() where clinic_id = $1', [
    clinicId,
  ])
  await pages.owner.query(`select graphile_worker.add_job('read_external_calendars')`)
}
const slotIs = (slotId: string, status: string) =>
  eventually(
    async () =>
      (await pages.owner.one('select status from app_public.booking_slots where id = $1', [slotId])).status === status,
    `the slot is ${status}`,
  )

/** The pixels between an element and the one above it. */
async function gapAbove(element: Locator): Promise<number> {
  const [below, above] = [
    await element.boundingBox(),
    await element.locator('xpath=preceding-sibling::*[1]').boundingBox(),
  ]
  return below && above ? below.y - above.y - above.height : 0
}

test.each([
  [
    'a doctor at the desk, English, on a desktop',
    'calendar-dora',
    (clinicId: string) => `/desk/${clinicId}/absences`,
    {},
    {
      title: 'External calendars',
      nothing: 'No absences in this year',
      nothingEntered: 'No absences entered in this year',
      chartShows: 'The chart shows the busy times of external calendars.',
      next: 'Next year',
      add: 'Connect a calendar',
      url: 'Address',
      connect: 'Connect',
      read: /^Last read:/,
      error: /there is no calendar at the address/,
      disconnect: /^Disconnect/,
      disconnected: 'The calendar has been disconnected.',
    },
  ],
  [
    'a manager, German, on a phone',
    'calendar-mona',
    (clinicId: string) => `/manage/${clinicId}/absences`,
    { viewport: { width: 390, height: 844 }, locale: 'de-DE' },
    {
      title: 'Externe Kalender',
      nothing: 'In diesem Jahr keine Abwesenheiten',
      nothingEntered: 'In diesem Jahr keine Abwesenheiten eingetragen',
      chartShows: 'Die Übersicht zeigt die belegten Zeiten externer Kalender.',
      next: 'Nächstes Jahr',
      add: 'Kalender verbinden',
      url: 'Adresse',
      connect: 'Verbinden',
      read: /^Zuletzt gelesen:/,
      error: /Unter der Adresse gibt es keinen Kalender/,
      disconnect: /^Trennen/,
      disconnected: 'Der Kalender ist getrennt.',
    },
  ],
])(
  'a calendar is connected by the keyboard, read, cannot be read, and is disconnected: %s',
  async (_, who, path, options, t) => {
    const { clinicId, slotId, date, busy } = await aFreeTime()
    const page = await pages.visitor(options)
    await signInAs(page, pages.url, who, path(clinicId))
    const section = page.getByRole('region', { name: t.title })
    const heading = (name: string) => page.getByRole('heading', { name, exact: true })
    await heading(t.nothing).waitFor()
    await section.waitFor()
    // It is set apart from the list above it, and its button from the text and from its own list.
    expect(await gapAbove(page.locator('.calendars'))).toBeGreaterThanOrEqual(32)
    expect(await gapAbove(page.locator('.calendars > p:has(button)'))).toBeGreaterThanOrEqual(12)
    expect(await gapAbove(page.locator('.calendars > .empty'))).toBeGreaterThanOrEqual(12)
    await section.getByRole('button', { name: t.add }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel(t.url).focus()
    await page.keyboard.type(address)
    expect(await axeViolations(page)).toEqual([])
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    await section.getByRole('heading', { name: new URL(address).host }).waitFor()

    file = busy
    await readNow(clinicId)
    await slotIs(slotId, 'withdrawn')
    await eventually(
      async () =>
        (
          await pages.owner.query(
            'select from app_public.external_calendars where clinic_id = $1 and last_ok_at is not null',
            [clinicId],
          )
        ).length > 0,
      'the calendar has been read',
    )
    await page.reload()
    await section.getByText(t.read).waitFor()
    expect(await section.innerText()).not.toContain('private-path')
    // In the last days of a year, the event is in the next one.
    const day = page.locator(`td[data-day="${date}"]`)
    if ((await day.count()) === 0) await page.getByRole('button', { name: t.next }).click()
    await page.locator(`td[data-day="${date}"].external`).waitFor()
    await heading(t.nothingEntered).waitFor()
    await page.getByText(t.chartShows).waitFor()
    expect(await heading(t.nothing).count()).toBe(0)

    file = undefined
    await readNow(clinicId)
    await eventually(
      async () =>
        (
          await pages.owner.query(
            'select from app_public.external_calendars where clinic_id = $1 and last_error is not null',
            [clinicId],
          )
        ).length > 0,
      'the calendar cannot be read',
    )
    await page.reload()
    await section.getByText(t.error).waitFor()
    expect(await axeViolations(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(page.viewportSize()?.width)
    await slotIs(slotId, 'withdrawn')

    await section.getByRole('button', { name: t.disconnect }).click()
    await page.getByRole('dialog').getByRole('button', { name: t.disconnect }).click()
    await page.getByText(t.disconnected).waitFor()
    expect(await pages.owner.query('select from app_public.absences where clinic_id = $1', [clinicId])).toEqual([])
    await heading(t.nothing).waitFor()
  },
)

test('a receptionist is shown no external calendars', async () => {
  const { clinicId } = await aFreeTime()
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'calendar-rita', `/desk/${clinicId}/absences`)
  await page.getByText('No absences in this year').waitFor()
  expect(await page.getByText('External calendars').count()).toBe(0)
})
