import { axeViolations, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { aSlot, employ } from '../../helpers/clinic/world.ts'
import { anOnlinePractice, bookOnline, joinToken, prepareAll } from '../../sql/consultation/online.ts'

// An online visit from both sides: the patient at the link in the message, the desk beside it.

const pages = pagesForTests()

/** An online practice of which the manager of the demo is the manager, too. */
async function aVisitNow() {
  const practice = await anOnlinePractice(pages.owner)
  await employ(pages.owner, practice.clinicId, 'riverside@medislot.example', { role: 'manager', fullName: 'Manager' })
  const { id } = await bookOnline(pages.owner, practice, practice.slotId)
  return { ...practice, id, token: await joinToken(pages.owner, id) }
}

test('the desk sees that the patient is waiting, enters, and the patient sees the doctor', async () => {
  const visit = await aVisitNow()
  const patient = await pages.visitor({ locale: 'de-DE', viewport: { width: 360, height: 740 } })
  await patient.goto(`${pages.url}/join#${visit.token}`)
  await patient.getByText('Der Raum wird vorbereitet.', { exact: false }).waitFor()
  await prepareAll(pages.owner)
  const desk = await pages.visitor()
  await signInAs(desk, pages.url, 'riverside', `/desk/${visit.clinicId}`)
  const cell = desk.locator(`[data-slot="${visit.slotId}"]`)
  await cell.getByText('Booked').waitFor()

  // By keyboard alone.
  await patient.getByRole('button', { name: 'Jetzt teilnehmen' }).focus()
  expect(await axeViolations(patient)).toEqual([])
  expect(await patient.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
  await patient.keyboard.press('Enter')
  await patient.getByText('Sie sind da. Die Praxis kann es sehen.').waitFor()

  await cell.getByText('Patient is waiting').waitFor()
  await cell.click()
  await desk.getByText(/^The patient is waiting since /).waitFor()
  expect(await axeViolations(desk, '[role=dialog]')).toEqual([])
  await desk.getByRole('button', { name: 'Enter the visit' }).click()
  await desk.getByText('The patient sees that you are here.', { exact: false }).waitFor()
  await patient.getByText('Jetzt da: Sie, ', { exact: false }).waitFor()
})

test('the link leads to the doctor’s own room, and says so when the visit is too early, over or cancelled', async () => {
  const visit = await aVisitNow()
  const { clinicId, doctorId, id } = visit
  await pages.owner.query(`update app_public.policies set consultation_provider = 'link' where clinic_id = $1`, [
    clinicId,
  ])
  await pages.owner.query('insert into app_public.doctor_rooms (clinic_id, doctor_id, url) values ($1, $2, $3)', [
    clinicId,
    doctorId,
    'https://rooms.test/anna',
  ])
  await prepareAll(pages.owner)
  const page = await pages.visitor()
  await page.route('https://rooms.test/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<h1>Room</h1>' }),
  )
  await page.goto(`${pages.url}/join#${visit.token}`)
  await page.getByRole('button', { name: 'Join now' }).click()
  await page.waitForURL('https://rooms.test/anna')
  await page.getByRole('heading', { name: 'Room' }).waitFor()

  const shows = async (text: string) => {
    await page.goto(`${pages.url}/`)
    await page.goto(`${pages.url}/join#${visit.token}`)
    await page.getByText(text, { exact: false }).waitFor()
    expect(await page.getByRole('button', { name: 'Join now' }).count()).toBe(0)
  }
  await pages.owner.query('select app_public.reschedule_booking($1, $2, $3)', [
    clinicId,
    id,
    await aSlot(pages.owner, clinicId, doctorId, 60),
  ])
  await shows('You can join from ')
  await pages.owner.query(
    `update app_public.consultations set opens_at = now() - interval '1 day', closes_at = now() where booking_id = $1`,
    [id],
  )
  await shows('This visit is over.')
  await pages.owner.query('select app_public.cancel_booking($1, $2)', [clinicId, id])
  await shows('This visit is cancelled')
})

test('a patient chooses to come online, and finds the entrance with the appointment', async () => {
  const practice = await anOnlinePractice(pages.owner, { hours: 50, mode: 'either' })
  const { clinicId, doctorId, slotId, serviceId } = practice
  const page = await pages.visitor()
  const search = new URLSearchParams({ clinic: clinicId, service: serviceId })
  await signInAs(
    page,
    pages.url,
    'ann',
    `/book/${clinicId}/${slotId}?${new URLSearchParams({ doctor: doctorId, search: `${search}` })}`,
  )
  await page.getByLabel('Where?').selectOption({ label: 'Online' })
  await page.getByText('(Online)', { exact: false }).waitFor()
  await page.getByText(/^Reserved for you: /).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: 'Book', exact: true }).click()
  await page.getByRole('heading', { name: 'Booked' }).waitFor()
  await page.getByRole('link', { name: 'Join online' }).click()
  await page.getByText('You can join from ', { exact: false }).waitFor()
  expect(
    await pages.owner.query('select is_online from app_public.bookings where booking_slot_id = $1', [slotId]),
  ).toEqual([{ is_online: true }])
})

test('a manager chooses the video service and enters a doctor’s own room', async () => {
  const { clinicId, doctorId } = await aVisitNow()
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'riverside', `/manage/${clinicId}/policy`)
  await page.getByLabel('Video service').selectOption({ label: 'The doctors’ own rooms (entered with each doctor)' })
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved.').waitFor()
  await page.goto(`${pages.url}/manage/${clinicId}/doctors`)
  await page
    .getByRole('button', { name: /^Edit / })
    .first()
    .click()
  await page.getByLabel('Own room for online visits').fill('https://rooms.test/anna')
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(
    await pages.owner.query(
      `select p.consultation_provider, r.url from app_public.policies p
       join app_public.doctor_rooms r on r.clinic_id = p.clinic_id where p.clinic_id = $1 and r.doctor_id = $2`,
      [clinicId, doctorId],
    ),
  ).toEqual([{ consultation_provider: 'link', url: 'https://rooms.test/anna' }])
})
