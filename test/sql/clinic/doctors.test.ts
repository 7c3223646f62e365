import { describe, expect, it } from '@jest/globals'
import { aClinic, aDoctor, anAccount, anEmployee, aSlot } from '../../helpers/clinic/world.ts'
import { expectRefusal, inTransaction } from '../../helpers/database/database.ts'

describe('a doctor', () => {
  it('is registered by a manager, in their clinic', () =>
    inTransaction(async (db) => {
      const [clinicId, elsewhere] = [await aClinic(db), await aClinic(db)]
      const add = (clinic: string) =>
        db.one(`insert into app_public.doctors (clinic_id, full_name) values ($1, 'Dr. Who') returning is_active`, [
          clinic,
        ])
      await db.as((await anEmployee(db, clinicId, 'manager')).claims, async () => {
        expect(await add(clinicId)).toEqual({ is_active: true })
        await expectRefusal(add(elsewhere), 'insufficient_privilege')
      })
      await db.as((await anEmployee(db, clinicId, 'receptionist')).claims, () =>
        expectRefusal(add(clinicId), 'insufficient_privilege'),
      )
    }))

  it('keeps its id and clinic, even when a DBA writes', () =>
    inTransaction(async (db) => {
      const [clinicId, elsewhere] = [await aClinic(db), await aClinic(db)]
      const doctorId = await aDoctor(db, clinicId)
      for (const change of ['clinic_id = $2', 'id = default'])
        await expectRefusal(
          db.query(`update app_public.doctors set ${change} where id = $1 and $2::bigint is not null`, [
            doctorId,
            elsewhere,
          ]),
          'immutable_column',
        )
    }))

  it('counts versions', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const doctorId = await aDoctor(db, clinicId)
      await db.as((await anEmployee(db, clinicId, 'manager')).claims)
      const edit = () =>
        db.one(
          `update app_public.doctors set about = 'Speaks Danish.', row_version = 1 where id = $1 returning row_version`,
          [doctorId],
        )
      expect(await edit()).toEqual({ row_version: 2 })
      await expectRefusal(edit(), 'stale_row_version')
    }))

  it('cannot be deactivated without deactivate_doctor while an open slot exists', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const doctorId = await aDoctor(db, clinicId)
      const slotId = await aSlot(db, clinicId, doctorId)
      const { claims } = await anEmployee(db, clinicId, 'manager')
      const close = () =>
        db.query('update app_public.doctors set is_active = false where id = $1 returning active_doctor_id', [doctorId])
      await expectRefusal(close(), 'foreign_key_violation')
      await db.as(claims, () => expectRefusal(close(), 'foreign_key_violation'))
      await db.query(`update app_public.booking_slots set status = 'withdrawn' where id = $1`, [slotId])
      await db.as(claims, async () => expect(await close()).toEqual([{ active_doctor_id: null }]))
    }))

  it('cannot be activated in an inactive clinic', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const doctorId = await aDoctor(db, clinicId)
      await db.query('update app_public.doctors set is_active = false where id = $1', [doctorId])
      await db.query('update app_public.clinics set is_active = false where id = $1', [clinicId])
      await expectRefusal(
        db.query('update app_public.doctors set is_active = true where id = $1', [doctorId]),
        'foreign_key_violation',
      )
    }))
})

describe('specializations', () => {
  it("are maintained by administrators, and assigned to a clinic's doctors by its managers", () =>
    inTransaction(async (db) => {
      const [clinicId, elsewhere] = [await aClinic(db), await aClinic(db)]
      const [doctorId, foreignDoctorId] = [await aDoctor(db, clinicId), await aDoctor(db, elsewhere)]
      const manager = await anEmployee(db, clinicId, 'manager')
      const make = () => db.one(`insert into app_public.specializations (name) values ('Dermatology') returning id`)
      await db.as(manager.claims, () => expectRefusal(make(), 'insufficient_privilege'))
      const { id } = await db.as((await anAccount(db, { isAdmin: true })).claims, make)

      await db.as(manager.claims)
      const give = (clinic: string, doctor: string) =>
        db.query('insert into app_public.doctor_specializations values ($1, $2, $3)', [clinic, doctor, id])
      await give(clinicId, doctorId)
      await expectRefusal(give(elsewhere, foreignDoctorId), 'insufficient_privilege')
      await expectRefusal(give(clinicId, foreignDoctorId), 'foreign_key_violation')
      await expectRefusal(
        db.query('update app_public.doctor_specializations set doctor_id = doctor_id'),
        'insufficient_privilege',
      )
      expect(await db.query('delete from app_public.doctor_specializations returning doctor_id')).toEqual([
        { doctor_id: doctorId },
      ])
    }))

  it('of a doctor cannot move to another clinic', () =>
    inTransaction(async (db) => {
      const [clinicId, elsewhere] = [await aClinic(db), await aClinic(db)]
      const [doctorId, foreignDoctorId] = [await aDoctor(db, clinicId), await aDoctor(db, elsewhere)]
      await db.query(
        `with made as (insert into app_public.specializations (name) values ('Dermatology') returning id)
         insert into app_public.doctor_specializations select $1, $2, id from made`,
        [clinicId, doctorId],
      )
      await expectRefusal(
        db.query('update app_public.doctor_specializations set clinic_id = $1, doctor_id = $2', [
          elsewhere,
          foreignDoctorId,
        ]),
        'immutable_column',
      )
    }))
})
