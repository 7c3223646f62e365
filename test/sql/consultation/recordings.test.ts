import { describe, expect, it } from '@jest/globals'
import { reschedule } from '../../helpers/clinic/operations.ts'
import { aDoctor, anEmployee, aSlot } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { joinToken } from './online.ts'
import { aRecordedVisit, aRecording, bothAgree, keepAll, recordingsOf } from './recordings.ts'

type Visit = Awaited<ReturnType<typeof aRecordedVisit>>
type Claims = Visit['doctor']['claims']

const agree = (db: Db, claims: Claims, { clinicId, id }: Visit, agrees = true) =>
  db.as(claims, () => db.one('select * from app_public.agree_to_recording($1, $2, $3)', [clinicId, id, agrees]))
const begin = (db: Db, claims: Claims, { clinicId, id }: Visit, type = 'video/mp4', bytes: number | string = 5) =>
  db.as(claims, () => db.one('select * from app_public.begin_recording($1, $2, $3, $4)', [clinicId, id, type, bytes]))
const open = (db: Db, claims: Claims, clinicId: string, id: string) =>
  db.as(claims, () => db.one('select * from app_public.open_recording($1, $2)', [clinicId, id]))
const remove = (db: Db, claims: Claims, clinicId: string, id: string) =>
  db.as(claims, () => db.one('select * from app_public.remove_recording($1, $2)', [clinicId, id]))

describe('consent to a recording', () => {
  it('of both sides is needed before an upload begins', () =>
    inTransaction(async (db) => {
      const visit = await aRecordedVisit(db)
      const { doctor, customer } = visit
      expect((await expectRefusal(begin(db, doctor.claims, visit), 'recording_not_agreed')).detail).toContain('patient')
      expect(await agree(db, customer.claims, visit)).toMatchObject({
        patient_agreed_at: expect.any(Date),
        doctor_agreed_at: null,
      })
      expect((await expectRefusal(begin(db, doctor.claims, visit), 'recording_not_agreed')).detail).toContain('doctor')
      expect(await agree(db, doctor.claims, visit)).toMatchObject({
        patient_agreed_at: expect.any(Date),
        doctor_agreed_at: expect.any(Date),
      })
      expect(await begin(db, doctor.claims, visit)).toMatchObject({ method: 'PUT', bytes: '5' })
      expect(await recordingsOf(db, visit)).toMatchObject([{ state: 'uploading', patient_agreed_at: expect.any(Date) }])
    }))

  it('is not asked for by a clinic that does not record, which is the default', () =>
    inTransaction(async (db) => {
      const visit = await aRecordedVisit(db, { records: false })
      const policy = await db.one('select records_visits from app_public.policies where clinic_id = $1', [
        visit.clinicId,
      ])
      expect(policy.records_visits).toBe(false)
      await expectRefusal(agree(db, visit.customer.claims, visit), 'recording_not_offered')
      await bothAgree(db, visit)
      await expectRefusal(begin(db, visit.doctor.claims, visit), 'recording_not_offered')
      await expectRefusal(aRecording(db, visit), 'recording_not_offered')
    }))

  it('cannot be given after the room has closed, for what was recorded without it', () =>
    inTransaction(async (db) => {
      const visit = await aRecordedVisit(db)
      await db.query(
        `update app_public.consultations set opens_at = now() - interval '1 hour', closes_at = now()
         where booking_id = $1`,
        [visit.id],
      )
      await expectRefusal(agree(db, visit.customer.claims, visit), 'consultation_over')
      await expectRefusal(agree(db, visit.doctor.claims, visit), 'consultation_over')
    }))

  it('is given, shown and withdrawn with the join link of a message', () =>
    inTransaction(async (db) => {
      const visit = await aRecordedVisit(db)
      const token = await joinToken(db, visit.id)
      const byLink = (agrees: boolean, given = token) =>
        db.as({ from: '192.0.2.9' }, () =>
          db.one('select * from app_public.agree_to_recording_by_link($1, $2)', [given, agrees]),
        )
      const look = () =>
        db.as({ from: '192.0.2.9' }, () => db.one('select * from app_public.consultation_by_link($1)', [token]))
      expect(await look()).toMatchObject({ is_recorded: true, patient_agreed_at: null, doctor_agreed_at: null })
      expect(await byLink(true)).toMatchObject({ patient_agreed_at: expect.any(Date), doctor_agreed_at: null })
      await agree(db, visit.doctor.claims, visit)
      expect(await look()).toMatchObject({
        patient_agreed_at: expect.any(Date),
        doctor_agreed_at: expect.any(Date),
      })
      await aRecording(db, visit)
      expect(await byLink(false)).toMatchObject({ patient_agreed_at: null, doctor_agreed_at: expect.any(Date) })
      expect(await recordingsOf(db, visit)).toMatchObject([{ state: 'removing' }])
      expect(await byLink(true, 'x')).toMatchObject({ refusal: 'link_invalid' })
    }))

  it('is withdrawn by either side at any time, and what was recorded is removed', () =>
    inTransaction(async (db) => {
      for (const [side, patientOrDoctor, other] of [
        ['customer', 'patient', 'doctor'],
        ['doctor', 'doctor', 'patient'],
      ] as const) {
        const visit = await aRecordedVisit(db)
        const { claims } = visit[side]
        // There is nothing to withdraw yet.
        expect(await agree(db, claims, visit, false)).toMatchObject({
          booking_id: visit.id,
          patient_withdrew_at: null,
          doctor_withdrew_at: null,
        })
        expect(await db.query('select from app_public.recording_consents where booking_id = $1', [visit.id])).toEqual(
          [],
        )
        await agree(db, visit.customer.claims, visit)
        await agree(db, visit.doctor.claims, visit)
        const { id } = await aRecording(db, visit)
        await keepAll(db, { found: 5 })
        // Also after the visit.
        await db.query(
          `update app_public.consultations set opens_at = now() - interval '1 hour', closes_at = now()
           where booking_id = $1`,
          [visit.id],
        )
        expect(await agree(db, claims, visit, false)).toMatchObject({
          [`${patientOrDoctor}_withdrew_at`]: expect.any(Date),
          [`${other}_withdrew_at`]: null,
        })
        expect(await recordingsOf(db, visit)).toMatchObject([{ id, state: 'removing' }])
        for (const who of [visit.customer, visit.doctor])
          await expectRefusal(open(db, who.claims, visit.clinicId, id), 'recording_not_found')
        const { detail } = await expectRefusal(begin(db, visit.doctor.claims, visit), 'recording_not_agreed')
        expect(detail).toContain(patientOrDoctor)
      }
    }))

  it('of the doctor ends when the visit moves to another doctor, and that of the patient stays', () =>
    inTransaction(async (db) => {
      const visit = await aRecordedVisit(db)
      const { clinicId, id, serviceId } = visit
      await agree(db, visit.customer.claims, visit)
      await agree(db, visit.doctor.claims, visit)
      const consent = () => db.one('select * from app_public.recording_consents where booking_id = $1', [id])
      await db.query('select app_public.reschedule_booking($1, $2, $3)', [
        clinicId,
        id,
        await aSlot(db, clinicId, visit.doctorId, 60),
      ])
      expect(await consent()).toMatchObject({ doctor_agreed_at: expect.any(Date) })
      const otherId = await aDoctor(db, clinicId)
      await db.query('insert into app_public.doctor_services (clinic_id, doctor_id, service_id) values ($1, $2, $3)', [
        clinicId,
        otherId,
        serviceId,
      ])
      await reschedule(db, clinicId, id, await aSlot(db, clinicId, otherId, 61))
      expect(await consent()).toMatchObject({
        doctor_id: otherId,
        patient_agreed_at: expect.any(Date),
        doctor_agreed_at: null,
      })
      await expectRefusal(agree(db, visit.doctor.claims, visit), 'booking_not_found')
      const other = await anEmployee(db, clinicId, 'doctor', otherId)
      expect(await agree(db, other.claims, visit)).toMatchObject({ doctor_agreed_at: expect.any(Date) })
    }))
})

describe('a recording', () => {
  it('is added by the doctor of the visit alone, from when the room is open, at most ten times', () =>
    inTransaction(async (db) => {
      const visit = await aRecordedVisit(db)
      await bothAgree(db, visit)
      await expectRefusal(begin(db, visit.receptionist.claims, visit), 'forbidden')
      await expectRefusal(begin(db, visit.manager.claims, visit), 'forbidden')
      await expectRefusal(begin(db, visit.customer.claims, visit), 'insufficient_privilege')
      await expectRefusal(begin(db, visit.doctor.claims, { ...visit, id: '0' }), 'booking_not_found')
      await expectRefusal(begin(db, visit.doctor.claims, visit, 'text/html'), 'invalid_argument')
      for (const bytes of [0, -1, '5000000001'])
        await expectRefusal(begin(db, visit.doctor.claims, visit, 'video/mp4', bytes), 'invalid_argument')
      const opensAt = `update app_public.consultations set opens_at = now() + $2::interval where booking_id = $1`
      await db.query(opensAt, [visit.id, '1 minute'])
      await expectRefusal(begin(db, visit.doctor.claims, visit), 'consultation_not_open')
      await db.query(opensAt, [visit.id, '0'])
      const keys = new Set<unknown>()
      for (let i = 0; i < 10; i++) keys.add((await begin(db, visit.doctor.claims, visit)).object_key)
      expect(keys.size).toBe(10)
      for (const key of keys) expect(key).toMatch(new RegExp(`^${visit.clinicId}/[0-9a-f]{32}$`))
      await expectRefusal(begin(db, visit.doctor.claims, visit), 'too_many_recordings')
    }))

  it('is stored when the file is there, and opened by the doctor and the patient alone', () =>
    inTransaction(async (db) => {
      const visit = await aRecordedVisit(db)
      const { clinicId, doctor, customer, receptionist, manager } = visit
      await bothAgree(db, visit)
      const { id, object_key } = await aRecording(db, visit)
      await keepAll(db)
      await expectRefusal(open(db, doctor.claims, clinicId, id), 'recording_not_stored')
      await keepAll(db, { found: 5, after: '2 minutes' })
      for (const { claims } of [doctor, customer])
        expect(await open(db, claims, clinicId, id)).toMatchObject({ method: 'GET', recording_id: id, object_key })
      for (const { claims } of [receptionist, manager]) {
        await expectRefusal(open(db, claims, clinicId, id), 'recording_not_found')
        await expectRefusal(remove(db, claims, clinicId, id), 'recording_not_found')
      }
      expect(await remove(db, customer.claims, clinicId, id)).toMatchObject({ state: 'removing' })
      await expectRefusal(remove(db, customer.claims, clinicId, id), 'recording_not_found')
    }))

  it('is removed when the file has another size than the one that was announced', () =>
    inTransaction(async (db) => {
      const visit = await aRecordedVisit(db)
      await bothAgree(db, visit)
      await aRecording(db, visit)
      await keepAll(db, { found: 6 })
      expect(await recordingsOf(db, visit)).toMatchObject([{ state: 'removing', last_error: 'the object has 6 bytes' }])
    }))

  it('is given up when no file came within a day', () =>
    inTransaction(async (db) => {
      const visit = await aRecordedVisit(db)
      await bothAgree(db, visit)
      await aRecording(db, visit)
      await keepAll(db, { after: '24 hours' })
      expect(await recordingsOf(db, visit)).toMatchObject([{ state: 'uploading' }])
      expect(await keepAll(db, { after: '26 hours' })).toMatchObject([{ is_removed: true }])
      expect(await recordingsOf(db, visit)).toEqual([])
    }))

  it('is deleted after the time that the clinic keeps it, which a later policy shortens and does not extend', () =>
    inTransaction(async (db) => {
      const visit = await aRecordedVisit(db)
      await bothAgree(db, visit)
      await aRecording(db, visit)
      await keepAll(db, { found: 5 })
      const keep = (days: number) =>
        db.query(
          `update app_public.policies set recordings_kept_for = make_interval(days => $2) where clinic_id = $1`,
          [visit.clinicId, days],
        )
      const days = async () => {
        const [row] = await db.query(
          `select extract(epoch from delete_at - created_at)::float8 / 86400 as days, retry_at = delete_at as is_due
           from app_public.recordings where booking_id = $1`,
          [visit.id],
        )
        return [row?.days, row?.is_due]
      }
      expect(await days()).toEqual([30, true])
      await keep(90)
      expect(await days()).toEqual([30, true])
      await keep(7)
      expect(await days()).toEqual([7, true])
      expect(await keepAll(db, { after: '167 hours' })).toEqual([])
      expect(await keepAll(db, { after: '168 hours' })).toMatchObject([{ is_removed: true }])
      expect(await recordingsOf(db, visit)).toEqual([])
      await keepAll(db, { after: '169 hours' })
    }))

  it('that is removed while its upload may go on is deleted again when no upload can bring it back', () =>
    inTransaction(async (db) => {
      const visit = await aRecordedVisit(db)
      await bothAgree(db, visit)
      const { id } = await aRecording(db, visit)
      await remove(db, visit.doctor.claims, visit.clinicId, id)
      expect(await keepAll(db)).toMatchObject([{ is_removed: true }])
      expect(await keepAll(db, { after: '24 hours' })).toEqual([])
      expect(await recordingsOf(db, visit)).toHaveLength(1)
      expect(await keepAll(db, { after: '25 hours' })).toMatchObject([{ is_removed: true }])
      expect(await recordingsOf(db, visit)).toEqual([])
    }))

  it('that cannot be deleted is tried again, after at most an hour', () =>
    inTransaction(async (db) => {
      const visit = await aRecordedVisit(db)
      await bothAgree(db, visit)
      const { id } = await aRecording(db, visit)
      await remove(db, visit.doctor.claims, visit.clinicId, id)
      for (let hours = 0; hours <= 72; hours += 2) {
        const [claimed] = await db.query(
          'select * from app_private.claim_recordings(10, now() + make_interval(hours => $1))',
          [hours],
        )
        expect(claimed).toMatchObject({ id, is_removed: true })
        await db.query(`select app_private.record_recording($1, $2, true, null, 'out of order')`, [visit.clinicId, id])
      }
      expect(await recordingsOf(db, visit)).toMatchObject([{ state: 'removing', last_error: 'out of order' }])
    }))

  it('outlives the archived booking, whose consent it keeps', () =>
    inTransaction(async (db) => {
      const visit = await aRecordedVisit(db)
      const { clinicId, customer } = visit
      await bothAgree(db, visit)
      const { id } = await aRecording(db, visit)
      await keepAll(db, { found: 5 })
      await db.query('delete from app_public.recording_consents where booking_id = $1', [visit.id])
      expect(await open(db, customer.claims, clinicId, id)).toMatchObject({ recording_id: id })
      const seen = await db.as(customer.claims, () =>
        db.query('select id, patient_agreed_at from app_public.recordings where clinic_id = $1', [clinicId]),
      )
      expect(seen).toEqual([{ id, patient_agreed_at: expect.any(Date) }])
    }))

  it('is in the export of the patient, and is removed by an erasure with the consent', () =>
    inTransaction(async (db) => {
      const visit = await aRecordedVisit(db)
      const { customer } = visit
      await bothAgree(db, visit)
      const { id } = await aRecording(db, visit)
      await keepAll(db, { found: 5 })
      const { bookings } = await db.one('select bookings from app_public.export_customer($1)', [customer.customerId])
      expect(bookings).toMatchObject([
        {
          recordings: [{ id, contentType: 'video/mp4', bytes: 5, patientAgreedAt: expect.any(String) }],
          recordingConsent: { agreedAt: expect.any(String), withdrewAt: null },
        },
      ])
      await db.query('select app_public.erase_customer($1)', [customer.customerId])
      expect(await recordingsOf(db, visit)).toMatchObject([{ state: 'removing' }])
      expect(await db.query('select from app_public.recording_consents where booking_id = $1', [visit.id])).toEqual([])
      await keepAll(db, { after: '1 minute' })
      await keepAll(db, { after: '26 hours' })
      expect(await recordingsOf(db, visit)).toEqual([])
    }))
})
