import type { Page } from 'playwright-core'
import { bookingsTexts } from '../../../src/web/text/patient/bookings.ts'
import { mergeTexts } from '../../../src/web/text/patient/merge.ts'
import { visitTexts } from '../../../src/web/text/patient/visit.ts'
import { axeViolations, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { mailboxes } from '../../helpers/external/mail.ts'

// Patients without an account, who have only the link in a message. The links are taken from real mails.

const pages = pagesForTests()
const mails = mailboxes(pages)

/** A patient whom the desk of a demo clinic registers and books by phone. Returns the address of the mailbox. */
let daysAhead = 2
async function aPatientByPhone(name: string, language: 'en' | 'de', clinicId = '1') {
  const email = `${name.toLowerCase()}@phone.example`
  const slot = await pages.owner.one(
    `select booking_slot_id from app_public.available_slots($1, from_time => now() + make_interval(days => $2)) limit 1`,
    [clinicId, daysAhead++],
  )
  const { customer_id } = await pages.owner.one(
    'select customer_id from app_public.add_clinic_customer($1, $2, $3, $4, $5)',
    [clinicId, `${name} Lind`, email, `030 1234567${daysAhead}`, language],
  )
  const { id } = await pages.owner.one('select id from app_public.book_slot($1, $2, $3)', [
    clinicId,
    slot.booking_slot_id,
    customer_id,
  ])
  return { bookingId: id as string, email }
}

const linkIn = (mail: string): string => {
  const link = /http:\S+\/visit#\S+/.exec(mail)?.[0]
  if (!link) throw new Error(`no link in: ${mail}`)
  return link
}

const stateOf = (bookingId: string) =>
  pages.owner.one('select status, starts_at, cancelled_by, booking_slot_id from app_public.bookings where id = $1', [
    bookingId,
  ])

async function expectRight(page: Page) {
  expect(await axeViolations(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(page.viewportSize()?.width)
}

const readers = [
  { where: 'on a desktop', language: 'en', options: { locale: 'en-GB', viewport: { width: 1280, height: 800 } } },
  { where: 'on a phone', language: 'de', options: { locale: 'de-DE', viewport: { width: 360, height: 740 } } },
] as const

test.each(readers)(
  "a patient registered by phone moves a visit through the reminder's link, then cancels it: $where, in $language",
  async ({ language, options }) => {
    const t = bookingsTexts[language]
    const { bookingId, email } = await aPatientByPhone(language === 'en' ? 'Vera' : 'Frieda', language)
    const confirmed = linkIn(await mails.read(email))
    // Lets time pass until the reminder is due.
    await pages.owner.query(
      `select app_private.queue_coming_reminders(clinic_id, starts_at - interval '26 hours') from app_public.bookings where id = $1`,
      [bookingId],
    )
    await pages.owner.query(
      `update app_public.notifications set due_at = now(), send_after = null where booking_id = $1 and kind = 'booking_reminder'`,
      [bookingId],
    )
    const reminded = linkIn(await mails.read(email))
    expect(reminded).toBe(confirmed)
    const before = await stateOf(bookingId)

    const page = await pages.visitor(options)
    await page.goto(reminded)
    await page.getByRole('heading', { level: 1, name: visitTexts[language].title }).waitFor()
    await page.getByRole('button', { name: t.reschedule, exact: true }).waitFor()
    await expectRight(page)
    // Nothing about the patient: the link may have reached somebody else.
    expect(await page.locator('body').innerText()).not.toMatch(/Lind|phone\.example|1234567/)

    // By keyboard alone.
    await page.getByRole('button', { name: t.reschedule, exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.locator('.move .time').nth(3).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await expectRight(page)
    await page.getByRole('button', { name: t.moveSubmit }).focus()
    await page.keyboard.press('Enter')
    await page.getByText(t.moved).waitFor()
    const moved = await stateOf(bookingId)
    expect(moved).toMatchObject({ status: 'booked' })
    expect(moved.booking_slot_id).not.toBe(before.booking_slot_id)
    expect(linkIn(await mails.read(email))).toBe(reminded)

    // The same link, opened again on another day.
    await page.reload()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: t.calendar }).click(),
    ])
    const file = await new Response((await download.createReadStream()) as never).text()
    expect(file).toMatch(/SEQUENCE:1\r/)
    await page.getByRole('button', { name: t.cancel, exact: true }).click()
    await page.getByRole('button', { name: t.cancelSubmit }).click()
    await page.getByText(t.cancelled).waitFor()
    await page.getByRole('link', { name: t.another }).waitFor()
    await expectRight(page)
    expect(await stateOf(bookingId)).toMatchObject({ status: 'cancelled', cancelled_by: 'customer' })
  },
)

test('an invalid link shows the same message, whatever is wrong with it', async () => {
  const { bookingId, email } = await aPatientByPhone('Wim', 'en')
  const link = linkIn(await mails.read(email))
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'riverside', '/desk/1')
  await pages.owner.query('select app_public.send_new_link(1, $1)', [bookingId])
  const texts = new Set<string>()
  for (const wrong of [link, `${link}0`, `${pages.url}/visit#`, `${pages.url}/visit`, `${pages.url}/visit#%zz`]) {
    await page.goto('about:blank')
    await page.goto(wrong)
    await page.getByRole('heading', { level: 1, name: visitTexts.en.invalidTitle }).waitFor()
    texts.add(await page.locator('main').innerText())
  }
  expect(texts.size).toBe(1)
  await expectRight(page)
  // The new link opens in the same tab, also for staff who are signed in.
  await page.goto(linkIn(await mails.read(email)))
  await page.getByRole('button', { name: bookingsTexts.en.reschedule, exact: true }).waitFor()
})

test('a mail scanner that opens a link changes nothing', async () => {
  const { bookingId, email } = await aPatientByPhone('Xaver', 'en')
  const link = linkIn(await mails.read(email))
  const before = await pages.owner.one('select b::text as row from app_public.bookings b where id = $1', [bookingId])
  const digests = new Set<string>()
  // A program that follows links does not send what is behind #.
  for (const method of ['GET', 'HEAD']) {
    const response = await fetch(link, { method, headers: { 'user-agent': 'SafeLinks scanner' } })
    expect(response.status).toBe(200)
    if (method === 'GET') digests.add(await response.text())
  }
  // Even if it appends it to a query: the page is the same, and no endpoint takes a token by GET.
  digests.add(await (await fetch(link.replace('#', '?token='))).text())
  expect(digests.size).toBe(1)
  const token = link.split('#')[1] as string
  const query = new URLSearchParams({
    query: `mutation { cancelByLink(input: { token: "${token}" }) { clientMutationId } }`,
  })
  expect((await fetch(`${pages.url}/graphql?${query}`)).status).toBe(405)
  // A browser that runs scripts, and so does everything that the page does on its own.
  const page = await pages.visitor()
  await page.goto(link)
  await page.getByRole('button', { name: bookingsTexts.en.cancel, exact: true }).waitFor()
  expect(await pages.owner.one('select b::text as row from app_public.bookings b where id = $1', [bookingId])).toEqual(
    before,
  )
})

test('a patient with an account adds the record of a visit by the link of its message and a link to the recorded address', async () => {
  const [t, merge] = [visitTexts.en, mergeTexts.en]
  const { bookingId, email } = await aPatientByPhone('Wanda', 'en')
  const link = linkIn(await mails.read(email))
  const stranger = await pages.visitor()
  await stranger.goto(link)
  await stranger.getByRole('button', { name: bookingsTexts.en.reschedule }).waitFor()
  expect(await stranger.getByText(t.addLead).count()).toBe(0)

  const page = await pages.visitor()
  await signInAs(page, pages.url, 'bob')
  await page.goto(link)
  await page.getByRole('button', { name: t.add }).click()
  await page.getByText(t.added).waitFor()
  await expectRight(page)
  await page.goto(/http\S+merge#token=\S+/.exec(await mails.read(email))?.[0] ?? '')
  await page.getByRole('button', { name: merge.confirm }).click()
  await page.getByText(merge.done).waitFor()
  await page.goto(`${pages.url}/bookings/1/${bookingId}`)
  await page.getByRole('button', { name: bookingsTexts.en.reschedule }).waitFor()
  // The link still opens the page, which offers no further actions.
  await page.goto(link)
  await page.getByRole('button', { name: bookingsTexts.en.reschedule }).waitFor()
  expect(await page.getByRole('button', { name: t.add }).count()).toBe(0)
})
