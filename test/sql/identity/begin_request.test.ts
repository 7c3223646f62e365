import { describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { aClinic, aCustomer, aDoctor, anAccount, anEmployee } from '../../helpers/clinic/world.ts'
import { ownerUrlOf } from '../../helpers/database/cluster.ts'
import { type Claims, type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

const issuer = 'https://issuer.example'

/** The claims that the rest of the transaction relies on. */
const situation = (db: Db) =>
  db.one(
    `select current_user as role, app_hidden.current_account_id() as account, app_hidden.current_session_id() as session,
            app_hidden.current_customer_id() as customer,
            app_hidden.current_customer_ids() as customers, app_hidden.staff_clinic_ids() as staff,
            app_hidden.desk_clinic_ids() as desk, app_hidden.manager_clinic_ids() as manager,
            app_hidden.own_doctor_ids() as doctors`,
  )

const nobody = {
  role: 'app_anonymous',
  account: null,
  session: null,
  customer: null,
  customers: [],
  staff: [],
  desk: [],
  manager: [],
  doctors: [],
}

describe('begin_request', () => {
  it.each([[{}], [null], [{ role: 'app_admin', account_id: 1 }], ['app_admin'], [[]]])(
    'makes an anonymous caller of %p',
    (claims) =>
      inTransaction(async (db) => {
        await db.as(claims as Claims)
        expect(await situation(db)).toEqual(nobody)
      }),
  )

  it('keeps nothing of an earlier caller in the same transaction', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const manager = await anEmployee(db, clinicId, 'manager')
      await db.as(manager.claims)
      expect(await situation(db)).toMatchObject({ staff: [clinicId], desk: [clinicId], manager: [clinicId] })
      // Without a reset: the settings are those of the manager.
      await db.query('set local role none')
      await db.query('select app_private.begin_request($1)', [{}])
      expect(await situation(db)).toEqual(nobody)
      for (const name of ['staff_clinic_ids', 'desk_clinic_ids', 'manager_clinic_ids', 'own_doctor_ids']) {
        await db.query(`set local role none; set session medislot.${name} = '{${clinicId}}'`)
        await db.query('select app_private.begin_request($1)', [{}])
        expect(await situation(db)).toEqual(nobody)
      }
    }))

  it('makes an account without other rights a customer, with or without a customer record', () =>
    inTransaction(async (db) => {
      const { customerId, accountId, claims } = await aCustomer(db)
      await db.as(claims)
      const expected = {
        ...nobody,
        role: 'app_customer',
        account: accountId,
        session: claims.sid,
        customer: customerId,
        customers: [customerId],
      }
      expect(await situation(db)).toEqual(expected)

      await db.asOwner()
      const bare = await anAccount(db)
      await db.as(bare.claims)
      expect(await situation(db)).toEqual({
        ...nobody,
        role: 'app_customer',
        account: bare.accountId,
        session: bare.claims.sid,
      })
    }))

  it('gives employees their clinics, by role', () =>
    inTransaction(async (db) => {
      const [manages, receives, treats, left, elsewhere] = [
        await aClinic(db),
        await aClinic(db),
        await aClinic(db),
        await aClinic(db),
        await aClinic(db),
      ]
      const doctorId = await aDoctor(db, treats)
      const { accountId, claims } = await anEmployee(db, manages, 'manager')
      await db.query(
        `insert into app_public.employees (clinic_id, account_id, role, doctor_id, is_active, full_name) values
           ($2, $1, 'receptionist', null, true, 'Somebody'), ($3, $1, 'doctor', $4, true, 'Somebody'), ($5, $1, 'manager', null, false, 'Somebody')`,
        [accountId, receives, treats, doctorId, left],
      )
      await anEmployee(db, elsewhere, 'manager')
      await db.as(claims)
      expect(await situation(db)).toEqual({
        ...nobody,
        role: 'app_staff',
        account: accountId,
        session: claims.sid,
        staff: [manages, receives, treats],
        desk: [manages, receives],
        manager: [manages],
        doctors: [doctorId],
      })
    }))

  it('makes an administrator of an account that is one, whatever its other roles are', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const { accountId, claims } = await anEmployee(db, clinicId, 'receptionist')
      await db.query('update app_private.accounts set is_admin = true where id = $1', [accountId])
      await db.as(claims)
      expect(await situation(db)).toMatchObject({ role: 'app_admin', staff: [clinicId], desk: [clinicId], manager: [] })
    }))

  it('takes the identity from a token, never the rights', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const { customerId, claims } = await aCustomer(db)
      const other = await aCustomer(db)
      await db.as({
        ...claims,
        role: 'app_admin',
        is_admin: true,
        customer_id: other.customerId,
        staff_clinic_ids: [clinicId],
        manager_clinic_ids: [clinicId],
      })
      expect(await situation(db)).toMatchObject({ role: 'app_customer', customer: customerId, staff: [], manager: [] })
    }))

  it('looks the rights up for each request: a removed right has no effect from the next request on', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const { accountId, claims } = await anEmployee(db, clinicId, 'manager')
      await db.as(claims, async () =>
        expect(await situation(db)).toMatchObject({ role: 'app_staff', manager: [clinicId] }),
      )
      await db.query(`update app_public.employees set role = 'doctor' where account_id = $1`, [accountId])
      await db.as(claims, async () =>
        expect(await situation(db)).toMatchObject({ role: 'app_staff', staff: [clinicId], desk: [], manager: [] }),
      )
      await db.query('update app_public.employees set is_active = false where account_id = $1', [accountId])
      await db.as(claims, async () => expect(await situation(db)).toMatchObject({ role: 'app_customer', staff: [] }))
    }))

  it('refuses a session that is signed out, expired, unknown or of another account, and a closed account', () =>
    inTransaction(async (db) => {
      const { accountId, claims } = await anAccount(db)
      const other = await anAccount(db)
      for (const forged of [
        { sub: accountId },
        { sub: accountId, sid: other.claims.sid },
        { sub: other.accountId, sid: claims.sid },
        { sub: accountId, sid: '00000000-0000-0000-0000-000000000000' },
        { sub: '0', sid: claims.sid },
        { sub: null, sid: claims.sid },
        { sub: 'ann', sid: claims.sid },
        { sub: accountId, sid: 'a session' },
        { sub: '9'.repeat(30), sid: claims.sid },
        { sub: `${accountId} or true`, sid: claims.sid },
        { sub: accountId, sid: claims.sid, iss: issuer },
      ])
        await expectRefusal(db.as(forged), 'unauthenticated')

      for (const change of [
        'update app_private.sessions set revoked_at = now() where account_id = $1',
        'update app_private.sessions set expires_at = now() where account_id = $1',
        'delete from app_private.sessions where account_id = $1',
        'update app_private.accounts set is_active = false where id = $1',
      ])
        await db.undone(async () => {
          await db.asOwner()
          await db.query(change, [accountId])
          await expectRefusal(db.as(claims), 'unauthenticated')
        })
      await db.as(claims)
    }))

  it("finds the account of an external issuer's subject as an operator assigned it", () =>
    inTransaction(async (db) => {
      const { accountId, customerId } = await aCustomer(db)
      await db.query('insert into app_private.external_identities values ($1, $2, $3)', [
        issuer,
        'auth0|ann',
        accountId,
      ])
      await db.as({ iss: issuer, sub: 'auth0|ann' })
      expect(await situation(db)).toMatchObject({
        role: 'app_customer',
        account: accountId,
        session: null,
        customer: customerId,
        customers: [customerId],
      })

      for (const forged of [
        { iss: issuer, sub: 'auth0|bob' },
        { iss: 'https://other.example', sub: 'auth0|ann' },
        // The id of an account is a subject of our own tokens, not of the external issuer's.
        { iss: issuer, sub: accountId },
        { iss: null, sub: accountId },
      ])
        await expectRefusal(db.as(forged), 'unauthenticated')

      await db.asOwner()
      await db.query('update app_private.accounts set is_active = false where id = $1', [accountId])
      await expectRefusal(db.as({ iss: issuer, sub: 'auth0|ann' }), 'unauthenticated')
    }))

  it('cannot be called again with the role it set: the identity does not change within a request', () =>
    inTransaction(async (db) => {
      const { claims } = await aCustomer(db)
      const admin = await anAccount(db, { isAdmin: true })
      await db.as(claims)
      await expectRefusal(db.query('select app_private.begin_request($1)', [admin.claims]), 'insufficient_privilege')
      await expectRefusal(db.query('select app_private.person_of($1)', [admin.claims]), 'insufficient_privilege')
    }))

  it('ends with its transaction, committed or not', async () => {
    const client = new Client({ connectionString: ownerUrlOf('shared'), options: '-c role=app_authenticator' })
    await client.connect()
    try {
      for (const end of ['commit', 'rollback']) {
        await client.query('begin')
        await client.query(`select app_private.begin_request('{}')`)
        expect((await client.query('select current_user as role')).rows).toEqual([{ role: 'app_anonymous' }])
        await client.query(end)
        const { rows } = await client.query(
          `select current_user as role, current_setting('medislot.account_id', true) as account,
                  coalesce(current_setting('medislot.staff_clinic_ids', true), '') as staff`,
        )
        expect(rows).toEqual([{ role: 'app_authenticator', account: '', staff: '' }])
      }
    } finally {
      await client.end()
    }
  })
})

describe('app_authenticator, before a request begins,', () => {
  it('reads the registry of errors and the list of migrations, and writes nothing', () =>
    inTransaction(async (db) => {
      const grants = await db.query(
        `select c.oid::regclass::text as "table", privilege
         from pg_class c, unnest('{select,insert,update,delete,truncate,references,trigger}'::text[]) privilege
         where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
           and (has_table_privilege('app_authenticator', c.oid, privilege)
             or privilege in ('select', 'insert', 'update', 'references')
               and has_any_column_privilege('app_authenticator', c.oid, privilege))
         order by 1`,
      )
      expect(grants).toEqual([
        { table: 'app_hidden.error_codes', privilege: 'select' },
        { table: 'graphile_migrate.migrations', privilege: 'select' },
      ])
    }))

  it('executes begin_request, and the functions that read claims or raise refusals', () =>
    inTransaction(async (db) => {
      const functions = await db.query(
        `select p.oid::regproc::text as name from pg_proc p
         where p.pronamespace::regnamespace::text ~ '^(app|graphile)_'
           and has_schema_privilege('app_authenticator', p.pronamespace, 'usage')
           and has_function_privilege('app_authenticator', p.oid, 'execute')
         order by 1`,
      )
      expect(functions.map(({ name }) => name)).toEqual([
        'app_hidden.caller_is_unconfirmed',
        'app_hidden.current_account_id',
        'app_hidden.current_customer_id',
        'app_hidden.current_customer_ids',
        'app_hidden.current_session_id',
        'app_hidden.desk_clinic_ids',
        'app_hidden.manager_clinic_ids',
        'app_hidden.own_doctor_ids',
        'app_hidden.refuse',
        'app_hidden.staff_clinic_ids',
        'app_private.begin_request',
        'app_private.catalogue_state',
        // Servers compare this with Node's time zone data.
        'app_private.changed_time_zones',
        'app_private.clinic_utc_offsets',
        'app_private.copy_figures',
        // Figures without names, for /metrics.
        'app_private.delivery_figures',
        // What shards have the global database record.
        'app_private.has_arrived',
        'app_private.job_figures',
        // What networks have taken in several databases is counted together.
        'app_private.networks_near_limit',
        'app_private.own_network_slots',
        'app_private.person_of',
        'app_private.put_network_slots',
        'app_private.record_for_clinic',
        // Servers route requests by it.
        'app_private.shard_map',
        'app_private.tables_of_clinics',
        'app_private.waiting_figures',
      ])
    }))

  it('may create nothing, and owns nothing', () =>
    inTransaction(async (db) => {
      const schemas = await db.query(
        `select nspname from pg_namespace
         where nspname !~ '^pg_(temp|toast)' and has_schema_privilege('app_authenticator', oid, 'create')`,
      )
      expect(schemas).toEqual([])
      const roles = await db.query(
        `select rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls
         from pg_roles where rolname like 'app\\_%' order by 1`,
      )
      const none = {
        rolsuper: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolreplication: false,
        rolbypassrls: false,
      }
      expect(roles).toEqual([
        { rolname: 'app_admin', rolcanlogin: false, rolinherit: true, ...none },
        { rolname: 'app_anonymous', rolcanlogin: false, rolinherit: true, ...none },
        { rolname: 'app_authenticator', rolcanlogin: true, rolinherit: false, ...none },
        { rolname: 'app_billing', rolcanlogin: true, rolinherit: false, ...none },
        { rolname: 'app_customer', rolcanlogin: false, rolinherit: true, ...none },
        { rolname: 'app_staff', rolcanlogin: false, rolinherit: true, ...none },
      ])
    }))
})
