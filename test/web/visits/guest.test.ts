import { bookTexts } from '../../../src/web/text/patient/book.ts'
import { bookingsTexts } from '../../../src/web/text/patient/bookings.ts'
import { guestTexts } from '../../../src/web/text/patient/guest.ts'
import { visitTexts } from '../../../src/web/text/patient/visit.ts'
import { accountTexts } from '../../../src/web/text/shared/account.ts'
import { serviceTexts } from '../../../src/web/text/shared/services.ts'
import { axeViolations, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { aQuestion, aService } from '../../helpers/clinic/services.ts'
import { mailboxes } from '../../helpers/external/mail.ts'
import { eventually } from '../../helpers/time/eventually.ts'

// Guests book with a name and an address; the links are taken from real mails.

const pages = pagesForTests()
const mails = mailboxes(pages)

/** The clinic of the demo that accepts guests. */
const aGuestsClinic = () =>
  pages.owner.one<{ clinic_id: string }>('select clinic_id from app_public.policies where accepts_guests')

let daysAhead = 3
async function aFreeSlot(serviceId?: string) {
  const { clinic_id: clinicId } = await aGuestsClinic()
  const slot = await pages.owner.one(
    `select booking_slot_id, doctor_id, starts_at from app_public.available_slots($1, service_id => $3,
       from_time => now() + make_interval(days => $2)) limit 1`,
    [clinicId, daysAhead++, serviceId],
  )
  const at = new URLSearchParams({ doctor: slot.doctor_id, at: slot.starts_at.toISOString() })
  return {
    clinicId,
    slotId: slot.booking_slot_id,
    address: `${pages.url}/book/${clinicId}/${slot.booking_slot_id}?${at}`,
  }
}

const linkIn = (mail: string, path: string): string => {
  const link = new RegExp(`http:\\S+/${path}#\\S+`).exec(mail)?.[0]
  if (!link) throw new Error(`no link to ${path} in: ${mail}`)
  return link
}

const readers = [
  { where: 'on a desktop', language: 'en', options: { locale: 'en-GB', viewport: { width: 1280, height: 800 } } },
  { where: 'on a phone', language: 'de', options: { locale: 'de-DE', viewport: { width: 360, height: 740 } } },
] as const

test.each(readers)(
  'a guest books with two clicks and one e-mail: $where, in $language',
  async ({ language, options }) => {
    const t = guestTexts[language]
    const email = `gil-${language}@guest.example`
    const { slotId, address } = await aFreeSlot()
    const page = await pages.visitor(options)
    const expectRight = async () => {
      expect(await axeViolations(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(options.viewport.width)
    }
    await page.goto(address)
    const form = page.locator('.card', { has: page.getByRole('heading', { name: t.title }) })
    await form.getByLabel(accountTexts[language].name).fill('Gil Guest')
    await form.getByLabel(accountTexts[language].email).fill(email)
    await expectRight()
    await form.getByRole('button', { name: t.submit }).click()
    await page.getByText(t.sentTitle).waitFor()
    await expectRight()
    expect(await pages.owner.one('select status from app_public.booking_slots where id = $1', [slotId])).toEqual({
      status: 'held',
    })

    const link = linkIn(await mails.read(email), 'confirm-booking')
    const other = await pages.visitor(options)
    await other.goto(link)
    await other.getByRole('heading', { level: 1, name: t.confirmTitle }).waitFor()
    expect(await axeViolations(other)).toEqual([])
    // Opening the page books nothing: scanners open the links in mails, and some run scripts.
    expect(await pages.owner.query('select from app_public.bookings where booking_slot_id = $1', [slotId])).toEqual([])
    await other.getByRole('button', { name: t.confirm }).click()
    await other.getByRole('heading', { level: 1, name: t.booked }).waitFor()
    expect(await axeViolations(other)).toEqual([])
    expect(
      await pages.owner.one(
        `select b.status, cc.full_name, cc.email from app_public.bookings b
       join app_public.clinic_customers cc using (clinic_id, customer_id) where b.booking_slot_id = $1`,
        [slotId],
      ),
    ).toEqual({ status: 'booked', full_name: 'Gil Guest', email })

    // The confirmation has the link with which the guest sees, moves or cancels it.
    await other.goto(linkIn(await mails.read(email), 'visit'))
    await other.getByRole('button', { name: bookingsTexts[language].reschedule, exact: true }).waitFor()
    // The link of the first mail shows the same booking again.
    await page.goto(link)
    await page.getByRole('button', { name: t.confirm }).click()
    await page.getByRole('heading', { level: 1, name: t.booked }).waitFor()
  },
)

test('a guest whose link is not valid, or whose time is taken, is shown what to do', async () => {
  const t = guestTexts.en
  const page = await pages.visitor()
  await page.goto(`${pages.url}/confirm-booking#1.AAAAAAAAAAAAAAAA.c1-1`)
  await page.getByRole('button', { name: t.confirm }).click()
  await page.getByRole('heading', { level: 1, name: visitTexts.en.invalidTitle }).waitFor()
  expect(await axeViolations(page)).toEqual([])

  const { clinicId, slotId, address } = await aFreeSlot()
  await page.goto(address)
  const form = page.locator('.card', { has: page.getByRole('heading', { name: t.title }) })
  await form.getByLabel(accountTexts.en.name).fill('Gil Guest')
  await form.getByLabel(accountTexts.en.email).fill('late@guest.example')
  await form.getByRole('button', { name: t.submit }).click()
  const link = linkIn(await mails.read('late@guest.example'), 'confirm-booking')
  await pages.owner.query(`update app_public.booking_slots set held_until = now() where id = $1`, [slotId])
  await pages.owner.query(
    `select app_public.book_slot($1, $2, (select id from app_public.customers where email = 'ann@medislot.example'))`,
    [clinicId, slotId],
  )
  await page.goto(link)
  await page.getByRole('button', { name: t.confirm }).click()
  await page.getByText('Somebody else has just booked this time.').waitFor()
  expect(await axeViolations(page)).toEqual([])
})

test('on a phone in German, a guest answers questions, books a visit of 60 minutes and moves it; one for known patients needs an account', async () => {
  const [t, services, bookings] = [guestTexts.de, serviceTexts.de, bookingsTexts.de]
  const { clinic_id: clinicId } = await aGuestsClinic()
  // Those whose slots are shorter than the visit.
  const doctors = await pages.owner.query(
    `select doctor_id as id from app_public.booking_slots where clinic_id = $1
     group by doctor_id having max(ends_at - starts_at) < interval '1 hour'`,
    [clinicId],
  )
  const serviceId = await aService(pages.owner, clinicId, {
    doctors: doctors.map(({ id }) => id),
    name: 'Travel advice',
    names: { de: 'Reiseberatung' },
    preparation: 'Your route.',
    preparations: { de: 'Ihre Reiseroute.' },
    duration: '1 hour',
  })
  const route = await aQuestion(pages.owner, clinicId, serviceId, { question: 'Wohin reisen Sie?', is_required: true })
  await aQuestion(pages.owner, clinicId, serviceId, { question: 'Reisen Kinder mit?', kind: 'yes_no' })
  await aService(pages.owner, clinicId, {
    doctors: doctors.map(({ id }) => id),
    name: 'Follow-up',
    names: { de: 'Nachsorge' },
    patients: 'returning',
    duration: '1 hour',
  })
  /** The service's bookings, and how many slots each of them takes. */
  const booked = () =>
    pages.owner.query(
      `select b.booking_slot_id, b.status, extract(epoch from b.visit_ends_at - b.visit_starts_at)::int / 60 as minutes,
         (select count(*)::int from app_public.booking_slots bs
          where bs.clinic_id = b.clinic_id and bs.status = 'booked'
            and b.booking_slot_id in (bs.id, bs.head_slot_id)) as slots
       from app_public.bookings b where b.service_id = $1`,
      [serviceId],
    )
  const options = { locale: 'de-DE', viewport: { width: 360, height: 740 } }
  const page = await pages.visitor(options)
  const expectRight = async () => {
    expect(await axeViolations(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(options.viewport.width)
  }
  const { slotId, address } = await aFreeSlot(serviceId)
  await page.goto(address)
  const choice = page.getByLabel(services.service)
  await choice.selectOption({ label: `Nachsorge (${services.minutes(60)})` })
  await page.getByText(t.needsAccount).waitFor()
  expect(await page.getByRole('heading', { name: t.title }).count()).toBe(0)
  await expectRight()

  await choice.selectOption({ label: `Reiseberatung (${services.minutes(60)})` })
  await page.getByText(`Reiseberatung · ${services.minutes(60)}`).waitFor()
  const form = page.locator('.card', { has: page.getByRole('heading', { name: t.title }) })
  await form.getByLabel(accountTexts.de.name).fill('Gil Guest')
  await form.getByLabel(accountTexts.de.email).fill('traveller@guest.example')
  await expectRight()
  // The required question has to be answered: nothing is sent without it.
  await form.getByRole('button', { name: t.submit }).click()
  await form.locator('textarea[name^=answer-][aria-invalid=true]').waitFor()
  await form.getByLabel('Wohin reisen Sie?').fill('Nach Kenia')
  await form.getByLabel('Reisen Kinder mit?').selectOption({ label: services.no })
  await expectRight()
  await form.getByRole('button', { name: t.submit }).click()
  await page.getByText(t.sentTitle).waitFor()
  // What was sent is for this service: another cannot be chosen any more.
  expect(await choice.count()).toBe(0)

  await page.goto(linkIn(await mails.read('traveller@guest.example'), 'confirm-booking'))
  await page.getByRole('button', { name: t.confirm }).click()
  await page.getByRole('heading', { level: 1, name: t.booked }).waitFor()
  await page.getByText('Reiseberatung').waitFor()
  await page.getByText('Ihre Reiseroute.').waitFor()
  await expectRight()
  const [first] = await booked()
  expect(first).toMatchObject({ booking_slot_id: slotId, status: 'booked', minutes: 60 })
  expect(first?.slots).toBeGreaterThan(1)
  expect(
    await pages.owner.query(
      'select a.answer, a.question_id = $2 as is_required from app_public.booking_answers a join app_public.bookings b on b.id = a.booking_id where b.service_id = $1 order by a.answer',
      [serviceId, route],
    ),
  ).toEqual([
    { answer: 'Nach Kenia', is_required: true },
    { answer: 'no', is_required: false },
  ])

  await page.goto(linkIn(await mails.read('traveller@guest.example'), 'visit'))
  await page.getByText('Reiseberatung').waitFor()
  const time = page.locator('.visit-time')
  /** From the first to the last minute that the page shows. */
  const shownMinutes = async () => {
    const [from = 0, to = 0] = Array.from((await time.innerText()).matchAll(/(\d+):(\d+)/g), ([, hours, minutes]) => {
      return Number(hours) * 60 + Number(minutes)
    })
    return to - from
  }
  expect(await shownMinutes()).toBe(60)
  const before = await time.innerText()
  const searches: string[] = []
  page.on('request', (request) => searches.push(request.postData() ?? ''))
  await page.getByRole('button', { name: bookings.reschedule, exact: true }).click()
  await page.locator('.move .time').nth(3).click()
  // Only starts with a free hour are offered.
  const ofSlots = searches.filter((body) => /availableSlots/.test(body))
  expect(ofSlots.length).toBeGreaterThan(0)
  for (const body of ofSlots) expect(JSON.parse(body).variables).toMatchObject({ serviceId })
  await page.getByRole('button', { name: bookings.moveSubmit }).click()
  await page.getByText(bookings.moved).waitFor()
  await eventually(async () => (await time.innerText()) !== before, 'the new time is shown')
  expect(await shownMinutes()).toBe(60)
  await expectRight()
  const [moved, ...others] = await booked()
  expect(others).toEqual([])
  expect(moved).toEqual({ ...first, booking_slot_id: moved?.booking_slot_id })
  expect(moved?.booking_slot_id).not.toBe(slotId)
})

test('a manager decides whether patients can book without an account', async () => {
  const { clinicId, address } = await aFreeSlot()
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'lagoon', `/manage/${clinicId}/policy`)
  await page.getByLabel('Patients can book without an account').uncheck()
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved').waitFor()
  const guest = await pages.visitor()
  await guest.goto(address)
  await guest.getByRole('button', { name: bookTexts.en.continue }).waitFor()
  expect(await guest.getByRole('heading', { name: guestTexts.en.title }).count()).toBe(0)
})
