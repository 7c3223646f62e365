import type { Locator, Page } from 'playwright-core'
import { axeViolations, demoPassword, hasValue, offers, pagesForTests, signInAs } from '../helpers/browser.ts'
import { eventually } from '../helpers/eventually.ts'
import { dataOf, graphqlClient } from '../helpers/graphql.ts'
import { book, checkIn, complete, noShow } from '../helpers/operations.ts'
import { aClinic, aCustomer, aDoctor, aSlot, aTimeSlot } from '../helpers/world.ts'
import { recordBooking } from '../sql/booking/claiming.ts'

const pages = pagesForTests()

// Riverside is clinic 1, Harbour 2, Lagoon 3; managers of the demo are called like their clinics.
const sections = [
  '',
  '/rebooking',
  '/doctors',
  '/time-slots',
  '/templates',
  '/generation',
  '/policy',
  '/messages',
  '/staff',
  '/clinic',
  '/webhooks',
]

/** A page below /manage, as one of the demo's accounts sees it. */
async function manager(name: string, path: string, options?: Parameters<typeof pages.visitor>[0]): Promise<Page> {
  const page = await pages.visitor(options)
  await signInAs(page, pages.url, name, `/manage/${path}`)
  return page
}
const press = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, ...(typeof name === 'string' && { exact: true }) }).click()
const goTo = (page: Page, section: string) =>
  page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: section, exact: true }).click()
/** Until what the section asked for is there. */
const loaded = (page: Page) => page.locator('main:not(:has(.bones)) h1').waitFor()

test('from nothing to a first free time, by pages alone', async () => {
  const page = await manager('admin', 'new')
  await page.getByLabel('Name', { exact: true }).fill('Hillside Practice')
  await page.getByLabel('Time zone').selectOption('Europe/Vienna')
  expect(await axeViolations(page)).toEqual([])
  await press(page, 'Create the clinic')

  await page.getByRole('heading', { name: 'Four steps to the first free time' }).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('link', { name: 'Add the doctors' }).click()
  await press(page, 'Add a doctor')
  await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Dr. Hanna Gruber')
  await page.getByRole('dialog').getByText('Cardiology').click()
  expect(await axeViolations(page)).toEqual([])
  await press(page, 'Add')
  await page.getByRole('heading', { level: 2, name: 'Dr. Hanna Gruber' }).waitFor()

  await goTo(page, 'Time slots')
  await press(page, 'Add a series')
  await page.getByText('This adds 8 time slots.').waitFor()
  await press(page, 'Add')
  await page.getByText('8 time slots added.').waitFor()
  // It is said before the list is there.
  await page.locator('.row').nth(7).waitFor()
  expect(await page.locator('.row').count()).toBe(8)

  await goTo(page, 'Weekly plans')
  await press(page, /Monday, all time slots/)
  await page.getByText('8 time slots, 4 h a week').waitFor()
  await press(page, /^Wednesday, 0?9:00/)
  await page.getByText('9 time slots, 4.5 h a week').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await press(page, 'Update now')
  await page.getByText('No slots have been created yet').waitFor()
  await page.getByRole('link', { name: 'To slot generation' }).click()

  await press(page, 'Create slots')
  // Two weeks with two Mondays and two Wednesdays, less what has passed of today.
  await page.getByText(/^1\d slots created\.$/).waitFor()
  expect(await axeViolations(page)).toEqual([])

  const clinicId = new URL(page.url()).pathname.split('/')[2]
  await page.goto(`${pages.url}/?clinic=${clinicId}`)
  await page.locator('article', { hasText: 'Dr. Hanna Gruber' }).locator('a.time').first().waitFor()
  await page.goto(`${pages.url}/manage/${clinicId}`)
  await page.getByRole('heading', { name: 'Slots per day' }).waitFor()

  // A doctor is not planned twice at a time. By keyboard: one Tab stop, arrows within, Space to switch.
  await goTo(page, 'Time slots')
  await press(page, 'Add a time slot')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Across')
  await dialog.getByLabel('From').fill('08:15')
  await dialog.getByLabel('Until').fill('08:45')
  await press(page, 'Add')
  await page.getByRole('heading', { level: 2, name: 'Across' }).waitFor()
  await goTo(page, 'Weekly plans')
  await page.getByRole('button', { name: /^Monday, 0?8:00/, pressed: true }).focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Space')
  await page
    .getByText(/Dr. Hanna Gruber cannot be in two places at once: Monday 0?8:00–0?8:30 is already in the plan/)
    .waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Space')
  await page.getByRole('button', { name: /^Tuesday, 0?8:15/, pressed: true }).waitFor()
  pages.faults.splice(0)
})

test('a manager finds a doctor however the name is spelt', async () => {
  await pages.owner.query(
    `insert into app_public.doctors (clinic_id, full_name) values (2, 'Dr. Xaver Größl-O''Brien'), (2, 'Dr. Xenia Yılmaz')`,
  )
  const page = await manager('harbour', '2/doctors')
  const titles = page.locator('h2.row-title')
  for (const [typed, found] of [
    ['obrien xaver', `Dr. Xaver Größl-O'Brien`],
    ['yilmaz', 'Dr. Xenia Yılmaz'],
    ['groessl', `Dr. Xaver Größl-O'Brien`],
    ['yilmax', 'Dr. Xenia Yılmaz'],
  ] as const) {
    await page.getByLabel('Find by name').fill(typed)
    await eventually(async () => (await titles.allTextContents()).join() === found, `${typed} finds ${found} alone`)
  }
  expect(await axeViolations(page)).toEqual([])
})

test('a doctor is deactivated with all that hangs on, when that was seen', async () => {
  const page = await manager('harbour', '2/doctors')
  const row = page.locator('.row').last()
  const name = (await row.getByRole('heading').textContent()) ?? ''
  await row.getByRole('button', { name: 'Deactivate' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Deactivate' }).click()
  await dialog.getByText(/There are \d+ free times and 0 appointments ahead/).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Withdraw the times and deactivate' }).click()
  await page.getByText(`${name} has been deactivated.`).waitFor()
  await page.getByRole('heading', { level: 2, name }).waitFor({ state: 'detached' })
  await page.getByLabel('Show').selectOption('all')
  await page.locator('.row', { hasText: name }).getByRole('button', { name: 'Reactivate' }).click()
  await page.getByText(`${name} is active again`).waitFor()
})

test.each([
  [
    'English, on a desktop',
    {},
    {
      deactivate: 'Deactivate',
      cascade: 'Cancel it and deactivate',
      toPhone: 'Please phone these patients',
      close: 'Close',
      notNotified: 'The patient has not been notified. Please phone.',
      noAddress: 'No address is known for the channels over which this message is sent. Please phone:',
    },
  ],
  [
    'German, on a phone',
    { viewport: { width: 390, height: 844 }, locale: 'de-DE' },
    {
      deactivate: 'Deaktivieren',
      cascade: 'Absagen und deaktivieren',
      toPhone: 'Bitte rufen Sie hier an',
      close: 'Schließen',
      notNotified: 'Nicht benachrichtigt. Bitte rufen Sie an.',
      noAddress: 'ist keine Adresse bekannt. Bitte rufen Sie an:',
    },
  ],
])('whoever no message reaches is to be phoned, and every page says so: %s', async (_case, options, t) => {
  const clinicId = await aClinic(pages.owner)
  const slotId = await aSlot(pages.owner, clinicId, await aDoctor(pages.owner, clinicId))
  await pages.owner.query(
    `insert into app_public.employees (clinic_id, account_id, role, full_name)
     select $1, a.id, 'manager', 'Manager' from app_private.accounts a where a.email = 'riverside@medislot.example'`,
    [clinicId],
  )
  const { customer_id } = await pages.owner.one<{ customer_id: string }>(
    `select customer_id from app_public.add_clinic_customer($1, 'Phyllis Phone', null, '+49 151 23456789')`,
    [clinicId],
  )
  await book(pages.owner, clinicId, slotId, { customerId: customer_id })

  const page = await manager('riverside', `${clinicId}/doctors`, options)
  await page.locator('.row').getByRole('button', { name: t.deactivate }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: t.deactivate }).click()
  await dialog.getByRole('button', { name: t.cascade }).click()
  const toPhone = page.getByRole('dialog', { name: t.toPhone })
  await toPhone.getByText('Phyllis Phone').waitFor()
  await toPhone.getByRole('link', { name: '+49 151 23456789' }).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await toPhone.getByRole('button', { name: t.close }).click()

  await page.goto(`${pages.url}/manage/${clinicId}/rebooking`)
  await page.locator('.row', { hasText: 'Phyllis Phone' }).getByText(t.notNotified).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.goto(`${pages.url}/manage/${clinicId}/messages`)
  // At once, without a worker: the confirmation, and that the time was withdrawn.
  const failed = page.locator('.row', { hasText: t.noAddress })
  await failed.nth(1).waitFor()
  expect(await failed.getByRole('button').count()).toBe(0)
  expect(await axeViolations(page)).toEqual([])
})

test('who has an appointment that a plan has no room for any more comes onto the rebooking list', async () => {
  const anonymous = graphqlClient(pages.url)
  const { signIn } = await dataOf(
    anonymous<{ signIn: { authTokens: { accessToken: string } } }>(
      'mutation ($password: String!) { signIn(input: { email: "ann@medislot.example", password: $password }) { authTokens { accessToken } } }',
      { password: demoPassword },
    ),
  )
  const ann = graphqlClient(pages.url, signIn.authTokens.accessToken)
  const { availableSlots } = await dataOf(
    ann<{ availableSlots: { bookingSlotId: string; doctorId: string; slotDate: string; localStart: string }[] }>(
      '{ availableSlots(clinicId: 1, pageSize: 60) { bookingSlotId doctorId slotDate localStart } }',
    ),
  )
  const slot = availableSlots.at(-1) as (typeof availableSlots)[number]
  await dataOf(
    ann('mutation ($id: BigInt!) { bookSlot(input: { clinicId: 1, bookingSlotId: $id }) { booking { id } } }', {
      id: slot.bookingSlotId,
    }),
  )

  const page = await manager('riverside', `1/templates?doctor=${slot.doctorId}`)
  const weekday = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' }).format(new Date(slot.slotDate))
  await press(page, new RegExp(`^${weekday}, 0?${slot.localStart.slice(0, 5).replace(/^0/, '')}`))
  await page.getByText('a minute after the last change').waitFor()
  await press(page, 'Update now')
  await page.getByText('The slots are up to date').waitFor()
  await goTo(page, 'Rebooking')
  const entry = page.locator('.row', { hasText: 'Ann Miller' })
  await entry.getByText('This time is no longer in any weekly plan.').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await entry.getByRole('link', { name: 'Rebook at the desk' }).click()
  await page.getByRole('dialog').getByText('Ann Miller', { exact: true }).waitFor()
  await page.goBack()
  await entry.getByRole('button', { name: 'Leave as it is' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Leave as it is' }).click()
  await page.getByText('Nothing to rebook').waitFor()
})

test('a message in the clinic’s own words: previewed as it is typed, faults told at once, and back to the standard', async () => {
  const page = await manager('riverside', '1/messages')
  const text = page.getByLabel('Text', { exact: true })
  await text.fill('Hello {{customer}}, see you at {{clinc}}.')
  await page.getByText('medislot does not know the word {{clinc}}').waitFor()
  expect(await axeViolations(page)).toEqual([])
  // The browser reports each refusal.
  pages.faults.splice(0)
  await text.fill('Hello {{customer}}, see you at ')
  await press(page, 'Clinic')
  await page.getByLabel('Preview').getByText('Hello Ann Example, see you at Riverside Medical Centre').waitFor()

  // Not lost by a click elsewhere.
  await goTo(page, 'Staff')
  await page.getByRole('dialog', { name: 'Leave without saving?' }).getByRole('button', { name: 'Stay' }).click()
  await press(page, 'Save')
  await page.getByText('own text').waitFor()
  await press(page, 'Back to the standard text')
  await page.getByRole('dialog').getByRole('button', { name: 'Back to the standard text' }).click()
  await page.getByText('standard text', { exact: true }).waitFor()
  pages.faults.splice(0)
})

test('somebody is invited, joins in a browser of their own, and comes to the desk', async () => {
  const page = await manager('riverside', '1/staff')
  await press(page, 'Invite somebody')
  await page.getByLabel('Name').fill('Rita Reception')
  await page.getByLabel('E-mail').fill('rita@web.example')
  await press(page, 'Make the link')
  const link = await page.getByLabel('Invitation link').inputValue()
  expect(await axeViolations(page)).toEqual([])

  const rita = await pages.visitor()
  await rita.goto(link)
  await rita.getByLabel('Password').fill('long enough for this')
  expect(await axeViolations(rita)).toEqual([])
  await press(rita, 'Create account and join')
  await rita.waitForURL(/\/desk\/1$/)

  await press(page, 'Done')
  await page.reload()
  await page.getByRole('heading', { level: 2, name: 'Rita Reception' }).waitFor()

  // One who does not come: listed, and taken back.
  await press(page, 'Invite somebody')
  await page.getByLabel('Name').fill('Carl Careless')
  await page.getByLabel('E-mail').fill('carl@web.example')
  await press(page, 'Make the link')
  await press(page, 'Done')
  await page.locator('.row', { hasText: 'Carl Careless' }).getByRole('button', { name: 'Revoke' }).click()
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('The invitation has been revoked.').waitFor()
})

test('who saves what somebody else has changed meanwhile is told, and goes on from theirs', async () => {
  const [first, second] = await Promise.all([manager('lagoon', '3/policy'), manager('lagoon', '3/policy')])
  for (const page of [first, second]) {
    await page.getByLabel('Upcoming appointments per patient').waitFor()
  }
  await first.getByLabel('Upcoming appointments per patient').fill('7')
  await press(first, 'Save')
  await first.getByText('Saved.').waitFor()
  await second.getByLabel('Minimum notice', { exact: true }).fill('3')
  await press(second, 'Save')
  await second.getByText('Somebody else has saved changes in the meantime').waitFor()
  expect(await axeViolations(second)).toEqual([])
  pages.faults.splice(0)
  await press(second, 'Load their version')
  await second.locator('input[name=maxLiveBookings][value="7"]').waitFor()
  await second.getByLabel('Minimum notice', { exact: true }).fill('3')
  await press(second, 'Save')
  await second.getByText('Saved.').waitFor()
})

test('the checksum of the records goes to managers and to a webhook, and a webhook that was switched off says why', async () => {
  const page = await manager('riverside', '1/policy')
  const mails = page.getByRole('checkbox', { name: 'E-mail the checksum of the records to managers daily' })
  await mails.check()
  await press(page, 'Save')
  await page.getByText('Saved').waitFor()
  expect(await pages.owner.one('select mails_event_head from app_public.policies where clinic_id = 1')).toEqual({
    mails_event_head: true,
  })

  await page.goto(`${pages.url}/manage/1/webhooks`)
  await press(page, 'Add an address')
  const dialog = page.getByRole('dialog')
  // A browser's own check of addresses takes this one; the database does not.
  await dialog.getByLabel('Address').fill('https://user@hooks.clinic.de/')
  await dialog.getByRole('button', { name: 'Add', exact: true }).click()
  await dialog.getByText('A webhook needs an https address on the public internet.').waitFor()
  await dialog.getByLabel('Address').fill('https://hooks.clinic.de/medislot')
  await dialog.getByLabel('Checksum of the records, daily').check()
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('heading', { name: 'The secret' }).waitFor()
  await press(page, 'Done')
  const row = page.getByRole('listitem').filter({ hasText: 'https://hooks.clinic.de/medislot' })
  await row.getByText('Checksum of the records, daily').waitFor()

  await pages.owner.query(
    `update app_public.webhook_endpoints set is_active = false, disabled_because = 'gone' where clinic_id = 1`,
  )
  await page.reload()
  await row.getByText('Switched off: the receiver answered that it is gone (410).').waitFor()
  expect(await axeViolations(page)).toEqual([])
})

test('a date is typed or chosen from a month, by keyboard', async () => {
  const { typed, date, later } = await pages.owner.one<{ typed: string; date: string; later: string }>(
    `select to_char(d, 'DDMMYYYY') as typed, d::text as date, (d + 7)::text as later
     from (select (now() at time zone 'Australia/Lord_Howe')::date + 21 as d)`,
  )
  const page = await manager('lagoon', '3/generation')
  const from = page.getByRole('group', { name: 'From' })
  await from.getByRole('spinbutton', { name: /^day/ }).focus()
  // Part by part: the next has the focus when one is complete.
  await page.keyboard.type(typed)
  await page.getByRole('button', { name: /^Calendar To/ }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('grid').waitFor()
  expect(await axeViolations(page, '.popover')).toEqual([])
  await page.keyboard.press('Escape')
  const until = page.getByRole('group', { name: 'To' })
  await until.getByRole('spinbutton', { name: /^day/ }).focus()
  await page.keyboard.type(typed)
  await page.getByRole('button', { name: /^Calendar To/ }).press('Enter')
  await page.getByRole('grid').waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('grid').waitFor({ state: 'detached' })
  expect(await axeViolations(page)).toEqual([])
  await press(page, 'Create slots')
  await page.getByText(/slots created\.$/).waitFor()
  expect(
    await pages.owner.one(
      `select from_date::text, to_date::text from app_public.slot_generation_runs where clinic_id = 3 order by id desc limit 1`,
    ),
  ).toEqual({ from_date: date, to_date: later })

  // A plan does not change days that were.
  await page.goto(`${pages.url}/manage/3/templates`)
  await page.getByRole('group', { name: 'Shown and changed from' }).getByRole('spinbutton', { name: /^year/ }).focus()
  await page.keyboard.type('2025')
  await page.getByText(/must be .* or later/).waitFor()
  expect(await axeViolations(page)).toEqual([])
})

test('the overview counts who came, who did not, and what was free', async () => {
  const clinic = await aClinic(pages.owner)
  await pages.owner.query(
    `insert into app_public.employees (clinic_id, account_id, role, full_name)
     select $1, a.id, 'manager', 'Their manager' from app_private.accounts a where a.email = 'harbour@medislot.example'`,
    [clinic],
  )
  const [ada, berta] = [await aDoctor(pages.owner, clinic), await aDoctor(pages.owner, clinic)]
  await pages.owner.query(
    `update app_public.doctors set full_name = case id when $1 then 'Dr. Ada Lovelace' else 'Dr. Berta Benz' end where clinic_id = $2`,
    [ada, clinic],
  )
  const { monday, ahead } = await pages.owner.one<{ monday: string; ahead: string }>(
    `select (date_trunc('week', today) - interval '7 days')::date::text as monday, (today + 1)::text as ahead
     from (select (now() at time zone 'Europe/Berlin')::date as today)`,
  )
  let hour = 6
  /** A slot of a day, and what became of it. */
  const aDay = async (doctor: string, date: string, ...became: string[]) => {
    for (const status of became) {
      const { id } = await pages.owner.one<{ id: string }>(
        `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
         values ($1, $2, $3, $4, tstzrange($5::timestamptz, $5::timestamptz + interval '30 min')) returning id`,
        [clinic, doctor, await aTimeSlot(pages.owner, clinic), date, `${date}T${String(hour++).padStart(2, '0')}:00Z`],
      )
      if (status === 'free') continue
      // A slot and its booking agree when the transaction ends.
      await pages.owner.query('begin')
      const booking = await recordBooking(pages.owner, id, (await aCustomer(pages.owner)).customerId)
      await pages.owner.query('commit')
      if (status === 'no_show') await noShow(pages.owner, clinic, booking)
      else if (status !== 'booked') await checkIn(pages.owner, clinic, booking)
      if (status === 'completed') await complete(pages.owner, clinic, booking)
    }
    hour = 6
  }
  await aDay(ada, monday, 'completed', 'completed', 'completed', 'checked_in', 'no_show', 'no_show', 'free', 'booked')
  await aDay(berta, monday, 'completed', 'completed')
  await aDay(berta, ahead, 'booked', 'free', 'free')

  const page = await manager('harbour', clinic, { viewport: { width: 1280, height: 900 } })
  const figure = (name: string) => page.locator('.figure', { hasText: name }).locator('.figure-value').textContent()
  await page.locator('.chart').waitFor()
  expect(await figure('Booked ahead')).toBe('1')
  expect(await figure('Free ahead')).toBe('2')
  // Two of the eight of whom it is known.
  expect(await figure('No-shows')).toBe('25%')

  const legend = async () =>
    (await page.locator('.legend li').allTextContents()).map((words) => words.replace(/\s+/g, ' ').trim())
  expect(await legend()).toEqual(['Arrived or done 6', 'Booked 2', 'No-show 2', 'Free 3', 'Used 77%'])
  const day = page.locator('.chart-day').first()
  await day.hover()
  expect(await legend()).toEqual(['Arrived or done 6', 'Booked 1', 'No-show 2', 'Free 1', 'Used 90%'])
  // As high as they are many, one upon the other.
  const box = async (part: string) => (await day.locator(`.chart-part.${part}`).boundingBox()) ?? { y: 0, height: 0 }
  const [seen, booked, missed, free] = await Promise.all(['seen', 'booked', 'noShow', 'free'].map(box))
  // A pixel lies between two of them.
  for (const [part, n] of [
    [seen, 6],
    [missed, 2],
    [free, 1],
  ] as const) {
    expect((part?.height ?? 0) + 1).toBeCloseTo(n * ((booked?.height ?? 0) + 1), 1)
  }
  expect([seen, booked, missed, free].map((part) => part?.y)).toEqual(
    [seen, booked, missed, free].map((part) => part?.y).toSorted((a = 0, b = 0) => b - a),
  )

  const rows = async (table: Locator) =>
    (await table.locator('tbody tr').all()).reduce<Promise<string[][]>>(
      async (before, row) => [...(await before), await row.locator('th, td').allTextContents()],
      Promise.resolve([]),
    )
  const byDoctor = page.getByRole('region', { name: 'By doctor' }).locator('table')
  await byDoctor.waitFor()
  expect(await rows(byDoctor)).toEqual([
    ['Dr. Ada Lovelace', '88%', '4', '1', '2', '1'],
    ['Dr. Berta Benz', '60%', '2', '1', '0', '2'],
  ])
  await page.getByText('Numbers per day').click()
  expect((await rows(page.locator('.day-table table'))).map(([, ...numbers]) => numbers)).toEqual([
    ['6', '1', '2', '1', '90%'],
    ['0', '1', '0', '2', '33%'],
  ])
  expect(await axeViolations(page)).toEqual([])
  await page.getByLabel('Doctor', { exact: true }).selectOption('Dr. Berta Benz')
  await page.mouse.move(0, 0)
  expect(await legend()).toEqual(['Arrived or done 2', 'Booked 1', 'No-show 0', 'Free 2', 'Used 60%'])
  // What is ahead does not depend on the weeks that are shown.
  await press(page, 'Four weeks earlier')
  await page.getByText('There are no slots in these weeks.').waitFor()
  expect(await figure('Booked ahead')).toBe('1')
  expect(await figure('No-shows')).toBe('–')
})

test.each([
  ['on a desk screen', { viewport: { width: 1280, height: 900 } }],
  ['on a phone, in German', { viewport: { width: 360, height: 740 }, locale: 'de-DE' }],
])(
  'every section, %s, by day and by night: nothing is wider than the screen, axe finds nothing',
  async (_, options) => {
    const page = await manager('riverside', '1', options)
    for (const section of sections) {
      const address = `/manage/1${section}`
      await page.locator(`.manage-side a[href="${address}"]`).click()
      await page.locator(`.manage-side a[href="${address}"][aria-current=page]`).waitFor()
      await loaded(page)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        expect([section, colorScheme, ...(await axeViolations(page))]).toEqual([section, colorScheme])
      }
      expect([section, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([
        section,
        options.viewport.width,
      ])
    }
  },
)

test('an administrator of more clinics than fit a list finds each of them by name', async () => {
  await pages.owner.query(
    `insert into app_public.clinics (name, time_zone) select 'Branch ' || n, 'Europe/Berlin' from generate_series(1, 120) n`,
  )
  const { id } = await pages.owner.one<{ id: string }>(`select id from app_public.clinics where name = 'Branch 120'`)
  const page = await manager('admin', '')
  for (const base of ['desk', 'manage']) {
    await page.goto(`${pages.url}/${base}/1`)
    const clinic = page.getByRole('combobox', { name: 'Clinic' })
    await clinic.click()
    await page.keyboard.type('branch 12')
    await offers(page, 'Branch 12', 'Branch 120')
    expect(await axeViolations(page, '.popover')).toEqual([])
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${pages.url}/${base}/${id}`)
    await hasValue(clinic, 'Branch 120')
    // Named by the address alone, too.
    await page.reload()
    await page.locator('main:not(:has(.bones)) h1').waitFor()
    await hasValue(clinic, 'Branch 120')
    expect(await axeViolations(page)).toEqual([])
  }
})
