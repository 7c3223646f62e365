import { describe, expect, it } from '@jest/globals'
import { Client, type QueryResultRow } from 'pg'
import { testCluster } from '../helpers/cluster.ts'
import { inTransaction } from '../helpers/database.ts'

// What the roles of the application could do with SQL of their own, if somebody got so far: asked of the catalogue, role
// by role, and where it can be tried, tried. Each query gives what is too much.

const roles = ['app_anonymous', 'app_customer', 'app_staff', 'app_admin', 'app_authenticator', 'public']
const applications = roles.slice(0, -1)
const ours = `~ '^(app_|graphile_)'`

const tooMuch = (query: string, values: unknown[] = []): Promise<QueryResultRow[]> =>
  inTransaction((db) => db.query(query, values))

describe.each(applications)('%s', (role) => {
  it('reads and writes no table of app_private, of the jobs or of the migrations, in no column', async () => {
    expect(
      await tooMuch(
        `select c.oid::regclass, p from pg_class c, unnest('{select,insert,update,references}'::text[]) p
         where c.relnamespace::regnamespace::text ~ '^(app_private|graphile_)' and c.relkind in ('r', 'p', 'v', 'm', 'f')
           and (has_any_column_privilege($1, c.oid, p) or has_table_privilege($1, c.oid, 'delete, truncate, trigger'))`,
        [role],
      ),
      // Whether the database is migrated is what /readyz asks.
    ).toEqual(role === 'app_authenticator' ? [{ oid: 'graphile_migrate.migrations', p: 'select' }] : [])
  })

  it('empties, locks with triggers, or refers to no table', async () => {
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

  it('calls no function of app_private, but for what opens a request and counts for /metrics', async () => {
    const found = await tooMuch(
      `select p.proname from pg_proc p
       where p.pronamespace::regnamespace::text ~ '^(app_private|graphile_)' 
         and has_schema_privilege($1, p.pronamespace, 'usage') and has_function_privilege($1, p.oid, 'execute') order by 1`,
      [role],
    )
    expect(found.map(({ proname }) => proname)).toEqual(
      role === 'app_authenticator'
        ? ['begin_request', 'changed_time_zones', 'clinic_utc_offsets', 'delivery_figures', 'job_figures', 'person_of']
        : [],
    )
  })

  it('makes nothing, nowhere', async () => {
    expect(
      await tooMuch(
        `select nspname from pg_namespace where nspname !~ '^pg_(temp|toast)' and has_schema_privilege($1, oid, 'create')
         union all select datname from pg_database where datname = current_database() and has_database_privilege($1, oid, 'create')`,
        [role],
      ),
    ).toEqual([])
  })

  it('is member of the roles below it and of nothing else, and of none that may pass rights on', async () => {
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

describe('what is made later', () => {
  it('is nobody’s until somebody decides: default privileges give nothing to anybody', async () => {
    expect(
      await tooMuch(
        `select d.defaclobjtype, a.grantee::regrole, a.privilege_type from pg_default_acl d, aclexplode(d.defaclacl) a
         where a.grantee <> d.defaclrole`,
      ),
    ).toEqual([])
    expect(
      await inTransaction(async (db) => {
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
    ).toEqual([])
  })
})

describe('a session that logged in as app_authenticator', () => {
  const asAuthenticator = async (work: (client: Client) => Promise<void>) => {
    const url = new URL(testCluster().serverUrl)
    url.pathname = '/shared'
    const client = new Client({ connectionString: url.href })
    await client.connect()
    try {
      await work(client)
    } finally {
      await client.end()
    }
  }
  const refused = { code: '42501' }

  it('becomes neither the owner nor anybody else, by any way to become somebody', () =>
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

  it('has, before a request is opened, no right to any row', () =>
    asAuthenticator(async (client) => {
      for (const table of ['app_public.clinics', 'app_public.bookings', 'app_private.accounts'])
        await expect(client.query(`select from ${table}`)).rejects.toMatchObject(refused)
    }))

  // This is how it is, and why nobody may bring SQL of their own: a request's role can set what its policies read.
  it('could claim to be somebody else, had it SQL of its own', () =>
    asAuthenticator(async (client) => {
      await client.query(`begin; select app_private.begin_request('{}')`)
      await client.query(`set local role app_customer; set local medislot.customer_id = '1'`)
      const { rows } = await client.query('select app_hidden.current_customer_id() as id')
      expect(rows).toEqual([{ id: '1' }])
    }))
})
