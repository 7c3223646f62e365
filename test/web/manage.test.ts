import type { Page } from 'playwright-core'
import { axeViolations, demoPassword, pagesForTests, signInAs } from '../helpers/browser.ts'
import { dataOf, graphqlClient } from '../helpers/graphql.ts'

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

async function manager(name: string, options?: Parameters<typeof pages.visitor>[0]): Promise<Page> {
  const page = await pages.visitor(options)
  await signInAs(page, pages.url, name)
  return page
}
const press = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, ...(typeof name === 'string' && { exact: true }) }).click()
const goTo = (page: Page, section: string) =>
  page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: section, exact: true }).click()
/** Until what the section asked for is there. */
const loaded = (page: Page) => page.locator('main:not(:has(.bones)) h1').waitFor()

test('from nothing to a first free time, by pages alone', async () => {
  const page = await manager('admin')
  await page.goto(`${pages.url}/manage/new`)
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
  expect(await page.locator('.row').count()).toBe(8)

  await goTo(page, 'Weekly plans')
  await press(page, /Monday, all time slots/)
  await page.getByText('8 time slots, 4 h a week').waitFor()
  await press(page, /^Wednesday, 0?9:00/)
  await page.getByText('9 time slots, 4.5 h a week').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await press(page, 'Follow now')
  await page.getByText('No slots have been made yet').waitFor()
  await page.getByRole('link', { name: 'To slot generation' }).click()

  await press(page, 'Make the slots')
  // Two weeks with two Mondays and two Wednesdays, less what has passed of today.
  await page.getByText(/^1\d slots made\.$/).waitFor()
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
    .getByText(/Dr. Hanna Gruber cannot be at two places at once: Monday 0?8:00–0?8:30 is in the plan/)
    .waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Space')
  await page.getByRole('button', { name: /^Tuesday, 0?8:15/, pressed: true }).waitFor()
  pages.faults.splice(0)
})

test('a doctor is deactivated with all that hangs on, when that was seen', async () => {
  const page = await manager('harbour')
  await page.goto(`${pages.url}/manage/2/doctors`)
  const row = page.locator('.row').last()
  const name = (await row.getByRole('heading').textContent()) ?? ''
  await row.getByRole('button', { name: 'Deactivate' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Deactivate' }).click()
  await dialog.getByText(/There are \d+ free times and 0 appointments ahead/).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Withdraw the times and deactivate' }).click()
  await page.getByText(`${name} is deactivated.`).waitFor()
  await page.getByRole('heading', { level: 2, name }).waitFor({ state: 'detached' })
  await page.getByLabel('Show').selectOption('all')
  await page.locator('.row', { hasText: name }).getByRole('button', { name: 'Reactivate' }).click()
  await page.getByText(`${name} is active again`).waitFor()
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

  const page = await manager('riverside')
  await page.goto(`${pages.url}/manage/1/templates?doctor=${slot.doctorId}`)
  const weekday = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' }).format(new Date(slot.slotDate))
  await press(page, new RegExp(`^${weekday}, 0?${slot.localStart.slice(0, 5).replace(/^0/, '')}`))
  await page.getByText('a minute after the last change').waitFor()
  await press(page, 'Follow now')
  await page.getByText('Slots follow the plans now').waitFor()
  await goTo(page, 'Rebooking')
  const entry = page.locator('.row', { hasText: 'Ann Miller' })
  await entry.getByText('No weekly plan has this time any more.').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await entry.getByRole('button', { name: 'Leave as it is' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Leave as it is' }).click()
  await page.getByText('Nothing to rebook').waitFor()
})

test('a message in the clinic’s own words: previewed as it is typed, faults told at once, and back to the standard', async () => {
  const page = await manager('riverside')
  await page.goto(`${pages.url}/manage/1/messages`)
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
  const page = await manager('riverside')
  await page.goto(`${pages.url}/manage/1/staff`)
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
  await page.locator('.row', { hasText: 'Carl Careless' }).getByRole('button', { name: 'Take back' }).click()
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
  await page.getByText('The invitation is taken back.').waitFor()
})

test('who saves what somebody else has changed meanwhile is told, and goes on from theirs', async () => {
  const [first, second] = await Promise.all([manager('lagoon'), manager('lagoon')])
  for (const page of [first, second]) {
    await page.goto(`${pages.url}/manage/3/policy`)
    await page.getByLabel('Most bookings ahead per patient').waitFor()
  }
  await first.getByLabel('Most bookings ahead per patient').fill('7')
  await press(first, 'Save')
  await first.getByText('Saved.').waitFor()
  await second.getByLabel('Book until', { exact: true }).fill('3')
  await press(second, 'Save')
  await second.getByText('Somebody else has saved this meanwhile').waitFor()
  expect(await axeViolations(second)).toEqual([])
  pages.faults.splice(0)
  await press(second, 'Load their version')
  await second.locator('input[name=maxLiveBookings][value="7"]').waitFor()
  await second.getByLabel('Book until', { exact: true }).fill('3')
  await press(second, 'Save')
  await second.getByText('Saved.').waitFor()
})

test.each([
  ['desk screen, light', { viewport: { width: 1280, height: 900 } }],
  ['desk screen, dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' as const }],
  ['phone, German, dark', { viewport: { width: 360, height: 740 }, colorScheme: 'dark' as const, locale: 'de-DE' }],
])(
  'every section, %s: nothing is wider than the screen, axe finds nothing',
  async (_, options) => {
    const page = await pages.visitor(options)
    await page.goto(`${pages.url}/manage/1`)
    await page.locator('input[name=email]').or(page.locator('input[name=fullName]')).first().waitFor()
    // The door offers registration as well; its second choice is to sign in.
    await page
      .locator('main input[type=radio]')
      .nth(1)
      .setChecked(true, { force: true })
      .catch(() => undefined)
    await page.locator('input[name=email]').fill('riverside@medislot.example')
    await page.locator('input[name=password]').fill(demoPassword)
    await page.locator('main button[type=submit]').click()
    for (const section of sections) {
      await page.goto(`${pages.url}/manage/1${section}`)
      await loaded(page)
      expect([section, ...(await axeViolations(page))]).toEqual([section])
      expect([section, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([
        section,
        options.viewport.width,
      ])
    }
  },
  60_000,
)
