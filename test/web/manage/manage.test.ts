import type { Locator, Page } from 'playwright-core'
import {
  axeViolations,
  axeViolationsByDayAndNight,
  demoPassword,
  hasValue,
  offers,
  pagesForTests,
  signInAs,
} from '../../helpers/browser/browser.ts'
import { book, checkIn, complete, noShow } from '../../helpers/clinic/operations.ts'
import { aClinic, aCustomer, aDoctor, aSlot, aTimeSlot, employ } from '../../helpers/clinic/world.ts'
import { dataOf, graphqlClient } from '../../helpers/programs/graphql.ts'
import { eventually } from '../../helpers/time/eventually.ts'
import { recordBooking } from '../../sql/booking/claiming.ts'

const pages = pagesForTests()

// Riverside is clinic 1, Harbour 2, Lagoon 3; the demo's managers are named after their clinics.
const sections = [
  '',
  '/rebooking',
  '/doctors',
  '/time-slots',
  '/templates',
  '/generation',
  '/services',
  '/absences',
  '/policy',
  '/messages',
  '/staff',
  '/clinic',
  '/webhooks',
]

/** Opens a page below /manage with one of the demo's accounts. */
async function manager(name: string, path: string, options?: Parameters<typeof pages.visitor>[0]): Promise<Page> {
  const page = await pages.visitor(options)
  await signInAs(page, pages.url, name, `/manage/${path}`)
  return page
}
const press = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, ...(typeof name === 'string' && { exact: true }) }).click()
const goTo = (page: Page, section: string) =>
  page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: section, exact: true }).click()
/** Waits until the section has loaded. */
const loaded = (page: Page) => page.locator('main:not(:has(.skeleton)) h1').waitFor()

test('a new clinic gets its first free time by the pages alone', async () => {
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
  // The toast appears before the list is loaded.
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
  // Two weeks with two Mondays and two Wednesdays, without the times of today that have passed.
  await page.getByText(/^1\d slots created\.$/).waitFor()
  expect(await axeViolations(page)).toEqual([])

  const clinicId = new URL(page.url()).pathname.split('/')[2]
  await page.goto(`${pages.url}/?clinic=${clinicId}`)
  await page.locator('article', { hasText: 'Dr. Hanna Gruber' }).locator('a.time').first().waitFor()
  await page.goto(`${pages.url}/manage/${clinicId}`)
  await page.getByRole('heading', { name: 'Slots per day' }).waitFor()

  // Overlapping time slots of a doctor are refused. By keyboard: one Tab stop, arrow keys, Space to switch.
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
})

test('a manager finds a doctor by a misspelled name', async () => {
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

test('a doctor is deactivated with future slots and bookings only after these were shown', async () => {
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
      done: 'Done',
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
      done: 'Erledigt',
      noAddress: 'ist keine Adresse bekannt. Bitte rufen Sie an:',
    },
  ],
])(
  'a patient without an address is listed to be phoned, wherever appointments are cancelled: %s',
  async (_case, options, t) => {
    const clinicId = await aClinic(pages.owner)
    const slotId = await aSlot(pages.owner, clinicId, await aDoctor(pages.owner, clinicId))
    await employ(pages.owner, clinicId, 'riverside@medislot.example', { role: 'manager', fullName: 'Manager' })
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
    // At once, without a worker: both the confirmation and the withdrawal.
    const failed = page.locator('.row', { hasText: t.noAddress })
    await failed.nth(1).waitFor()
    expect(await axeViolations(page)).toEqual([])
    // After a phone call, the button of an entry takes it off the list for everybody.
    await failed.first().getByRole('button', { name: t.done }).click()
    await failed.nth(1).waitFor({ state: 'detached' })
    await failed.getByRole('button', { name: t.done }).click()
    await failed.waitFor({ state: 'detached' })
    expect(await failed.getByRole('button').count()).toBe(0)
  },
)

test.each([
  [
    'English, on a desktop',
    {},
    {
      deactivate: 'Deactivate',
      cascade: 'Cancel everything and take out of service',
      toPhone: 'Please phone these patients',
      noPhone: 'no phone number known',
      close: 'Close',
    },
  ],
  [
    'German, on a phone',
    { viewport: { width: 390, height: 844 }, locale: 'de-DE' },
    {
      deactivate: 'Deaktivieren',
      cascade: 'Alles absagen und außer Betrieb nehmen',
      toPhone: 'Bitte rufen Sie hier an',
      noPhone: 'keine Telefonnummer bekannt',
      close: 'Schließen',
    },
  ],
])('closing a clinic shows which patients have to be phoned: %s', async (_case, options, t) => {
  const clinicId = await aClinic(pages.owner)
  const doctorId = await aDoctor(pages.owner, clinicId)
  await employ(pages.owner, clinicId, 'riverside@medislot.example', { role: 'manager', fullName: 'Manager' })
  const patients = [
    ['Phyllis Phone', null, '+49 151 23456789'],
    ['Emil Mail', 'emil@web.example', null],
    ['Norma Nothing', null, null],
  ]
  for (const [n, [name, email, phone]] of patients.entries()) {
    const { customer_id } = await pages.owner.one<{ customer_id: string }>(
      'select customer_id from app_public.add_clinic_customer($1, $2, $3, $4)',
      [clinicId, name, email, phone],
    )
    const slotId = await aSlot(pages.owner, clinicId, doctorId, 48 + n)
    await book(pages.owner, clinicId, slotId, { customerId: customer_id })
  }

  const page = await manager('riverside', `${clinicId}/clinic`, options)
  await page.getByRole('button', { name: t.deactivate, exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: t.deactivate, exact: true }).click()
  // The affected bookings are shown before anything is cancelled.
  await dialog.getByRole('listitem').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByRole('button', { name: t.cascade }).click()

  const toPhone = page.getByRole('dialog', { name: t.toPhone })
  await toPhone.getByRole('link', { name: '+49 151 23456789' }).waitFor()
  expect(await toPhone.getByRole('listitem').locator('strong').allTextContents()).toEqual([
    'Phyllis Phone',
    'Norma Nothing',
  ])
  await toPhone.getByText(t.noPhone).waitFor()
  expect(await axeViolations(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(page.viewportSize()?.width)
  await toPhone.getByRole('button', { name: t.close }).click()
  expect(
    await pages.owner.query(
      `select c.is_active, count(b.id) filter (where b.status <> 'cancelled')::int as live
       from app_public.clinics c join app_public.bookings b on b.clinic_id = c.id where c.id = $1 group by c.id, c.is_active`,
      [clinicId],
    ),
  ).toEqual([{ is_active: false, live: 0 }])
})

test('an appointment that a changed plan no longer covers is put onto the rebooking list', async () => {
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

test('a clinic’s own text of a message is previewed and checked while it is typed, and can be reset to the standard', async () => {
  const page = await manager('riverside', '1/messages')
  const text = page.getByLabel('Text', { exact: true })
  await text.fill('Hello {{customer}}, see you at {{clinc}}.')
  await page.getByText('medislot does not know the word {{clinc}}').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await text.fill('Hello {{customer}}, see you at ')
  await press(page, 'Clinic')
  await page.getByLabel('Preview').getByText('Hello Ann Example, see you at Riverside Medical Centre').waitFor()

  // A click on a link does not lose the changes.
  await goTo(page, 'Staff')
  await page.getByRole('dialog', { name: 'Leave without saving?' }).getByRole('button', { name: 'Stay' }).click()
  await press(page, 'Save')
  await page.getByText('own text', { exact: true }).waitFor()
  await press(page, 'Back to the standard text')
  await page.getByRole('dialog').getByRole('button', { name: 'Back to the standard text' }).click()
  await page.getByText('standard text', { exact: true }).waitFor()

  // A message about an invoice has other placeholders.
  await page.getByLabel('Message', { exact: true }).selectOption('PAYMENT_DUE')
  await page.getByRole('button', { name: 'Due date', exact: true }).waitFor()
  expect(await page.getByRole('button', { name: 'Doctor', exact: true }).count()).toBe(0)
  await text.fill('Please pay ')
  await press(page, 'Invoice number')
  await page
    .getByLabel('Preview')
    .getByText(/^Please pay \d{4}-00012$/)
    .waitFor()
  expect(await axeViolations(page)).toEqual([])
})

test('an invited person joins in another browser and gets to the desk', async () => {
  const page = await manager('riverside', '1/staff')
  await press(page, 'Invite somebody')
  await page.getByLabel('Name').fill('Rita Reception')
  await page.getByLabel('E-mail').fill('rita@web.example')
  expect(await axeViolations(page)).toEqual([])
  await press(page, 'Send the invitation')
  await page.getByText('A link is on its way to rita@web.example.').waitFor()
  // As the job would send it: the manager does not see it.
  const { body } = await pages.owner.one<{ body: string }>(
    `select mail.body from app_private.account_messages m, app_private.account_message_of(m.id, $1) mail
     where m.address = 'rita@web.example' and m.kind = 'invitation'`,
    [pages.url],
  )
  const link = /http\S+accept#token=\S+/.exec(body)?.[0] ?? ''

  const rita = await pages.visitor()
  await rita.goto(link)
  await rita.getByLabel('Password').fill('long enough for this')
  expect(await axeViolations(rita)).toEqual([])
  await press(rita, 'Create account and join')
  await rita.waitForURL(/\/desk\/1$/)

  await page.reload()
  await page.getByRole('heading', { level: 2, name: 'Rita Reception' }).waitFor()

  // An invitation that is not accepted is listed and can be revoked.
  await press(page, 'Invite somebody')
  await page.getByLabel('Name').fill('Carl Careless')
  await page.getByLabel('E-mail').fill('carl@web.example')
  await press(page, 'Send the invitation')
  await page.locator('.row', { hasText: 'Carl Careless' }).getByRole('button', { name: 'Revoke' }).click()
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('The invitation has been revoked.').waitFor()
})

test('saving a row that somebody else has changed is refused, and the form can load their version', async () => {
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
  await press(second, 'Load their version')
  await second.locator('input[name=maxLiveBookings][value="7"]').waitFor()
  await second.getByLabel('Minimum notice', { exact: true }).fill('3')
  await press(second, 'Save')
  await second.getByText('Saved.').waitFor()
})

test('the checksum of the records is sent to managers and a webhook; a disabled webhook shows the reason', async () => {
  const page = await manager('riverside', '1/policy')
  const mails = page.getByRole('checkbox', { name: 'E-mail the checksum of the records to managers daily' })
  await mails.check()
  await press(page, 'Save')
  await page.getByText('Saved.', { exact: true }).waitFor()
  expect(await pages.owner.one('select mails_event_head from app_public.policies where clinic_id = 1')).toEqual({
    mails_event_head: true,
  })

  await page.goto(`${pages.url}/manage/1/webhooks`)
  await press(page, 'Add an address')
  const dialog = page.getByRole('dialog')
  // The browser accepts this address; the database refuses it.
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

test('a date is typed or chosen from the calendar by keyboard', async () => {
  const { typed, date, later } = await pages.owner.one<{ typed: string; date: string; later: string }>(
    `select to_char(d, 'DDMMYYYY') as typed, d::text as date, (d + 7)::text as later
     from (select (now() at time zone 'Australia/Lord_Howe')::date + 21 as d)`,
  )
  const page = await manager('lagoon', '3/generation')
  const from = page.getByRole('group', { name: 'From' })
  await from.getByRole('spinbutton', { name: /^day/ }).focus()
  // A complete part moves the focus to the next part.
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
  await page.locator('[role=grid] :focus').waitFor()
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

  // A plan does not change past days.
  await page.goto(`${pages.url}/manage/3/templates`)
  await page.getByRole('group', { name: 'Shown and changed from' }).getByRole('spinbutton', { name: /^year/ }).focus()
  await page.keyboard.type('2025')
  await page.getByText(/must be .* or later/).waitFor()
  expect(await axeViolations(page)).toEqual([])
})

test('the overview counts completed visits, no-shows and free times', async () => {
  const clinic = await aClinic(pages.owner)
  await employ(pages.owner, clinic, 'harbour@medislot.example', { role: 'manager', fullName: 'Their manager' })
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
  /** Adds a slot of a day with a state. */
  const aDay = async (doctor: string, date: string, ...became: string[]) => {
    for (const status of became) {
      const { id } = await pages.owner.one<{ id: string }>(
        `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
         values ($1, $2, $3, $4, tstzrange($5::timestamptz, $5::timestamptz + interval '30 min')) returning id`,
        [clinic, doctor, await aTimeSlot(pages.owner, clinic), date, `${date}T${String(hour++).padStart(2, '0')}:00Z`],
      )
      if (status === 'free') continue
      // A slot and its booking must agree at the end of the transaction.
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
  // Two of the eight visits whose outcome is known.
  expect(await figure('No-shows')).toBe('25%')

  const legend = async () =>
    (await page.locator('.legend li').allTextContents()).map((words) => words.replace(/\s+/g, ' ').trim())
  /** Waits until the numbers are those of the part of the chart that the mouse is on. */
  const legendIs = (...words: string[]) =>
    eventually(async () => (await legend()).join() === words.join(), `the numbers are ${words}`)
  await legendIs('Arrived or done 6', 'Booked 2', 'No-show 2', 'Free 3', 'Used 77%')
  const day = page.locator('.chart-day').first()
  await day.hover()
  await legendIs('Arrived or done 6', 'Booked 1', 'No-show 2', 'Free 1', 'Used 90%')
  // The bars are stacked, and their heights are in proportion to the counts.
  const box = async (part: string) => (await day.locator(`.chart-part.${part}`).boundingBox()) ?? { y: 0, height: 0 }
  const [seen, booked, missed, free] = await Promise.all(['seen', 'booked', 'noShow', 'free'].map(box))
  // There is a gap of one pixel between two bars.
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
  await legendIs('Arrived or done 2', 'Booked 1', 'No-show 0', 'Free 2', 'Used 60%')
  // The numbers of upcoming bookings do not depend on the weeks shown.
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
      expect([section, ...(await axeViolationsByDayAndNight(page))]).toEqual([section])
      expect([section, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([
        section,
        options.viewport.width,
      ])
    }
  },
)

test('an administrator of more clinics than a list holds finds each of them by name', async () => {
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
    // The name is also loaded if only the address has the id.
    await page.reload()
    await page.locator('main:not(:has(.skeleton)) h1').waitFor()
    await hasValue(clinic, 'Branch 120')
    expect(await axeViolations(page)).toEqual([])
  }
})
