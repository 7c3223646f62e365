import type { Page } from 'playwright-core'
import { axeViolations, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'

// How people get the address of a calendar, renew it and end it.

const pages = pagesForTests()

const addressIn = (page: Page, label: string) => page.getByLabel(label).inputValue()
/** The clinic whose manager signs in, and one of its doctors. */
const riverside = () =>
  pages.owner.one<{ clinicId: string; doctorId: string }>(
    `select d.clinic_id as "clinicId", d.id as "doctorId" from app_public.employees e
     join app_private.accounts a on a.id = e.account_id and a.email = 'riverside@medislot.example'
     join app_public.doctors d on d.clinic_id = e.clinic_id order by d.id limit 1`,
  )
const statusOf = async (address: string) => (await fetch(address)).status

test('a patient gets the address of a calendar by keyboard on a phone in German, renews it and ends it', async () => {
  const page = await pages.visitor({ locale: 'de-DE', viewport: { width: 360, height: 740 } })
  await signInAs(page, pages.url, 'ann', '/profile')
  await page.getByRole('button', { name: 'Adresse anzeigen' }).focus()
  await page.keyboard.press('Enter')
  const first = await addressIn(page, 'Adresse zum Abonnieren')
  expect(await statusOf(first)).toBe(200)
  expect(await axeViolations(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
  await page.getByRole('button', { name: 'Neue Adresse' }).click()
  await page.getByText('Die bisherige Adresse gilt nicht mehr.').waitFor()
  const second = await addressIn(page, 'Adresse zum Abonnieren')
  expect([await statusOf(first), await statusOf(second)]).toEqual([404, 200])
  await page.getByRole('button', { name: 'Nicht mehr teilen' }).click()
  await page.getByText('Die Adresse gilt nicht mehr.').waitFor()
  expect(await statusOf(second)).toBe(404)
})

test('the desk gets the addresses of the calendars of the clinic and of one doctor', async () => {
  const page = await pages.visitor()
  const { clinicId, doctorId } = await riverside()
  for (const path of [`/desk/${clinicId}`, `/desk/${clinicId}/week/${doctorId}`]) {
    if (path.includes('week')) await page.goto(pages.url + path)
    else await signInAs(page, pages.url, 'riverside', path)
    await page.getByRole('button', { name: 'Subscribe' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Show the address' }).click()
    const file = await fetch(await addressIn(page, 'Address to subscribe to'))
    expect(await file.text()).toMatch(/^BEGIN:VCALENDAR\r\n/)
    expect(await axeViolations(page, '[role=dialog]')).toEqual([])
  }
})

test('a manager gets the address of the clinic’s calendar and allows names in it', async () => {
  const page = await pages.visitor()
  const { clinicId } = await riverside()
  await signInAs(page, pages.url, 'riverside', `/manage/${clinicId}/clinic`)
  await page.getByRole('button', { name: 'Show the address' }).click()
  expect(await statusOf(await addressIn(page, 'Address to subscribe to'))).toBe(200)
  await page.goto(`${pages.url}/manage/${clinicId}/policy`)
  await page.getByLabel('Calendars to which staff subscribe show the names of patients').check()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved.').waitFor()
  expect(
    await pages.owner.one('select feeds_show_names from app_public.policies where clinic_id = $1', [clinicId]),
  ).toEqual({ feeds_show_names: true })
})
