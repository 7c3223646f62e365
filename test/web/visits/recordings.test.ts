import { afterAll, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { createRecordingStore, type RecordingStore } from '../../../src/consultation/recordings.ts'
import { axeViolations, pagesForTests, signInAs } from '../../helpers/browser/browser.ts'
import { employ } from '../../helpers/clinic/world.ts'
import { startS3, storeEnv } from '../../helpers/external/s3.ts'
import { anOnlinePractice, bookOnline, joinToken, prepareAll } from '../../sql/consultation/online.ts'
import { bothAgree, keepAll, recordingsOf } from '../../sql/consultation/recordings.ts'

// Recordings of an online visit from both sides, with an S3 server: consent, upload by the browser, download, deletion.

const s3 = await startS3(['recordings'])
const store = createRecordingStore({ recordings: s3.settings }) as RecordingStore
const pages = pagesForTests({ env: storeEnv(s3.settings) })
afterAll(() => s3.close())

/** An online visit of Ann that has begun, with the demo's Riverside as its doctor, in a clinic that records visits. */
async function aVisitNow() {
  const { owner } = pages
  const practice = await anOnlinePractice(owner)
  const { clinicId, doctorId, slotId } = practice
  await owner.query('update app_public.policies set records_visits = true where clinic_id = $1', [clinicId])
  await employ(owner, clinicId, 'riverside@medislot.example', { role: 'doctor', fullName: 'Doctor', doctorId })
  const { customerId } = await owner.one<{ customerId: string }>(
    `select c.id as "customerId" from app_public.customers c join app_private.accounts a on a.id = c.account_id
     where a.email = 'ann@medislot.example'`,
  )
  // Ann has one visit at a time: those of the tests before are over.
  await owner.query(
    `select app_public.cancel_booking(clinic_id, id) from app_public.bookings
     where customer_id = $1 and is_online and status = 'booked'`,
    [customerId],
  )
  const { id } = await bookOnline(owner, { ...practice, customer: { customerId } }, slotId)
  await prepareAll(owner)
  return { ...practice, id, token: await joinToken(owner, id) }
}

/** The job, with what is in the bucket. */
async function keep(visit: { clinicId: string; id: string }) {
  const [recording] = await recordingsOf(pages.owner, visit)
  await keepAll(pages.owner, { found: await store.sizeOf(recording?.object_key ?? '') })
}

/** Presses a button that downloads a file, and returns its name and text. */
async function downloaded(page: Page, button: RegExp) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()])
  return [file.suggestedFilename(), await new Response((await file.createReadStream()) as never).text()]
}

test('patient and doctor agree to a recording, the doctor uploads and downloads it, and the patient withdraws the consent', async () => {
  const visit = await aVisitNow()
  const patient = await pages.visitor({ locale: 'de-DE', viewport: { width: 360, height: 740 } })
  await patient.goto(`${pages.url}/join#${visit.token}`)
  await patient.getByText('Niemand hat zugestimmt', { exact: false }).waitFor()
  await patient.getByText('Sie wird nach 30 Tagen gelöscht', { exact: false }).waitFor()
  await patient.getByRole('button', { name: 'Einer Aufzeichnung zustimmen' }).focus()
  expect(await axeViolations(patient)).toEqual([])
  expect(await patient.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
  await patient.keyboard.press('Enter')
  await patient.getByText('Sie haben zugestimmt.').waitFor()

  const doctor = await pages.visitor()
  await signInAs(doctor, pages.url, 'riverside', `/desk/${visit.clinicId}`)
  await doctor.locator(`[data-slot="${visit.slotId}"]`).click()
  const sheet = doctor.getByRole('dialog')
  await sheet.getByText('The patient has agreed.').waitFor()
  expect(await sheet.getByLabel('Recording', { exact: true }).locator('input').count()).toBe(0)
  await sheet.getByRole('button', { name: 'Agree to a recording' }).click()
  await sheet.getByText('The patient and you have agreed.').waitFor()
  await patient.getByText('Beide Seiten haben zugestimmt.').waitFor()

  const file = sheet.locator('input[type=file]')
  await file.setInputFiles({ name: 'visit.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') })
  pages.allowErrors(/400|422/)
  await sheet.getByRole('button', { name: 'Upload' }).click()
  await sheet.getByText('Choose an MP4, WebM, MP3 or Ogg file.').waitFor()
  await file.setInputFiles({ name: 'visit.mp4', mimeType: 'video/mp4', buffer: Buffer.from('hello') })
  await sheet.getByRole('button', { name: 'Upload' }).click()
  await sheet.getByText('The upload is being checked.').waitFor()
  await keep(visit)
  await sheet.getByText(/^Is deleted on /).waitFor()
  expect(await axeViolations(doctor, '[role=dialog]')).toEqual([])
  const [{ id } = { id: '' }] = await recordingsOf(pages.owner, visit)
  expect(await downloaded(doctor, /^Download the recording of /)).toEqual([`recording-${id}.mp4`, 'hello'])

  await patient.getByRole('button', { name: 'Zustimmung widerrufen' }).click()
  await patient.getByText('Aufzeichnungen dieses Termins werden sofort gelöscht.', { exact: false }).waitFor()
  await patient.getByRole('button', { name: 'Zustimmung widerrufen' }).click()
  await patient.getByText('Die Ärztin oder der Arzt hat zugestimmt.').waitFor()
  expect(await recordingsOf(pages.owner, visit)).toMatchObject([{ id, state: 'removing' }])
})

test('a patient downloads a recording on the page of the visit, and deletes it', async () => {
  const visit = await aVisitNow()
  const { clinicId, id } = visit
  await bothAgree(pages.owner, visit)
  const { recording, key } = await pages.owner.one<{ recording: string; key: string }>(
    `insert into app_public.recordings (clinic_id, booking_id, content_type, bytes)
     values ($1, $2, 'audio/mpeg', 5) returning id as recording, object_key as key`,
    [clinicId, id],
  )
  const url = await store.uploadUrl(key, { contentType: 'audio/mpeg', bytes: 5 }, new Date(Date.now() + 600_000))
  await fetch(url, { method: 'PUT', body: 'hello', headers: { 'content-type': 'audio/mpeg' } })
  await keep(visit)

  const page = await pages.visitor()
  await signInAs(page, pages.url, 'ann', `/bookings/${clinicId}/${id}`)
  await page.getByText('You and the doctor have agreed.').waitFor()
  await page.getByText(/^Is deleted on /).waitFor()
  expect(await axeViolations(page)).toEqual([])
  expect(await downloaded(page, /^Download the recording of /)).toEqual([`recording-${recording}.mpeg`, 'hello'])
  await page.getByRole('button', { name: /^Delete the recording of / }).click()
  await page.getByText('It is deleted for both of you.', { exact: false }).waitFor()
  await page.getByRole('button', { name: /^Delete the recording of / }).click()
  await page.getByRole('button', { name: /^Download the recording of / }).waitFor({ state: 'detached' })
  expect(await recordingsOf(pages.owner, visit)).toMatchObject([{ id: recording, state: 'removing' }])
})

test('a manager lets the doctors record visits, and says how long recordings are kept', async () => {
  const { clinicId } = await aVisitNow()
  await pages.owner.query('update app_public.policies set records_visits = false where clinic_id = $1', [clinicId])
  await pages.owner.query(`update app_public.employees set role = 'manager' where clinic_id = $1 and role = 'doctor'`, [
    clinicId,
  ])
  const page = await pages.visitor()
  await signInAs(page, pages.url, 'riverside', `/manage/${clinicId}/policy`)
  await page.getByLabel('Doctors may record online visits to which the patient and they agree').check()
  await page.getByLabel('Kept for', { exact: true }).fill('14')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved.').waitFor()
  expect(
    await pages.owner.one(
      `select records_visits, recordings_kept_for = '14 days' as is_kept from app_public.policies where clinic_id = $1`,
      [clinicId],
    ),
  ).toEqual({ records_visits: true, is_kept: true })
})
