import type { Page } from 'playwright-core'
import { bookTexts } from '../../../src/web/text/patient/book.ts'
import { bookingsTexts } from '../../../src/web/text/patient/bookings.ts'
import { serviceTexts } from '../../../src/web/text/shared/services.ts'
import { axeViolations, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { aService } from '../../helpers/clinic/services.ts'
import { eventually } from '../../helpers/time/eventually.ts'

// Riverside is clinic 1, Harbour 2; the demo's managers are named after their clinics.
const pages = pagesForTests()

const press = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, ...(typeof name === 'string' && { exact: true }) }).click()
/** The button of a row, by the row's name. */
const buttonOf = (page: Page, action: string, row: string) =>
  page.getByRole('button', { name: new RegExp(`^${action} ?, ${row}$`) })
const titles = (page: Page) => page.locator('h2.row-title').allTextContents()
const fits = async (page: Page) => {
  expect(await axeViolations(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
}

test('a manager creates a service of 60 minutes with a required question for one doctor, and a patient books it', async () => {
  pages.allowErrors(/status of 4/)
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'riverside', '/manage/1/services')
  await page.locator('.row').first().waitFor()
  await fits(page)
  await press(page, 'Add a service')
  const dialog = page.getByRole('dialog')
  const name = dialog.getByLabel('Name', { exact: true })
  await dialog.getByLabel('Length in minutes').fill('1500')
  await press(page, 'Add')
  await dialog.getByText('Please fill this in').waitFor()
  await dialog.locator('input[name=name]:focus').waitFor()
  expect(await dialog.locator('[aria-invalid=true]').count()).toBe(2)
  await fits(page)
  await dialog.getByLabel('Length in minutes').fill('60')
  await name.fill('First visit')
  await press(page, 'Add')
  await dialog.locator('input[name=name][aria-invalid=true]').waitFor()
  await name.fill('Ultrasound')
  await dialog.getByLabel('Name in German').fill('Ultraschall')
  await dialog.getByText('Own minimum notice').click()
  await dialog.getByLabel('Minimum notice', { exact: true }).fill('2')
  await press(page, 'Add')
  const row = page.locator('.row', { hasText: 'Ultrasound' })
  await row.getByText('No doctor offers it yet').waitFor()

  await row.getByRole('button', { name: 'Doctors' }).click()
  await dialog.getByText('Dr. Anna Brandt').click()
  await dialog.getByLabel('Minutes with Dr. Anna Brandt').waitFor()
  await fits(page)
  await press(page, 'Save')
  await row.getByText('1 doctor').waitFor()

  await row.getByRole('link', { name: 'Questions' }).click()
  await page.getByRole('heading', { name: 'Questions: Ultrasound' }).waitFor()
  await press(page, 'Add a question')
  await dialog.getByLabel('Question', { exact: true }).fill('Since when?')
  await dialog.getByText('Patients have to answer it').click()
  await press(page, 'Add')
  await page.locator('.row', { hasText: 'Since when?' }).getByText('any text · required').waitFor()
  await press(page, 'Add a question')
  await dialog.getByLabel('Question', { exact: true }).fill('Which side?')
  await dialog.getByLabel('Answer', { exact: true }).selectOption('one of several choices')
  await dialog.getByLabel('Choices', { exact: true }).fill('left')
  await press(page, 'Add')
  await dialog.locator('textarea[name=choices][aria-invalid=true]').waitFor()
  await fits(page)
  await dialog.getByLabel('Choices', { exact: true }).fill('left\n\n right')
  await dialog.getByLabel('Choices in German').fill('links')
  await press(page, 'Add')
  await dialog.locator('textarea[name=choicesByLanguage-de][aria-invalid=true]').waitFor()
  await dialog.getByLabel('Choices in German').fill('links\nrechts')
  await press(page, 'Add')
  await page.locator('.row', { hasText: 'Which side?' }).getByText('left, right').waitFor()
  await fits(page)

  const patient = await pages.visitor({ locale: 'de-DE' })
  const doctor = await pages.owner.one<{ id: string }>(
    `select id from app_public.doctors where full_name = 'Dr. Anna Brandt'`,
  )
  await signInAs(patient, pages.url, 'ann', `/?clinic=1&doctor=${doctor.id}`)
  await patient.getByLabel(serviceTexts.de.service).selectOption({ label: 'Ultraschall (60 Minuten)' })
  await patient.locator('section[aria-busy=false] a.time').first().click()
  await patient.getByText(/^Für Sie reserviert: /).waitFor()
  await patient.getByLabel('Since when?').fill('Seit Montag')
  await patient.getByLabel('Which side?').selectOption({ label: 'rechts' })
  await press(patient, bookTexts.de.submit)
  await patient.getByRole('heading', { name: bookingsTexts.de.booked }).waitFor()
  expect(
    await pages.owner.query(
      `select s.name, b.status, b.visit_ends_at - b.visit_starts_at = '60 min' as is_an_hour, s.lead_time::text,
         array(select a.answer from app_public.booking_answers a where a.booking_id = b.id order by a.question_id) as answers
       from app_public.bookings b join app_public.services s on s.clinic_id = b.clinic_id and s.id = b.service_id
       where s.name = 'Ultrasound'`,
    ),
  ).toEqual([
    { name: 'Ultrasound', status: 'booked', is_an_hour: true, lead_time: '2 days', answers: ['Seit Montag', 'right'] },
  ])
})

test('on a phone in German, by keyboard, services are put in order, edited, deactivated and removed', async () => {
  await pages.owner.query('delete from app_public.service_questions where clinic_id = 2')
  await pages.owner.query('delete from app_public.services where clinic_id = 2')
  const [first] = [
    await aService(pages.owner, '2', {
      name: 'Beratung',
      duration: '1 day',
      lead_time: '24 hours',
      names: { fr: 'Conseil' },
    }),
    await aService(pages.owner, '2', { name: 'Labor' }),
    await aService(pages.owner, '2', { name: 'Impfung', duration: '15 min' }),
  ]
  const page = await pages.visitor({ locale: 'de-DE', viewport: { width: 360, height: 740 } })
  await signInAs(page, pages.url, 'harbour', '/manage/2/services')
  await buttonOf(page, 'Nach unten', 'Beratung').focus()
  for (const [place, order] of [
    [2, 'Labor,Beratung,Impfung'],
    [3, 'Labor,Impfung,Beratung'],
  ] as const) {
    await page.keyboard.press('Enter')
    await page.getByText(`Beratung ist jetzt Nummer ${place} von 3.`).waitFor()
    await eventually(async () => (await titles(page)).join() === order, 'the list shows the new order')
  }
  // The button keeps the focus, and does nothing at the end of the list.
  await page.keyboard.press('Enter')
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Nach unten, Beratung')
  expect(await titles(page)).toEqual(['Labor', 'Impfung', 'Beratung'])
  await fits(page)

  await buttonOf(page, 'Bearbeiten', 'Beratung').click()
  await page.getByLabel('Name auf Englisch').fill('Advice')
  await fits(page)
  await press(page, 'Speichern')
  await page.getByText('Gespeichert.').waitFor()
  expect(
    await pages.owner.one('select names, duration::text, lead_time::text from app_public.services where id = $1', [
      first,
    ]),
  ).toEqual({ names: { en: 'Advice', fr: 'Conseil' }, duration: '1 day', lead_time: '24:00:00' })

  await buttonOf(page, 'Deaktivieren', 'Labor').click()
  await fits(page)
  await press(page, 'Deaktivieren')
  await page.getByText('Labor ist deaktiviert.').waitFor()
  await buttonOf(page, 'Wieder aktivieren', 'Labor').click()
  await page.getByText('Labor ist wieder aktiv.').waitFor()
  await buttonOf(page, 'Deaktivieren', 'Labor').click()
  await press(page, 'Deaktivieren')
  await buttonOf(page, 'Entfernen', 'Labor').click()
  await press(page, 'Entfernen')
  await page.getByText('Labor ist entfernt.').waitFor()
  await eventually(async () => (await titles(page)).join() === 'Impfung,Beratung', 'the removed service is gone')
})
