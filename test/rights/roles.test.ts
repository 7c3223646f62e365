import { describe, expect, it } from '@jest/globals'
import { Client, type QueryResultRow } from 'pg'
import { aPaidPractice, beginVisit, openPage, settle } from '../helpers/clinic/billing.ts'
import { serverUrlOf } from '../helpers/database/cluster.ts'
import type { Db } from '../helpers/database/database.ts'
import { databasesToAsk, fromEach, inEachDatabase } from '../helpers/shards/in_shards.ts'

// What the application's roles could do with SQL of their own, for example after an injection. The catalogue is asked,
// role by role, and where possible the statement is executed. Each query returns the rights that are too much.

const roles = ['app_anonymous', 'app_customer', 'app_staff', 'app_admin', 'app_authenticator', 'public']
const applications = roles.slice(0, -1)
const ours = `~ '^(app_|billing|graphile_)'`

/** The rows of a query, in each database. */
async function tooMuch(query: string, values: unknown[] = []): Promise<QueryResultRow[]> {
  const [first = [], ...others] = await fromEach((db) => db.query(query, values))
  for (const rows of others) expect(rows).toEqual(first)
  return first
}

describe.each(applications)('%s', (role) => {
  it('reads and writes no table of app_private and billing_private, of the jobs or of the migrations, in no column', async () => {
    expect(
      await tooMuch(
        `select c.oid::regclass, p from pg_class c, unnest('{select,insert,update,references}'::text[]) p
         where c.relnamespace::regnamespace::text ~ '^(app_private|billing_private|graphile_)' and c.relkind in ('r', 'p', 'v', 'm', 'f')
           and (has_any_column_privilege($1, c.oid, p) or has_table_privilege($1, c.oid, 'delete, truncate, trigger'))`,
        [role],
      ),
      // /readyz checks whether the database is migrated.
    ).toEqual(role === 'app_authenticator' ? [{ oid: 'graphile_migrate.migrations', p: 'select' }] : [])
  })

  it('may not truncate tables, add triggers to them or refer to them', async () => {
    expect(
      await tooMuch(
        `select c.oid::regclass from pg_class c
         where c.relnamespace::regnamespace::text ${ours} and c.relkind in ('r', 'p', 'v', 'm', 'f')
           and has_table_privilege($1, c.oid, 'truncate, references, trigger')`,
        [role],
      ),
    ).toEqual([])
  })

  it('uses no sequence', async () => {
    expect(
      await tooMuch(
        `select c.oid::regclass from pg_class c
         where c.relnamespace::regnamespace::text ${ours}
           and case c.relkind when 'S' then has_sequence_privilege($1, c.oid, 'usage, select, update') end`,
        [role],
      ),
    ).toEqual([])
  })

  it('calls no function of app_private and billing_private, except those that begin a request, say whether the catalogue has changed, list the shards, and count for /metrics', async () => {
    const found = await tooMuch(
      `select p.proname from pg_proc p
       where p.pronamespace::regnamespace::text ~ '^(app_private|billing_private|graphile_)'
         and has_schema_privilege($1, p.pronamespace, 'usage') and has_function_privilege($1, p.oid, 'execute') order by 1`,
      [role],
    )
    expect(found.map(({ proname }) => proname)).toEqual(
      role === 'app_authenticator'
        ? [
            'begin_request',
            'catalogue_state',
            'changed_time_zones',
            'clinic_utc_offsets',
            'copy_figures',
            'delivery_figures',
            'has_arrived',
            'job_figures',
            'networks_near_limit',
            'own_network_slots',
            'person_of',
            'put_network_slots',
            'record_for_clinic',
            'shard_map',
            'tables_of_clinics',
            'waiting_figures',
          ]
        : [],
    )
  })

  it('may create nothing', async () => {
    expect(
      await tooMuch(
        `select nspname from pg_namespace where nspname !~ '^pg_(temp|toast)' and has_schema_privilege($1, oid, 'create')
         union all select datname from pg_database where datname = current_database() and has_database_privilege($1, oid, 'create')`,
        [role],
      ),
    ).toEqual([])
  })

  it('is a member of the roles below it and of no others, and cannot grant them', async () => {
    const found = await tooMuch(
      `select r.rolname from pg_roles r where pg_has_role($1, r.oid, 'member') and r.rolname <> $1 order by 1`,
      [role],
    )
    const below = ['app_anonymous', 'app_customer', 'app_staff', 'app_admin']
    expect(found.map(({ rolname }) => rolname).sort()).toEqual(
      (role === 'app_authenticator' ? below : below.slice(0, below.indexOf(role))).sort(),
    )
    expect(
      await tooMuch(
        `select r.rolname from pg_roles r where r.rolname = $1
           and (r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolbypassrls or r.rolreplication)
         union all
         select m.roleid::regrole::text from pg_auth_members m where m.member = $1::regrole and m.admin_option`,
        [role],
      ),
    ).toEqual([])
  })
})

describe('app_billing, the billing process', () => {
  it('executes the functions for payments and reads nothing', async () => {
    const found = await tooMuch(
      `select p.oid::regproc::text as name from pg_proc p
       where p.pronamespace::regnamespace::text ${ours}
         and has_schema_privilege('app_billing', p.pronamespace, 'usage')
         and has_function_privilege('app_billing', p.oid, 'execute') order by 1`,
    )
    expect(found.map(({ name }) => name)).toEqual(
      [
        'checkout_of_session',
        'checkouts_to_reconcile',
        'claim_provider_calls',
        'claim_provider_events',
        'databases_of_event',
        'end_checkout',
        'finish_provider_event',
        'note_share_recorded',
        'other_databases',
        'provider_figures',
        'record_provider_call',
        'refunds_to_reconcile',
        'settle_checkout',
        'settle_refund',
        'settle_share',
        'shares_to_ask',
        'shares_to_report',
        'state_for_share',
        'store_provider_event',
      ].map((name) => `billing_private.${name}`),
    )
    expect(
      await tooMuch(
        `select c.oid::regclass, p from pg_class c, unnest('{select,insert,update,references}'::text[]) p
         where c.relnamespace::regnamespace::text ${ours} and c.relkind in ('r', 'p', 'v', 'm', 'f')
           and (has_any_column_privilege('app_billing', c.oid, p)
             or has_table_privilege('app_billing', c.oid, 'delete, truncate, trigger'))`,
      ),
      // /readyz checks whether the database is migrated.
    ).toEqual([{ oid: 'graphile_migrate.migrations', p: 'select' }])
    expect(
      await tooMuch(`select nspname from pg_namespace where nspname ${ours}
        and has_schema_privilege('app_billing', oid, 'usage') order by nspname`),
    ).toEqual([{ nspname: 'billing_private' }, { nspname: 'graphile_migrate' }])
  })

  it('is not a member of other roles, and no other role is a member of it', async () => {
    expect(
      await tooMuch(
        `select r.rolname from pg_roles r
         where r.rolname <> 'app_billing' and (pg_has_role('app_billing', r.oid, 'member')
           or r.rolname ~ '^app_' and pg_has_role(r.oid, 'app_billing', 'member'))`,
      ),
    ).toEqual([])
  })

  it('settles a checkout, and can do nothing else with it', () => {
    const settling = async (db: Db, practice: Awaited<ReturnType<typeof aPaidPractice>>) => {
      const checkout = await db.as(practice.customer.claims, () => beginVisit(db, practice, practice.slotId))
      const session = await openPage(db, checkout.id)
      await db.query('set local role app_billing')
      expect(await settle(db, session, 10_000)).toBe('booked')
      for (const statement of [
        'select * from billing.checkouts',
        'select * from billing_private.provider_accounts',
        'select * from app_public.customers',
        `select billing_private.complete_checkout(1, 1)`,
        `select billing.grant_goodwill(1, 1, 1, 'x')`,
        'select app_public.current_person()',
      ])
        await expect(db.query(statement)).rejects.toMatchObject({ code: '42501' })
    }
    return inEachDatabase(aPaidPractice, settling, ({ clinicId }) => clinicId)
  })
})

describe('new objects', () => {
  it('are accessible to nobody without a grant: default privileges grant nothing', async () => {
    expect(
      await tooMuch(
        `select d.defaclobjtype, a.grantee::regrole, a.privilege_type from pg_default_acl d, aclexplode(d.defaclacl) a
         where a.grantee <> d.defaclrole`,
      ),
    ).toEqual([])
    expect(
      await fromEach(async (db) => {
        await db.query(
          `create table app_public.later (id int); create function app_public.later() returns int language sql return 1; create sequence app_public.later_ids`,
        )
        return db.query(
          `select r from unnest($1::text[]) r
           where has_any_column_privilege(r, 'app_public.later', 'select, insert, update') or has_function_privilege(r, 'app_public.later()', 'execute')
              or has_sequence_privilege(r, 'app_public.later_ids', 'usage')`,
          [roles],
        )
      }),
    ).toEqual(databasesToAsk.map(() => []))
  })
})

describe('a session that logged in as app_authenticator', () => {
  const asAuthenticator = async (work: (client: Client) => Promise<void>) => {
    for (const name of databasesToAsk) {
      const client = new Client({ connectionString: serverUrlOf(name) })
      await client.connect()
      try {
        await work(client)
      } finally {
        await client.end()
      }
    }
  }
  const refused = { code: '42501' }

  it('cannot become the owner or any other role', () =>
    asAuthenticator(async (client) => {
      const { rows } = await client.query(
        `select nspowner::regrole::text as owner from pg_namespace where nspname = 'app_private'`,
      )
      for (const statement of [
        `set role ${rows[0].owner}`,
        'set role postgres',
        `set session authorization ${rows[0].owner}`,
        `grant ${rows[0].owner} to app_customer`,
        'alter role app_customer superuser',
        'set row_security = off; select * from app_private.accounts',
        'copy app_public.clinics to program $$true$$',
        `select pg_read_file('/etc/passwd')`,
      ])
        await expect(client.query(statement)).rejects.toMatchObject(refused)
    }))

  it('has no right to any row before a request begins', () =>
    asAuthenticator(async (client) => {
      for (const table of ['app_public.clinics', 'app_public.bookings', 'app_private.accounts'])
        await expect(client.query(`select from ${table}`)).rejects.toMatchObject(refused)
    }))

  // This is a known limit, and the reason why callers may not run SQL of their own: a request's role can set the claims
  // that its policies read.
  it('could claim another identity with SQL of its own', () =>
    asAuthenticator(async (client) => {
      await client.query(`begin; select app_private.begin_request('{}')`)
      await client.query(`set local role app_customer; set local medislot.customer_id = '1'`)
      const { rows } = await client.query('select app_hidden.current_customer_id() as id')
      expect(rows).toEqual([{ id: '1' }])
    }))
})
