import type { Page } from 'playwright-core'
import { waitingTexts } from '../../../src/web/text/patient/waiting.ts'
import { axeViolations, pagesForTests } from '../../helpers/browser/browser.ts'
import { mailboxes } from '../../helpers/external/mail.ts'

// Patients who wait for an earlier time: by the link in a message, without an account, and signed in from the search.

const pages = pagesForTests()
const mails = mailboxes(pages)

async function expectRight(page: Page) {
  expect(await axeViolations(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(page.viewportSize()?.width)
}

const linkIn = (mail: string, path: string): string => {
  const link = new RegExp(`http:\\S+/${path}#\\S+`).exec(mail)?.[0]
  if (!link) throw new Error(`no link in: ${mail}`)
  return link
}

let daysAhead = 3
/** Somebody whom the desk books in a demo clinic: the later of two free times of a doctor, or the earlier one. */
async function booked(name: string, language: 'en' | 'de', slotId: string) {
  const email = `${name.toLowerCase()}@waiting.example`
  const { customer_id } = await pages.owner.one(
    'select customer_id from app_public.add_clinic_customer($1, $2, $3, null, $4)',
    ['1', `${name} Lind`, email, language],
  )
  const { id } = await pages.owner.one('select id from app_public.book_slot(1, $1, $2)', [slotId, customer_id])
  return { bookingId: id as string, email }
}

/** Two free times of one doctor, in order. */
async function twoTimes(): Promise<[string, string]> {
  const slots = await pages.owner.query<{ id: string; doctor_id: string }>(
    `select a.booking_slot_id as id, a.doctor_id
     from app_public.available_slots(1, (select doctor_id from app_public.available_slots(1) limit 1),
       from_time => now() + make_interval(days => $1), page_size => 2) a order by a.starts_at`,
    [daysAhead++],
  )
  return [slots[0]?.id as string, slots[1]?.id as string]
}

const readers = [
  { where: 'on a desktop', language: 'en', options: { locale: 'en-GB', viewport: { width: 1280, height: 800 } } },
  { where: 'on a phone', language: 'de', options: { locale: 'de-DE', viewport: { width: 360, height: 740 } } },
] as const

test.each(readers)(
  'a patient without an account waits by the link of a visit, and takes the time that another one gives up: $where, in $language',
  async ({ language, options }) => {
    const t = waitingTexts[language]
    const [earlier, later] = await twoTimes()
    const other = await booked(language === 'en' ? 'Olga' : 'Otto', language, earlier)
    const { bookingId, email } = await booked(language === 'en' ? 'Wanda' : 'Walter', language, later)
    const page = await pages.visitor(options)
    await page.goto(linkIn(await mails.read(email), 'visit'))
    await page.getByRole('button', { name: t.notifyEarlier }).focus()
    await page.keyboard.press('Enter')
    await page.getByText(t.joinedEarlier).waitFor()
    await expectRight(page)

    await pages.owner.query('select app_public.cancel_booking(1, $1)', [other.bookingId])
    const offer = linkIn(await mails.read(email), 'offer')
    await page.goto(offer)
    await page.getByRole('heading', { level: 1, name: t.title }).waitFor()
    await page.getByRole('button', { name: t.accept }).waitFor()
    await expectRight(page)
    // Nothing about the patient: the link may have reached somebody else.
    expect(await page.locator('body').innerText()).not.toMatch(/Lind|waiting\.example/)
    await page.getByRole('button', { name: t.accept }).focus()
    await page.keyboard.press('Enter')
    await page.getByText(t.accepted).waitFor()
    await expectRight(page)
    const { booking_slot_id } = await pages.owner.one('select booking_slot_id from app_public.bookings where id = $1', [
      bookingId,
    ])
    expect(booking_slot_id).toBe(earlier)
  },
)

test('an invalid link to an offer shows a message, and after declining, the list can be left for good', async () => {
  const t = waitingTexts.en
  const [earlier, later] = await twoTimes()
  const other = await booked('Oskar', 'en', earlier)
  const { email, bookingId } = await booked('Wilma', 'en', later)
  await pages.owner.query(
    'select app_public.join_waiting_list(1, customer_id => customer_id, booking_id => id) from app_public.bookings where id = $1',
    [bookingId],
  )
  await mails.read(email)
  await pages.owner.query('select app_public.cancel_booking(1, $1)', [other.bookingId])
  const page = await pages.visitor({ locale: 'en-GB' })
  await page.goto(linkIn(await mails.read(email), 'offer'))
  await page.getByRole('button', { name: t.decline }).click()
  await page.getByText(t.declined).waitFor()
  await page.getByRole('button', { name: t.leave }).click()
  await page.getByText(t.left).waitFor()
  const { state } = await pages.owner.one('select state from app_public.waiting_list where booking_id = $1', [
    bookingId,
  ])
  expect(state).toBe('left')
})
