import { expect } from '@jest/globals'
import { anEmployee } from '../../helpers/clinic/world.ts'
import type { Db } from '../../helpers/database/database.ts'
import { anOnlinePractice, bookOnline, prepareAll } from './online.ts'

// Recordings of online visits for tests.

type Maker = Pick<Db, 'one' | 'query'>

export interface Recording {
  id: string
  state: 'uploading' | 'stored' | 'removing'
  object_key: string
  bytes: string
  created_at: Date
  delete_at: Date
  upload_until: Date
  retry_at: Date
  last_error: string | null
}

/** An online visit that has begun, in a clinic that records visits, with its doctor's account. */
export async function aRecordedVisit(db: Maker, { records = true } = {}) {
  const practice = await anOnlinePractice(db)
  const { clinicId, doctorId, slotId } = practice
  await db.query('update app_public.policies set records_visits = $2 where clinic_id = $1', [clinicId, records])
  const { id } = await bookOnline(db, practice, slotId)
  await prepareAll(db)
  return { ...practice, id, doctor: await anEmployee(db, clinicId, 'doctor', doctorId) }
}

/** Both sides agree, as the owner writes it. */
export const bothAgree = (db: Maker, { clinicId, id }: { clinicId: string; id: string }) =>
  db.query(
    `insert into app_public.recording_consents (clinic_id, booking_id, customer_id, doctor_id, patient_agreed_at, doctor_agreed_at)
     select clinic_id, id, customer_id, doctor_id, now(), now() from app_public.bookings where clinic_id = $1 and id = $2`,
    [clinicId, id],
  )

/** The owner adds a recording to a visit. */
export const aRecording = (db: Maker, { clinicId, id }: { clinicId: string; id: string }, bytes = 5) =>
  db.one<Recording & Record<string, unknown>>(
    `insert into app_public.recordings (clinic_id, booking_id, content_type, bytes)
     values ($1, $2, 'video/mp4', $3) returning *`,
    [clinicId, id, bytes],
  )

export const recordingsOf = (db: Maker, { clinicId, id }: { clinicId: string; id: string }) =>
  db.query<Recording & Record<string, unknown>>(
    'select * from app_public.recordings where clinic_id = $1 and booking_id = $2 order by id',
    [clinicId, id],
  )

/** What the job does with recordings whose files are there (`found`), or not, at a moment that `after` now. */
export async function keepAll(db: Maker, { found = null as number | null, after = '1 minute' } = {}) {
  const claimed = await db.query(
    'select *, (now() + $1::interval)::text as at from app_private.claim_recordings(1000, now() + $1::interval)',
    [after],
  )
  for (const each of claimed)
    await db.query('select app_private.record_recording($1, $2, $3, $4, null, $5)', [
      each.clinic_id,
      each.id,
      each.is_removed,
      each.is_removed ? null : found,
      each.at,
    ])
  expect(new Set(claimed.map(({ object_key }) => object_key)).size).toBe(claimed.length)
  return claimed
}
