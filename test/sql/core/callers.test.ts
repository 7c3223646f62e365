import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { aClinic, aCustomer, anAccount, anEmployee } from '../../helpers/clinic/world.ts'
import { asSuperuser } from '../../helpers/database/cluster.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

/**
 * Lets everybody call a function of app_private as our own functions do: with the owner's rights, on the caller's
 * behalf.
 */
async function lend(db: Db, name: string, parameters: string, result: string): Promise<void> {
  const passedOn = parameters.replace(/(\w+) [^,]+/g, '$1')
  await db.query(
    `create function pg_temp.${name}(${parameters}) returns ${result} language plpgsql security definer as $$
     begin return app_private.${name}(${passedOn}); end $$;
     grant execute on function pg_temp.${name} to public`,
  )
}

async function everybody(db: Db) {
  const clinicId = await aClinic(db)
  return {
    clinicId,
    claims: {
      nobody: {},
      customer: (await aCustomer(db)).claims,
      receptionist: (await anEmployee(db, clinicId, 'receptionist')).claims,
      doctor: (await anEmployee(db, clinicId, 'doctor')).claims,
      manager: (await anEmployee(db, clinicId, 'manager')).claims,
      'manager elsewhere': (await anEmployee(db, await aClinic(db), 'manager')).claims,
      admin: (await anAccount(db, { isAdmin: true })).claims,
    },
  }
}

describe('caller_is_operator', () => {
  // Only a superuser may create roles here.
  beforeAll(() => asSuperuser('create role clerk; grant clerk to medislot', 'shared'))
  afterAll(() => asSuperuser('drop role clerk', 'shared'))

  it("is true for administrators and for roles with the owner's rights, and false for everybody else", () =>
    inTransaction(async (db) => {
      const { claims } = await everybody(db)
      await lend(db, 'caller_is_operator', '', 'boolean')
      const operators: string[] = []
      for (const [who, theirs] of Object.entries(claims))
        await db.as(theirs, async () => {
          if ((await db.one('select pg_temp.caller_is_operator() as it')).it) operators.push(who)
        })
      expect(operators).toEqual(['admin'])

      expect(await db.one('select app_private.caller_is_operator() as it')).toEqual({ it: true })
      for (const role of ['app_authenticator', 'clerk']) {
        await db.query(`set local role ${role}`)
        expect({ role, ...(await db.one('select pg_temp.caller_is_operator() as it')) }).toEqual({ role, it: false })
        await db.asOwner()
      }
    }))
})

describe('require_clinic_role', () => {
  it('accepts callers who have the right in this clinic, and operators', () =>
    inTransaction(async (db) => {
      const { claims, clinicId } = await everybody(db)
      await db.query(
        `create function pg_temp.judge(clinic_id bigint, required app_public.clinic_right) returns text language plpgsql security definer as $$
         begin perform app_private.require_clinic_role(clinic_id, required); return 'may'; end $$;
         grant execute on function pg_temp.judge to public`,
      )
      const verdicts: Record<string, string[]> = {}
      for (const [who, theirs] of Object.entries(claims)) {
        verdicts[who] = []
        for (const right of ['manage', 'desk', 'staff'])
          await db.as(theirs, () =>
            db
              .one('select pg_temp.judge($1, $2) as it', [clinicId, right])
              .then(({ it }) => verdicts[who]?.push(it))
              .catch((error) => verdicts[who]?.push(error.code)),
          )
      }
      expect(verdicts).toEqual({
        nobody: ['MS401', 'MS401', 'MS401'],
        customer: ['MS403', 'MS403', 'MS403'],
        receptionist: ['MS403', 'may', 'may'],
        doctor: ['MS403', 'MS403', 'may'],
        manager: ['may', 'may', 'may'],
        'manager elsewhere': ['MS403', 'MS403', 'MS403'],
        admin: ['may', 'may', 'may'],
      })
      await db.asOwner()
      await db.query(`select app_private.require_clinic_role($1, 'manage')`, [clinicId])
    }))

  it('reports the missing right and the clinic', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      await db.as((await anEmployee(db, clinicId, 'doctor')).claims)
      const error = await expectRefusal(db.query('select app_public.deactivate_clinic($1)', [clinicId]), 'forbidden')
      expect(JSON.parse(error.detail ?? '')).toEqual({ clinicId, required: 'manage' })
    }))

  it('refuses an employee for a null clinic and for an unknown clinic', () =>
    inTransaction(async (db) => {
      await db.as((await anEmployee(db, await aClinic(db), 'manager')).claims)
      for (const clinicId of [null, '0'])
        await expectRefusal(db.query('select app_public.deactivate_clinic($1)', [clinicId]), 'forbidden')
    }))
})

describe('caller_kind', () => {
  it('returns the kind of caller that acts on a clinic', () =>
    inTransaction(async (db) => {
      const { claims, clinicId } = await everybody(db)
      const both = await anEmployee(db, clinicId, 'receptionist')
      await db.query(`insert into app_public.customers (account_id, full_name) values ($1, 'Both')`, [both.accountId])
      await lend(db, 'caller_kind', 'clinic_id bigint', 'text')
      const kinds: Record<string, string> = {}
      for (const [who, theirs] of Object.entries({ ...claims, 'receptionist who is a customer too': both.claims }))
        await db.as(theirs, async () => {
          kinds[who] = (await db.one('select pg_temp.caller_kind($1) as it', [clinicId])).it
        })
      expect(kinds).toMatchObject({
        customer: 'customer',
        receptionist: 'staff',
        doctor: 'staff',
        manager: 'staff',
        'receptionist who is a customer too': 'staff',
        admin: 'admin',
      })
      expect(await db.one('select app_private.caller_kind($1) as it', [clinicId])).toEqual({ it: 'system' })
    }))
})
