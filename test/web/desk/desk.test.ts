import type { Locator, Page } from 'playwright-core'
import { axeViolations, hasValue, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { book, cancel, hold } from '../../helpers/clinic/operations.ts'
import { aClinic, aDoctor, aSlot, aTimeSlot, employ } from '../../helpers/clinic/world.ts'
import { comingSunday, daysAfter } from '../../helpers/time/dates.ts'
import { eventually } from '../../helpers/time/eventually.ts'

const pages = pagesForTests({ shared: true, worker: true })

interface Practice {
  clinicId: string
  ada: string
  berta: string
  /** A free time of Dr. Ada in two days, around noon. */
  ahead: { id: string; date: string }
}

/** A clinic with Dr. Ada and Dr. Berta, where the demo's manager of Riverside also works. */
async function aPractice(): Promise<Practice> {
  const clinicId = await aClinic(pages.owner)
  const [ada, berta] = [await aDoctor(pages.owner, clinicId), await aDoctor(pages.owner, clinicId)]
  await pages.owner.query(
    `update app_public.doctors set full_name = case id when $1 then 'Dr. Ada Lovelace' else 'Dr. Berta Benz' end where clinic_id = $2`,
    [ada, clinicId],
  )
  await employ(pages.owner, clinicId, 'riverside@medislot.example', { role: 'receptionist', fullName: 'The desk' })
  const { date } = await pages.owner.one<{ date: string }>(
    `select ((now() at time zone 'Europe/Berlin')::date + 2)::text as date`,
  )
  return { clinicId, ada, berta, ahead: { id: await aSlotAt(clinicId, ada, date, `${date}T11:00Z`), date } }
}

/** A slot with the clinic's date. */
const dated = (slotId: string) =>
  pages.owner.one<{ id: string; date: string }>(
    'select id, slot_date::text as date from app_public.booking_slots where id = $1',
    [slotId],
  )

/** Adds a slot of half an hour at an instant. */
async function aSlotAt(clinicId: string, doctorId: string, date: string, instant: string): Promise<string> {
  const { id } = await pages.owner.one<{ id: string }>(
    `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
     values ($1, $2, $3, $4, tstzrange($5::timestamptz, $5::timestamptz + interval '30 min')) returning id`,
    [clinicId, doctorId, await aTimeSlot(pages.owner, clinicId), date, instant],
  )
  return id
}

/** Adds a patient with a phone number to the clinic's records. */
const aPatient = (clinicId: string, name: string, phone: string | null = null, email: string | null = null) =>
  pages.owner.one<{ customer_id: string }>('select customer_id from app_public.add_clinic_customer($1, $2, $3, $4)', [
    clinicId,
    name,
    email,
    phone,
  ])

const bookFor = async (clinicId: string, slotId: string, name: string, email: string | null = null) =>
  book(pages.owner, clinicId, slotId, { customerId: (await aPatient(clinicId, name, null, email)).customer_id })

/** Opens the desk's page of a day, until it is live. */
async function aDesk({ clinicId }: Practice, date: string, page?: Page, name = 'riverside'): Promise<Page> {
  const desk = page ?? (await pages.visitor({ viewport: { width: 1280, height: 800 } }))
  await signInAs(desk, pages.url, name, `/desk/${clinicId}?date=${date}`)
  await desk.locator('.live.live').waitFor()
  return desk
}

const cell = (page: Page, slotId: string): Locator => page.locator(`[data-slot="${slotId}"]`)
const shows = (page: Page, slotId: string, words: string | RegExp) =>
  cell(page, slotId).filter({ hasText: words }).waitFor()
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

test('the desk shows at once what a patient does in another browser', async () => {
  const practice = await aPractice()
  const { clinicId, ahead } = practice
  const [desk, patient] = [await aDesk(practice, ahead.date), await pages.visitor()]
  await shows(desk, ahead.id, 'Free')
  expect(await axeViolations(desk)).toEqual([])

  await signInAs(patient, pages.url, 'ann', `/book/${clinicId}/${ahead.id}?doctor=${practice.ada}`)
  await patient.getByText(/^Reserved for you: /).waitFor()
  await shows(desk, ahead.id, /Ann.*Held/)
  await patient.getByRole('button', { name: 'Book', exact: true }).click()
  await patient.getByRole('heading', { name: 'Booked' }).waitFor()
  await shows(desk, ahead.id, /Ann.*Booked/)
  await desk.locator('[data-news]', { hasText: /Dr. Ada Lovelace: Booked, Ann/ }).waitFor({ state: 'attached' })
  await desk.getByText('1 Booked').waitFor()
  expect(await axeViolations(desk)).toEqual([])
})

test('a new walk-in is added to the records, booked, checked in and completed', async () => {
  const practice = await aPractice()
  const now = await dated(await aSlot(pages.owner, practice.clinicId, practice.berta, 0))
  const desk = await aDesk(practice, now.date)
  await cell(desk, now.id).click()
  await desk.getByText('New patient').click()
  expect(await axeViolations(desk)).toEqual([])
  await desk.getByLabel('Full name').fill('Walter Gehring')
  await desk.getByLabel('Phone').fill('+49 30 998877')
  await desk.getByLabel('E-mail').fill('walter@web.example')
  await desk.getByLabel('Language of messages').selectOption('German')
  await desk.getByLabel('Note for this appointment').fill('Cut his finger.')
  // A double click books once.
  await desk.getByRole('button', { name: 'Add and book' }).dblclick()
  await shows(desk, now.id, /Walter Gehring.*Booked/)

  await cell(desk, now.id).click()
  await desk.locator('.visit-note', { hasText: 'Cut his finger.' }).waitFor()
  await desk.getByRole('link', { name: '+49 30 998877' }).waitFor()
  expect(await axeViolations(desk)).toEqual([])
  await desk.getByLabel('About the patient').fill('Afraid of needles.')
  await press(desk, 'Save')
  await desk.getByText('Saved.').waitFor()
  await press(desk, 'Check in')
  await shows(desk, now.id, 'Arrived')
  await cell(desk, now.id).click()
  await hasValue(desk.getByLabel('About the patient'), 'Afraid of needles.')
  // Two actions that were done by mistake are undone.
  await press(desk, 'Undo check-in')
  await shows(desk, now.id, /Walter Gehring.*Booked/)
  await cell(desk, now.id).click()
  await press(desk, 'No-show')
  await shows(desk, now.id, 'No-show')
  await cell(desk, now.id).click()
  expect(await axeViolations(desk)).toEqual([])
  await press(desk, 'Undo no-show')
  await shows(desk, now.id, /Walter Gehring.*Booked/)
  await cell(desk, now.id).click()
  await press(desk, 'Check in')
  await shows(desk, now.id, 'Arrived')
  await cell(desk, now.id).click()
  await press(desk, 'Complete')
  await shows(desk, now.id, 'Done')
  await cell(desk, now.id).click()
  await press(desk, 'Undo completion')
  await shows(desk, now.id, 'Arrived')
  await cell(desk, now.id).click()
  await press(desk, 'Complete')
  await shows(desk, now.id, 'Done')
  expect(
    await pages.owner.query('select preferred_language, phone from app_public.clinic_customers where clinic_id = $1', [
      practice.clinicId,
    ]),
  ).toEqual([{ preferred_language: 'de', phone: '+49 30 998877' }])
})

test.each([
  [{ viewport: { width: 1280, height: 800 } }, 'en'],
  [{ viewport: { width: 390, height: 844 }, locale: 'de-DE' }, 'de'],
] as const)('patients are found however their names are spelt, and not added twice (%j)', async (options, language) => {
  const practice = await aPractice()
  const { clinicId, ahead } = practice
  const { customer_id: known } = await aPatient(clinicId, 'Ayşe Yılmaz-Groß', '0151 23456789')
  await aPatient(clinicId, 'Hans Müller')
  const t = {
    en: ['Name, phone or e-mail', 'New patient', 'Full name', 'Phone', 'Add and book', 'Add anyway and book'],
    de: ['Name, Telefon oder E-Mail', 'Neu', 'Vor- und Nachname', 'Telefon', 'Anlegen und buchen', ''],
  }[language] as [string, string, string, string, string, string]
  const [find, isNew, name, phone, add, anyway] = t
  const use = { en: 'Use this record: Ayşe Yılmaz-Groß', de: 'Diesen Eintrag nehmen: Ayşe Yılmaz-Groß' }[language]
  const desk = await aDesk(practice, ahead.date, await pages.visitor(options))
  const open = () => cell(desk, ahead.id).click()
  await open()
  for (const [typed, found] of [
    ['gross ayse', 'Ayşe Yılmaz-Groß'],
    ['yilmax', 'Ayşe Yılmaz-Groß'],
    ['mueller', 'Hans Müller'],
    ['789', 'Ayşe Yılmaz-Groß'],
  ] as const) {
    await desk.getByRole('combobox', { name: find }).fill(typed)
    const offered = desk.locator('.list-box').getByRole('option')
    await eventually(async () => {
      const texts = await offered.allTextContents()
      return texts.length === 1 && texts[0]?.startsWith(found)
    }, `only ${found} is offered`)
  }
  await desk.keyboard.press('Escape')

  await desk.getByText(isNew, { exact: true }).click()
  await desk.getByLabel(name).fill('Yilmaz Gross, Ayse')
  await desk.getByLabel(phone).fill('+49 151 23456789')
  await press(desk, add)
  const record = desk.getByRole('button', { name: use })
  await record.waitFor()
  expect(await axeViolations(desk)).toEqual([])
  if (anyway) {
    // A change after the warning starts a new search for similar records.
    await desk.getByLabel(phone).fill('0151/23456789')
    await press(desk, anyway)
    await record.waitFor()
    await press(desk, anyway)
    await shows(desk, ahead.id, /Yilmaz Gross, Ayse/)
  } else {
    await record.click()
    await shows(desk, ahead.id, /Ayşe Yılmaz-Groß/)
  }
  const { count, mine } = await pages.owner.one(
    `select count(*)::int as count, count(b.id) filter (where b.customer_id = $2)::int as mine
     from app_public.clinic_customers cc left join app_public.bookings b using (clinic_id, customer_id) where clinic_id = $1`,
    [clinicId, known],
  )
  expect({ count, mine }).toEqual(anyway ? { count: 3, mine: 0 } : { count: 2, mine: 1 })
})

test('a known caller is found by phone, booked, moved to another doctor and day, and cancelled', async () => {
  const practice = await aPractice()
  const { clinicId, berta, ahead } = practice
  const { date } = await pages.owner.one<{ date: string }>('select ($1::date + 1)::text as date', [ahead.date])
  const later = await aSlotAt(clinicId, berta, date, `${date}T08:00Z`)
  await aPatient(clinicId, 'Carla Schmitt', '+49 (151) 700 80 90', 'carla@web.example')
  await aPatient(clinicId, 'Somebody Else', '030 1')
  const desk = await aDesk(practice, ahead.date)
  await cell(desk, ahead.id).click()
  // Without a choice, the error is shown at the field.
  await press(desk, 'Book')
  await desk.getByText('Choose a patient from the list.').waitFor()
  await desk.getByRole('combobox', { name: 'Name, phone or e-mail' }).fill('0151 7008')
  await desk.getByRole('option', { name: 'Carla Schmitt' }).click()
  await press(desk, 'Book')
  await shows(desk, ahead.id, /Carla Schmitt.*Booked/)

  await cell(desk, ahead.id).click()
  await press(desk, 'Move')
  await desk.getByText('Moving Carla Schmitt').waitFor()
  await desk.keyboard.press('Escape')
  await desk.getByText('Moving Carla Schmitt').waitFor({ state: 'detached' })

  await cell(desk, ahead.id).click()
  await press(desk, 'Move')
  await desk.getByRole('link', { name: 'Next day' }).click()
  await cell(desk, later).click()
  expect(await axeViolations(desk)).toEqual([])
  await press(desk, 'Move here')
  await shows(desk, later, /Carla Schmitt.*Booked/)
  await desk.getByRole('link', { name: 'Day before' }).click()
  await shows(desk, ahead.id, 'Free')

  await desk.getByRole('link', { name: 'Next day' }).click()
  await cell(desk, later).click()
  await press(desk, 'Cancel appointment')
  await desk.getByLabel('Reason').fill('Dr. Benz is ill')
  expect(await axeViolations(desk)).toEqual([])
  await press(desk, 'Cancel appointment')
  await shows(desk, later, 'Free')
  const told = () =>
    pages.owner.query(`select from app_private.messages where recipient = 'carla@web.example' and body ~ 'Benz is ill'`)
  await eventually(async () => (await told()).length === 1, 'the patient has the message with the reason')
})

test('a patient is marked as a no-show, and a time is withdrawn and opened again', async () => {
  const practice = await aPractice()
  const now = await dated(await aSlot(pages.owner, practice.clinicId, practice.ada, 0))
  await bookFor(practice.clinicId, now.id, 'Norbert Never')
  const desk = await aDesk(practice, now.date)
  await cell(desk, now.id).click()
  await press(desk, 'No-show')
  await shows(desk, now.id, /Norbert Never.*No-show/)

  await desk.goto(`${pages.url}/desk/${practice.clinicId}?date=${practice.ahead.date}`)
  await cell(desk, practice.ahead.id).click()
  await press(desk, 'Withdraw this time')
  await press(desk, 'Withdraw this time')
  await shows(desk, practice.ahead.id, 'Withdrawn')
  await cell(desk, practice.ahead.id).click()
  // The hours of its time slot have changed: a new slot at those hours takes its place.
  await press(desk, 'Open again')
  await cell(desk, practice.ahead.id).waitFor({ state: 'detached' })
  const again = await pages.owner.one<{ id: string }>(
    `select bs.id from app_public.booking_slots bs join app_public.booking_slots old using (clinic_id, doctor_id, time_slot_id, slot_date)
     where old.id = $1 and bs.status = 'open'`,
    [practice.ahead.id],
  )
  await shows(desk, again.id, 'Free')
  await cell(desk, again.id).click()
  await press(desk, 'Withdraw this time')
  await press(desk, 'Withdraw this time')
  await shows(desk, again.id, 'Withdrawn')
  // With its old hours, the slot itself is opened again.
  await cell(desk, again.id).click()
  await press(desk, 'Open again')
  await shows(desk, again.id, 'Free')
})

test("withdrawing a doctor's day shows before and after who is notified and who has to be phoned", async () => {
  const practice = await aPractice()
  const { clinicId, ada, ahead } = practice
  const second = await aSlotAt(clinicId, ada, ahead.date, `${ahead.date}T03:00Z`)
  const third = await aSlotAt(clinicId, ada, ahead.date, `${ahead.date}T04:00Z`)
  await bookFor(clinicId, ahead.id, 'Tilda Told', 'tilda@web.example')
  // The clinic sends only e-mail.
  const phoned = await aPatient(clinicId, 'Phyllis Phone', '+49 151 23456789')
  await book(pages.owner, clinicId, third, { customerId: phoned.customer_id })
  const desk = await aDesk(practice, ahead.date)
  await desk.getByRole('button', { name: 'Withdraw the day, Dr. Ada Lovelace' }).click()
  await desk.getByText('3 times that are not over yet').waitFor()
  const toPhone = desk.getByRole('region', { name: '1 patient cannot be notified. Please phone this patient:' })
  const notified = desk.getByRole('region', { name: '1 patient gets a notification:' })
  await toPhone.getByText('Phyllis Phone').waitFor()
  await toPhone.getByRole('link', { name: '+49 151 23456789' }).waitFor()
  await notified.getByText('Tilda Told').waitFor()
  expect(await axeViolations(desk)).toEqual([])
  await desk.getByLabel('Reason').fill('A conference')
  await press(desk, 'Withdraw the day')
  await desk.getByText('The day has been withdrawn. 2 appointments were cancelled.').waitFor()
  await toPhone.getByText('Phyllis Phone').waitFor()
  await notified.getByText('Tilda Told').waitFor()
  expect(await axeViolations(desk)).toEqual([])
  await press(desk, 'Close')
  for (const id of [ahead.id, second, third]) await shows(desk, id, 'Withdrawn')
  const told = () =>
    pages.owner.query(
      `select from app_private.messages where recipient = 'tilda@web.example' and body ~ 'A conference'`,
    )
  await eventually(async () => (await told()).length === 1, 'the patient has the message')
})

test('on a phone in German, the dialogs and the hint show who gets no message', async () => {
  const practice = await aPractice()
  const { clinicId, ada, ahead } = practice
  const booked = await aSlotAt(clinicId, ada, ahead.date, `${ahead.date}T12:00Z`)
  await bookFor(clinicId, booked, 'Phyllis Phone')
  const page = await pages.visitor({ viewport: { width: 390, height: 844 }, locale: 'de-DE' })
  const desk = await aDesk(practice, ahead.date, page)
  await cell(desk, ahead.id).click()
  await desk.getByText('Neu', { exact: true }).click()
  await desk.getByText('Ohne E-Mail-Adresse gibt es keine Bestätigung und keine Erinnerung.').waitFor()
  expect(await axeViolations(desk)).toEqual([])
  await desk.keyboard.press('Escape')
  await cell(desk, booked).click()
  await press(desk, 'Absagen')
  await desk.getByText('Die Person kann nicht benachrichtigt werden. Bitte rufen Sie an.').waitFor()
  expect(await axeViolations(desk)).toEqual([])
  await desk.keyboard.press('Escape')
  await desk.getByRole('button', { name: 'Tag streichen, Dr. Ada Lovelace' }).click()
  await desk.getByText('1 Person kann nicht benachrichtigt werden. Bitte rufen Sie sie an:').waitFor()
  expect(await axeViolations(desk)).toEqual([])
})

test('of two desks that book the same time, the second sees the refusal in its form', async () => {
  const practice = await aPractice()
  const { clinicId, ahead } = practice
  await aPatient(clinicId, 'Wanda First')
  await aPatient(clinicId, 'Zora Second')
  // The second desk gets no updates.
  const deaf = await pages.visitor({ viewport: { width: 1280, height: 800 } })
  await deaf.routeWebSocket(/\/graphql/, () => {})
  const first = await aDesk(practice, ahead.date)
  await signInAs(deaf, pages.url, 'riverside', `/desk/${clinicId}?date=${ahead.date}`)
  for (const [desk, name] of [
    [first, 'Wanda First'],
    [deaf, 'Zora Second'],
  ] as const) {
    await cell(desk, ahead.id).click()
    await desk.getByRole('combobox', { name: 'Name, phone or e-mail' }).fill(name)
    await desk.getByRole('option', { name }).click()
  }
  await press(first, 'Book')
  await shows(first, ahead.id, /Wanda First/)
  await press(deaf, 'Book')
  await deaf.getByText('Somebody else has just booked this time.').waitFor()
  expect(await axeViolations(deaf)).toEqual([])
})

test('a request whose response was lost is sent again with the same key and takes effect once', async () => {
  pages.allowErrors(/ERR_FAILED/)
  const { clinicId, ada, berta, ahead } = await aPractice()
  const lotta = await aPatient(clinicId, 'Lotta Lost')
  const now = await dated(await aSlot(pages.owner, clinicId, berta, 0))
  const desk = await pages.visitor({ viewport: { width: 1280, height: 800 } })
  // The page gets no updates, so it knows only the responses to its own requests.
  await desk.routeWebSocket(/\/graphql/, () => {})
  const keys: string[] = []
  await desk.route('**/graphql', async (route) => {
    const key = route.request().postDataJSON()?.variables?.input?.idempotencyKey
    if (key && keys.push(key) % 2 === 1) {
      await route.fetch()
      return route.abort()
    }
    return route.fallback()
  })
  await signInAs(desk, pages.url, 'riverside', `/desk/${clinicId}?date=${now.date}`)
  const twice = async (button: string) => {
    await press(desk, button)
    await desk.getByText('medislot cannot be reached. What you entered is still here.').waitFor()
    await press(desk, button)
    await eventually(() => keys.length % 2 === 0, `${button}, sent again`)
    expect([button, keys.at(-1)]).toEqual([button, keys.at(-2)])
  }

  await cell(desk, now.id).click()
  await desk.getByRole('combobox', { name: 'Name, phone or e-mail' }).fill('Lotta Lost')
  await desk.getByRole('option', { name: 'Lotta Lost' }).click()
  await twice('Book')
  await shows(desk, now.id, /Lotta Lost.*Booked/)
  await cell(desk, now.id).click()
  await twice('Check in')
  await shows(desk, now.id, 'Arrived')
  await cell(desk, now.id).click()
  await press(desk, 'Cancel appointment')
  await twice('Cancel appointment')
  await shows(desk, now.id, 'Free')
  await cell(desk, now.id).click()
  await press(desk, 'Withdraw this time')
  await twice('Withdraw this time')
  await shows(desk, now.id, 'Withdrawn')

  await desk.goto(`${pages.url}/desk/${clinicId}?date=${ahead.date}`)
  await cell(desk, ahead.id).click()
  await press(desk, 'Withdraw this time')
  await twice('Withdraw this time')
  await shows(desk, ahead.id, 'Withdrawn')
  // The time slot has other hours than this slot, so another one takes its place.
  await cell(desk, ahead.id).click()
  await twice('Open again')
  await cell(desk, ahead.id).waitFor({ state: 'detached' })
  const { id: again } = await pages.owner.one<{ id: string }>(
    `select id from app_public.booking_slots where clinic_id = $1 and doctor_id = $2 and status = 'open'`,
    [clinicId, ada],
  )
  await shows(desk, again, 'Free')
  await hold(pages.owner, clinicId, again, { customerId: lotta.customer_id })
  await desk.reload()
  await shows(desk, again, 'Held')
  await cell(desk, again).click()
  await twice('End the hold')
  await shows(desk, again, 'Free')
  expect(new Set(keys).size).toBe(7)
  expect(
    await pages.owner.query(
      `select to_state from app_public.events where booking_slot_id = $1 and entity = 'booking' order by id`,
      [now.id],
    ),
  ).toEqual(['booked', 'checked_in', 'cancelled'].map((to_state) => ({ to_state })))
})

test('a day with a clock change is drawn in its real length, in the clinic’s local time', async () => {
  const { clinicId, ada, ...practice } = await aPractice()
  const [autumn, spring] = [comingSunday('last', 10), comingSunday('last', 3)]
  const at = (date: string, instant: string) => aSlotAt(clinicId, ada, date, instant)
  const [summerTwo, winterTwo, three] = [
    await at(autumn, `${autumn}T00:00Z`),
    await at(autumn, `${autumn}T01:00Z`),
    await at(autumn, `${autumn}T02:00Z`),
  ]
  const [before, after] = [await at(spring, `${spring}T00:30Z`), await at(spring, `${spring}T01:00Z`)]
  // A slot that ends after midnight is shown on both days.
  const eve = daysAfter(autumn, -1)
  const late = await at(eve, `${eve}T21:45Z`)

  const desk = await pages.visitor({ timezoneId: 'America/New_York', viewport: { width: 1280, height: 800 } })
  await aDesk({ clinicId, ada, ...practice }, autumn, desk)
  const top = async (id: string) => (await cell(desk, id).boundingBox())?.y ?? Number.NaN
  await shows(desk, summerTwo, '2:00 CEST')
  await shows(desk, winterTwo, '2:00 CET')
  await shows(desk, three, '3:00 CET')
  await shows(desk, late, '23:45')
  expect((await top(winterTwo)) - (await top(summerTwo))).toBeCloseTo((await top(three)) - (await top(winterTwo)))
  expect(await desk.locator('.ruler').textContent()).toMatch(/2:00 CEST2:00 CET3:00 CET/)
  expect(await axeViolations(desk)).toEqual([])

  await desk.goto(`${pages.url}/desk/${clinicId}?date=${spring}`)
  await shows(desk, before, '1:30 CET')
  await shows(desk, after, '3:00 CEST')
  const height = (await cell(desk, before).locator('..').boundingBox())?.height
  expect((await top(after)) - (await top(before))).toBeCloseTo(height ?? 0)
})

test("a doctor's week shows seven days with the same slots", async () => {
  const practice = await aPractice()
  const { ahead } = practice
  await bookFor(practice.clinicId, ahead.id, 'Willi Woche')
  const desk = await aDesk(practice, ahead.date)
  await desk.getByRole('link', { name: 'Dr. Ada Lovelace' }).click()
  await desk.getByRole('heading', { name: 'Week of Dr. Ada Lovelace' }).waitFor()
  await shows(desk, ahead.id, 'Willi Woche')
  expect(await desk.locator('.grid-column').count()).toBe(7)
  await desk.locator('.live.live').waitFor()
  expect(await axeViolations(desk)).toEqual([])
  await cell(desk, ahead.id).click()
  await press(desk, 'Cancel appointment')
  await press(desk, 'Cancel appointment')
  await shows(desk, ahead.id, 'Free')
})

test('the day is printed as lists, without the controls of the screen', async () => {
  const practice = await aPractice()
  await bookFor(practice.clinicId, practice.ahead.id, 'Paula Papier')
  const desk = await aDesk(practice, practice.ahead.date)
  await shows(desk, practice.ahead.id, 'Paula Papier')
  await desk.evaluate('window.print = () => { window.printed = true }')
  await press(desk, 'Print')
  await eventually(() => desk.evaluate<boolean>('window.printed === true'), 'the day is printed')
  await desk.emulateMedia({ media: 'print' })
  await desk.getByRole('cell', { name: 'Paula Papier' }).waitFor()
  for (const hidden of ['.top-bar', '.grid-scroll', '.desk-tools'])
    expect(await desk.locator(hidden).isVisible()).toBe(false)
})

test('on a phone in German and dark mode, one doctor is shown and nothing is wider than the screen', async () => {
  const practice = await aPractice()
  const { clinicId, berta, ahead } = practice
  const other = await aSlotAt(clinicId, berta, ahead.date, `${ahead.date}T03:00Z`)
  const phone = await pages.visitor({
    locale: 'de-DE',
    colorScheme: 'dark',
    viewport: { width: 360, height: 740 },
    reducedMotion: 'reduce',
  })
  await phone.goto(`${pages.url}/desk/${clinicId}?date=${ahead.date}`)
  await phone.getByLabel('E-Mail').fill('riverside@medislot.example')
  await phone.getByLabel('Passwort').fill('medislot-demo')
  await press(phone, 'Anmelden')
  await shows(phone, ahead.id, 'Frei')
  expect(await cell(phone, other).count()).toBe(0)
  expect(await phone.evaluate('document.documentElement.scrollWidth')).toBe(360)
  expect(await axeViolations(phone)).toEqual([])
  await phone.getByLabel('Zeigen').selectOption('Dr. Berta Benz')
  await cell(phone, other).click()
  await phone.getByText('Neu', { exact: true }).click()
  expect(await phone.evaluate('document.documentElement.scrollWidth')).toBe(360)
  expect(await axeViolations(phone)).toEqual([])
})

test('by keyboard alone a time is reached with the arrow keys and booked, and the focus returns to it', async () => {
  const practice = await aPractice()
  const { clinicId, ada, berta, ahead } = practice
  const early = await aSlotAt(clinicId, ada, ahead.date, `${ahead.date}T03:00Z`)
  const beside = await aSlotAt(clinicId, berta, ahead.date, `${ahead.date}T03:00Z`)
  await aPatient(clinicId, 'Tasta Tour')
  const desk = await aDesk(practice, ahead.date)
  await shows(desk, early, 'Free')
  const focused = () => desk.evaluate('document.activeElement.dataset.slot')
  for (let n = 0; n < 40 && (await focused()) === undefined; n++) await desk.keyboard.press('Tab')
  await desk.keyboard.press('Home')
  expect(await focused()).toBe(early)
  await desk.keyboard.press('ArrowDown')
  expect(await focused()).toBe(ahead.id)
  await desk.keyboard.press('ArrowUp')
  await desk.keyboard.press('ArrowRight')
  expect(await focused()).toBe(beside)
  // The grid is one Tab stop: the next one is outside.
  await desk.keyboard.press('Tab')
  expect(await focused()).toBeUndefined()
  await desk.keyboard.press('Shift+Tab')
  expect(await focused()).toBe(beside)

  await desk.keyboard.press('Enter')
  await desk.getByRole('dialog').waitFor()
  await desk.keyboard.press('Escape')
  await desk.getByRole('dialog').waitFor({ state: 'detached' })
  const isBack = async () => (await focused()) === beside
  await eventually(isBack, 'the focus is back where it was')
  await desk.keyboard.press('Enter')
  await desk.getByRole('combobox', { name: 'Name, phone or e-mail' }).and(desk.locator(':focus')).waitFor()
  await desk.keyboard.type('tasta')
  await desk.getByRole('option', { name: 'Tasta Tour' }).waitFor()
  await desk.keyboard.press('ArrowDown')
  await desk.keyboard.press('Enter')
  await desk.keyboard.press('Tab')
  await desk.keyboard.press('Tab')
  await desk.keyboard.press('Enter')
  await shows(desk, beside, /Tasta Tour.*Booked/)
  await eventually(isBack, 'the focus is back where it was')
})

test('the desk shows since when the connection is lost, and afterwards what it missed', async () => {
  const practice = await aPractice()
  const desk = await aDesk(practice, practice.ahead.date)
  await shows(desk, practice.ahead.id, 'Free')
  pages.allowErrors(/ERR_INTERNET_DISCONNECTED/)
  await desk.context().setOffline(true)
  await desk.getByText(/^The connection is lost\. You see the state of \d/).waitFor()
  expect(await axeViolations(desk)).toEqual([])
  await bookFor(practice.clinicId, practice.ahead.id, 'Mia Missed')
  await desk.context().setOffline(false)
  await desk.locator('.live.live').waitFor()
  await shows(desk, practice.ahead.id, /Mia Missed.*Booked/)
})

test('an empty day shows a message, and people who do not work here are refused', async () => {
  const practice = await aPractice()
  const desk = await aDesk(practice, '2026-01-01')
  await desk.getByRole('heading', { name: 'No times on this day' }).waitFor()
  expect(await axeViolations(desk)).toEqual([])
  const patient = await pages.visitor()
  await signInAs(patient, pages.url, 'bob', `/desk/${practice.clinicId}`)
  await patient.getByText('No clinic to work for').waitFor()
  expect(await axeViolations(patient)).toEqual([])
})

test('a link to a booking opens it on the day to which it was moved', async () => {
  const practice = await aPractice()
  const { clinicId, ahead } = practice
  const booking = await bookFor(clinicId, ahead.id, 'Rita Rebooked')
  const desk = await pages.visitor()
  await signInAs(desk, pages.url, 'riverside')
  const dialog = desk.getByRole('dialog')
  // The link names another day, such as the one before the move.
  for (const date of ['', '&date=2026-01-01']) {
    await desk.goto(`${pages.url}/desk/${clinicId}?booking=${booking.id}${date}`)
    await dialog.getByText('Rita Rebooked').waitFor()
    expect(await axeViolations(desk)).toEqual([])
    await desk.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await desk.waitForURL((url) => url.search === `?date=${ahead.date}`)
  }
  await desk.goto(`${pages.url}/desk/${clinicId}?booking=${booking.id}`)
  await press(desk, 'Move')
  await desk.getByText('Moving Rita Rebooked').waitFor()
  await cancel(pages.owner, clinicId, booking.id)
  await desk.goto(`${pages.url}/desk/${clinicId}?booking=${booking.id}&date=${ahead.date}`)
  await desk.getByText('This appointment no longer exists.').waitFor()
  await shows(desk, ahead.id, 'Free')
  expect(await dialog.count()).toBe(0)
})

test('a doctor sees the whole day, and is offered only the actions on their own patients', async () => {
  const practice = await aPractice()
  const { clinicId, ada, berta, ahead } = practice
  await employ(pages.owner, clinicId, 'harbour@medislot.example', {
    role: 'doctor',
    fullName: 'Dr. Ada Lovelace',
    doctorId: ada,
  })
  const own = await dated(await aSlot(pages.owner, clinicId, ada, 0))
  const others = await aSlot(pages.owner, clinicId, berta, 0)
  const othersAhead = await aSlotAt(clinicId, berta, ahead.date, `${ahead.date}T11:00Z`)
  await bookFor(clinicId, own.id, 'Olga Own')
  await bookFor(clinicId, others, 'Otto Other')
  const desk = await pages.visitor({ viewport: { width: 1280, height: 800 } })
  await aDesk(practice, own.date, desk, 'harbour')
  const dialog = desk.getByRole('dialog')
  const namesOf = async (buttons: Locator) =>
    Promise.all((await buttons.all()).map(async (it) => (await it.getAttribute('aria-label')) ?? it.textContent()))
  /** The buttons of a slot's sheet. */
  const offered = async (slotId: string) => {
    await cell(desk, slotId).click()
    await dialog.waitFor()
    expect(await axeViolations(desk)).toEqual([])
    const names = await namesOf(dialog.getByRole('button'))
    await desk.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    return names
  }
  const withdrawDay = desk.getByRole('button', { name: /^Withdraw the day/ })
  await shows(desk, others, 'Otto Other')
  expect(await namesOf(withdrawDay)).toEqual(['Withdraw the day, Dr. Ada Lovelace'])
  expect(await offered(own.id)).toEqual(['Close', 'Check in', 'No-show', 'Withdraw this time'])
  expect(await offered(others)).toEqual(['Close'])
  await cell(desk, own.id).click()
  await press(desk, 'Check in')
  await shows(desk, own.id, 'Arrived')
  expect(await offered(own.id)).toEqual(['Close', 'Complete', 'Undo check-in'])
  await cell(desk, own.id).click()
  await press(desk, 'Complete')
  await shows(desk, own.id, 'Done')

  await desk.goto(`${pages.url}/desk/${clinicId}?date=${ahead.date}`)
  await shows(desk, ahead.id, 'Free')
  expect(await offered(ahead.id)).toEqual(['Close', 'Withdraw this time'])
  expect(await offered(othersAhead)).toEqual(['Close'])
  await cell(desk, ahead.id).click()
  await press(desk, 'Withdraw this time')
  await press(desk, 'Withdraw this time')
  await shows(desk, ahead.id, 'Withdrawn')
  expect(await offered(ahead.id)).toEqual(['Close'])
})

test('an alert about a network names the date, leads to that day, and is dismissed by keyboard', async () => {
  const practice = await aPractice()
  const { clinicId, ahead } = practice
  const today = await dated(await aSlot(pages.owner, clinicId, practice.berta, 0))
  const alertAbout = (date: string) =>
    pages.owner.query(
      `insert into app_private.network_alerts (clinic_id, slot_date, slots_taken, slots_of_day) values ($1, $2, 12, 20)`,
      [clinicId, date],
    )
  await alertAbout(ahead.date)
  await alertAbout(today.date)
  const open = () =>
    pages.owner.query(
      'select slot_date::text as date from app_private.network_alerts where clinic_id = $1 and dismissed_at is null',
      [clinicId],
    )
  const desk = await aDesk(practice, today.date)
  const notices = desk.locator('.notice', { hasText: 'Many appointments from one network' })
  await notices.nth(1).waitFor()
  expect(await notices.first().textContent()).toMatch(/12 of the 20 times on \w+,? \d+ \w+ \(60%\)/)
  // The page already shows the first of the two dates, so only the other has a link.
  expect(await notices.getByRole('link').count()).toBe(1)
  expect(await axeViolations(desk)).toEqual([])

  await notices.first().getByRole('button', { name: /^Done/ }).focus()
  await desk.keyboard.press('Enter')
  await notices.nth(1).waitFor({ state: 'detached' })
  expect(await open()).toEqual([{ date: ahead.date }])
  await desk.locator('h1:focus').waitFor()
  await notices.getByRole('link').click()
  await shows(desk, ahead.id, 'Free')
  expect(await notices.getByRole('link').count()).toBe(0)

  // Another desk dismisses it first: the notice goes away all the same.
  await pages.owner.query('update app_private.network_alerts set dismissed_at = now() where clinic_id = $1', [clinicId])
  await notices.getByRole('button', { name: /^Done/ }).click()
  await notices.waitFor({ state: 'detached' })

  const phone = await pages.visitor({ locale: 'de-DE', viewport: { width: 360, height: 740 } })
  await pages.owner.query(
    'update app_private.network_alerts set dismissed_at = null, dismissed_by_account_id = null where clinic_id = $1',
    [clinicId],
  )
  await phone.goto(`${pages.url}/desk/${clinicId}?date=${today.date}`)
  await phone.getByLabel('E-Mail').fill('riverside@medislot.example')
  await phone.getByLabel('Passwort').fill('medislot-demo')
  await press(phone, 'Anmelden')
  const german = phone.locator('.notice', { hasText: 'Viele Termine aus einem Netz' })
  await german.nth(1).waitFor()
  expect(await phone.evaluate('document.documentElement.scrollWidth')).toBe(360)
  expect(await axeViolations(phone)).toEqual([])
  await german
    .first()
    .getByRole('button', { name: /^Erledigt/ })
    .click()
  await german.nth(1).waitFor({ state: 'detached' })
})
