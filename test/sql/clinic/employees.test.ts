import { describe, expect, it } from '@jest/globals'
import { aClinic, aDoctor, anAccount, anEmployee } from '../../helpers/clinic/world.ts'
import { expectRefusal, inTransaction } from '../../helpers/database/database.ts'

describe('a membership', () => {
  it('is changed by a manager of the clinic, and not by other clinics', () =>
    inTransaction(async (db) => {
      const [clinicId, elsewhere] = [await aClinic(db), await aClinic(db)]
      const member = await anEmployee(db, clinicId, 'receptionist')
      const promote = () =>
        db.query(`update app_public.employees set role = 'manager' where id = $1 returning role`, [member.employeeId])
      for (const { claims } of [
        member,
        await anEmployee(db, clinicId, 'doctor'),
        await anEmployee(db, elsewhere, 'manager'),
      ])
        await db.as(claims, async () => expect(await promote()).toEqual([]))
      await db.as((await anEmployee(db, clinicId, 'manager')).claims, async () =>
        expect(await promote()).toEqual([{ role: 'manager' }]),
      )
    }))

  it('cannot be inserted directly: employees join by invitation', () =>
    inTransaction(async (db) => {
      const [clinicId, elsewhere] = [await aClinic(db), await aClinic(db)]
      const manager = await anEmployee(db, clinicId, 'manager')
      const admin = await anAccount(db, { isAdmin: true })
      for (const { accountId, claims } of [manager, admin])
        await db.as(claims, () =>
          expectRefusal(
            db.query(
              `insert into app_public.employees (clinic_id, account_id, role, full_name) values ($1, $2, 'manager', 'Me')`,
              [elsewhere, accountId],
            ),
            'insufficient_privilege',
          ),
        )
    }))

  it('keeps its person and clinic, even when a DBA writes', () =>
    inTransaction(async (db) => {
      const [clinicId, elsewhere] = [await aClinic(db), await aClinic(db)]
      const { employeeId } = await anEmployee(db, clinicId, 'receptionist')
      const other = await anAccount(db)
      for (const [column, value] of [
        ['clinic_id', elsewhere],
        ['account_id', other.accountId],
      ])
        await expectRefusal(
          db.query(`update app_public.employees set ${column} = $2 where id = $1`, [employeeId, value]),
          'immutable_column',
        )
    }))

  it('gives managers no more than their clinic: other columns and doctors of other clinics are refused', () =>
    inTransaction(async (db) => {
      const [clinicId, elsewhere] = [await aClinic(db), await aClinic(db)]
      const foreignDoctorId = await aDoctor(db, elsewhere)
      const manager = await anEmployee(db, clinicId, 'manager')
      await db.as(manager.claims)
      for (const change of [
        'clinic_id = $1',
        'account_id = $1',
        `email = $1::text`,
        'created_at = now()',
        'id = default',
      ])
        await expectRefusal(
          db.query(`update app_public.employees set ${change} where $1::bigint is not null`, [elsewhere]),
          'insufficient_privilege',
        )
      await expectRefusal(
        db.query('update app_public.employees set doctor_id = $1', [foreignDoctorId]),
        'foreign_key_violation',
      )
    }))

  it('that is removed has no effect from the next request on', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const manager = await anEmployee(db, clinicId, 'manager')
      const former = await anEmployee(db, clinicId, 'manager')
      const colleagues = () => db.query('select id from app_public.employees')
      await db.as(former.claims, async () => expect(await colleagues()).toHaveLength(2))
      await db.as(manager.claims, () =>
        db.query('update app_public.employees set is_active = false where id = $1', [former.employeeId]),
      )
      await db.as(former.claims, async () => {
        expect(await db.one('select current_user as role')).toEqual({ role: 'app_customer' })
        expect(await colleagues()).toEqual([{ id: former.employeeId }])
        await expectRefusal(db.query('select app_public.deactivate_clinic($1)', [clinicId]), 'insufficient_privilege')
      })
    }))

  it('counts versions', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const { employeeId } = await anEmployee(db, clinicId, 'doctor')
      await db.as((await anEmployee(db, clinicId, 'manager')).claims)
      const edit = () =>
        db.query(`update app_public.employees set full_name = 'New Name', row_version = 1 where id = $1`, [employeeId])
      await edit()
      await expectRefusal(edit(), 'stale_row_version')
    }))
})
