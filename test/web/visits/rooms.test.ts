import type { Page } from 'playwright-core'
import { axeViolations, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { book } from '../../helpers/clinic/operations.ts'
import { aPracticeWithRooms } from '../../helpers/clinic/rooms.ts'
import { employ } from '../../helpers/clinic/world.ts'
import { textOf, tokenIn } from '../../sql/link/links.ts'

// Rooms and equipment from three sides: the manager, the desk, the patient.

const pages = pagesForTests()

/** A practice with rooms of which the manager of the demo is the manager, too. */
async function aManagedPractice() {
  const practice = await aPracticeWithRooms(pages.owner)
  await employ(pages.owner, practice.clinicId, 'riverside@medislot.example', { role: 'manager', fullName: 'Manager' })
  await pages.owner.query(`update app_public.services set name = 'Sonography' where id = $1`, [practice.ultrasound])
  return practice
}
const fits = async (page: Page) => {
  expect(await axeViolations(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
}

test('a manager adds a room and says that a service takes it, on a phone', async () => {
  pages.allowErrors(/status of 4/)
  const { clinicId, ultrasound } = await aManagedPractice()
  const page = await pages.visitor({ viewport: { width: 360, height: 740 } })
  await signInAs(page, pages.url, 'riverside', `/manage/${clinicId}/rooms`)
  await page.getByRole('heading', { name: 'Room 1' }).waitFor()
  await fits(page)
  await page.getByRole('button', { name: 'Add a room or equipment' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('Room 1')
  await dialog.getByLabel('Minutes needed after each visit').fill('5')
  await dialog.getByRole('button', { name: 'Add', exact: true }).click()
  // There is a room of this name.
  await dialog.locator('input[name=name][aria-invalid=true]').waitFor()
  await fits(page)
  await dialog.getByLabel('Name', { exact: true }).fill('Room 3')
  await dialog.getByRole('button', { name: 'Add', exact: true }).click()
  await page.locator('.row', { hasText: 'Room 3' }).getByText('Room · 5 min after each visit').waitFor()

  await page.goto(`${pages.url}/manage/${clinicId}/services`)
  const row = page.locator('.row', { hasText: 'Sonography' })
  await row.getByText('takes rooms', { exact: false }).waitFor()
  await row.getByRole('button', { name: 'Rooms' }).click()
  const first = dialog.getByRole('group', { name: 'A visit takes one of these' })
  await first.getByLabel('Room 3').waitFor()
  await fits(page)
  await first.getByLabel('Room 3').focus()
  await page.keyboard.press('Space')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  const needs = await pages.owner.query(
    `select n.need, array_agg(r.name order by r.name) as names from app_public.service_needs n
     join app_public.resources r on r.id = n.resource_id where n.service_id = $1 group by n.need order by n.need`,
    [ultrasound],
  )
  expect(needs).toEqual([
    { need: 1, names: ['Room 1', 'Room 2', 'Room 3'] },
    { need: 2, names: ['Ultrasound'] },
  ])

  await page.goto(`${pages.url}/manage/${clinicId}/rooms`)
  await page.getByRole('button', { name: /^Remove ?, Room 1$/ }).click()
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByText('Room 1 is in use, so it stays as inactive.').waitFor()
})

test('the desk gives a visit the other room, and the patient sees it in German at the link in the message', async () => {
  const { clinicId, slots, ultrasound, customer } = await aManagedPractice()
  const slotId = slots[0][0] as string
  const { id } = await book(pages.owner, clinicId, slotId, { customerId: customer.customerId, serviceId: ultrasound })
  const { date } = await pages.owner.one('select slot_date::text as date from app_public.booking_slots where id = $1', [
    slotId,
  ])
  const desk = await pages.visitor()
  await signInAs(desk, pages.url, 'riverside', `/desk/${clinicId}?date=${date}`)
  await desk.locator(`[data-slot="${slotId}"]`).click()
  const dialog = desk.getByRole('dialog')
  const others = dialog.getByLabel('Room 1, or instead')
  await others.selectOption('Room 2')
  // The machine is the only one.
  await dialog.getByText('Ultrasound', { exact: true }).waitFor()
  expect(await axeViolations(desk, '[role=dialog]')).toEqual([])
  await dialog.getByRole('button', { name: 'Use it instead of Room 1' }).click()
  await dialog.getByLabel('Room 2, or instead').waitFor()

  const patient = await pages.visitor({ locale: 'de-DE', viewport: { width: 360, height: 740 } })
  const text = await textOf(pages.owner, id)
  await patient.goto(`${pages.url}/visit#${tokenIn(text)}`)
  await patient.locator('.where', { hasText: 'Room 2, ' }).waitFor()
  await fits(patient)
})
