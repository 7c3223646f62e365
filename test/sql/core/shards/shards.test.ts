import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { faultsOfServer } from '../../../../src/shards/replication.ts'
import { aClinic, aCustomer, anAccount, anEmployee } from '../../../helpers/clinic/world.ts'
import { asSuperuser, type ClonedDatabase, cloneDatabase, superuserUrlOf } from '../../../helpers/database/cluster.ts'
import { type Connection, connect } from '../../../helpers/database/connection.ts'
import { expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { eventually } from '../../../helpers/time/eventually.ts'

// What makes a database a shard or the global one. test/programs/shards/shards.test.ts has real ones, with replication between them.

let database: ClonedDatabase
let db: Connection
beforeEach(async () => {
  database = await cloneDatabase()
  db = await connect(database.url)
})
afterEach(async () => {
  await db?.close()
  await database?.drop()
})

const installation = '11111111-2222-3333-4444-555555555555'
const becomeShard = (id: number | null) => db.query('select app_private.become_shard($1, $2)', [id, installation])

it('a database of an installation without shards has no trigger, no publication and no range of ids for them', () =>
  inTransaction(async (shared) => {
    expect(
      await shared.query(
        `select tgname as name from pg_trigger
         where tgname ~ '^(people_are_recorded_in|people_are_not_removed|copied_clinics|clinics_are_changed_where|changes_of_copies|employment_is_noted)' or tgenabled <> 'O'
         union all select pubname from pg_publication
         union all select sequencename from pg_sequences where schemaname ~ '^(app_|billing)' and min_value <> 1`,
      ),
    ).toEqual([])
  }))

describe('become_shard', () => {
  it('gives ids of the shard, in all tables with ids of their own, and the id of the installation', async () => {
    await becomeShard(3)
    const clinicId = await aClinic(db)
    expect(clinicId).toBe('3000000000000')
    const others = await db.query(
      `select sequencename from pg_sequences
       where schemaname ~ '^(app_|billing)' and (min_value, max_value) <> (3000000000000, 3999999999999)`,
    )
    // Link keys have small numbers, because every link contains the number of its key.
    expect(others).toEqual([{ sequencename: 'link_keys_id_seq' }])
    expect(await db.query('select id, shard_id from app_private.installation')).toEqual([
      { id: installation, shard_id: 3 },
    ])
  })

  it('can be repeated, changes no id then, and protects tables that a migration added', async () => {
    await becomeShard(3)
    await aClinic(db)
    await db.query('create table app_private.new_ones (id bigint primary key)')
    await db.query(`insert into app_private.table_homes values ('app_private.new_ones', 'global')`)
    expect(await db.query('select app_private.faults_of_copies() as fault')).toContainEqual({
      fault: 'app_private.new_ones can be written here, although people are recorded in the global database',
    })
    await becomeShard(3)
    expect(await aClinic(db)).toBe('3000000000001')
    await expectRefusal(db.query('insert into app_private.new_ones values (1)'), 'not_here')
  })

  it('makes the database refuse changes of people, except those by replication', async () => {
    await becomeShard(3)
    await expectRefusal(anAccount(db), 'not_here')
    // As replication does.
    const apply = await connect(superuserUrlOf(database.name))
    await apply.query('set session_replication_role = replica')
    const { customerId } = await aCustomer(apply)
    await apply.close()
    const attempts = [
      `update app_public.customers set full_name = 'Bob' where id = ${customerId}`,
      'delete from app_public.customers',
      'truncate app_private.external_identities',
    ]
    for (const attempt of attempts) await expectRefusal(db.query(attempt), 'not_here')
  })

  it.each([null, 0, 9001])('refuses %p as the number of a shard', async (id) => {
    await expectRefusal(becomeShard(id), 'invalid_argument')
  })

  it.each([
    ['with a clinic', () => aClinic(db)],
    ['with a person', () => aCustomer(db)],
    ['that is another shard', () => becomeShard(4)],
    ['that has shards', () => db.query(`insert into app_private.shards values (4, 'postgresql://four/medislot')`)],
  ])('refuses a database %s', async (_, make) => {
    await make()
    await expectRefusal(becomeShard(3), 'shard_not_possible')
  })
})

describe('become_global', () => {
  it('enters clinics that arrive by replication in the map, and no others', async () => {
    await db.query('select app_private.become_global()')
    await db.query(`insert into app_private.shards values (2, 'postgresql://two/medislot')`)
    await aClinic(db)
    expect(await db.query('select * from app_private.clinic_shards')).toEqual([])
    const apply = await connect(superuserUrlOf(database.name))
    await apply.query('set session_replication_role = replica')
    await apply.query(
      `insert into app_public.clinics (id, name, time_zone) overriding system value values (2000000000007, 'Two', 'UTC')`,
    )
    await apply.close()
    expect(await db.query('select * from app_private.clinic_shards')).toEqual([
      { clinic_id: '2000000000007', shard_id: 2 },
    ])
    // Copies of clinics cannot be written; the clinics of this database can.
    for (const change of [
      `update app_public.clinics set name = 'New'`,
      'delete from app_public.clinics',
      `insert into app_public.doctors (clinic_id, full_name) values (2000000000007, 'New')`,
    ])
      await expectRefusal(db.query(change), 'not_here')
    await db.query(`update app_public.clinics set name = 'New' where id < 2000000000007`)
    // A specialization cannot be deleted, because a copy of a row that refers to it may be about to arrive.
    await db.query(`insert into app_public.specializations (name) values ('Xylology')`)
    await expectRefusal(db.query('delete from app_public.specializations'), 'specialization_kept')
    await db.query(`update app_public.specializations set name = 'Xylography'`)
    // A second time changes nothing.
    await db.query('select app_private.become_global()')
  })

  it('records which accounts work at a clinic, also when the membership arrives by replication', async () => {
    const [own, elsewhere] = [await anEmployee(db, await aClinic(db), 'manager'), await anAccount(db)]
    const noted = async () =>
      (await db.query('select id from app_private.accounts where works_elsewhere order by id')).map(({ id }) => id)
    expect(await noted()).toEqual([])
    await db.query('select app_private.become_global()')
    await db.query(`insert into app_private.shards values (2, 'postgresql://two/medislot')`)
    expect(await noted()).toEqual([own.accountId])

    const apply = await connect(superuserUrlOf(database.name))
    await apply.query('set session_replication_role = replica')
    for (const id of [2000000000007, 2000000000008]) {
      await apply.query(
        `insert into app_public.clinics (id, name, time_zone) overriding system value values ($1, 'Two', 'UTC')`,
        [id],
      )
      await apply.query(
        `insert into app_public.employees (id, clinic_id, account_id, role, full_name) overriding system value
         values ($1, $1, $2, 'doctor', 'Dora')`,
        [id, elsewhere.accountId],
      )
    }
    expect(await noted()).toEqual([own.accountId, elsewhere.accountId])
    // The account is noted until the person has left the last clinic.
    await apply.query('update app_public.employees set is_active = false where clinic_id = 2000000000007')
    expect(await noted()).toEqual([own.accountId, elsewhere.accountId])
    await apply.query('delete from app_public.employees where clinic_id = 2000000000008')
    await apply.query('update app_public.employees set is_active = false where account_id = $1', [own.accountId])
    expect(await noted()).toEqual([])
    const wrong = () => db.query(`select f from app_private.faults_of_copies() f where f ~ '^\\d+ accounts'`)
    expect(await wrong()).toEqual([])
    await apply.query('update app_private.accounts set works_elsewhere = true where id = $1', [own.accountId])
    await apply.close()
    expect(await wrong()).toEqual([{ f: '1 accounts do not say rightly whether they work at a clinic' }])
  })

  it('records a membership that begins while the last other one ends', async () => {
    const clinicIds = [await aClinic(db), await aClinic(db)]
    const { accountId } = await anEmployee(db, clinicIds[0] as string, 'manager')
    await db.query('select app_private.become_global()')
    const other = await connect(database.url)
    await db.query('begin')
    await db.query('update app_public.employees set is_active = false where account_id = $1', [accountId])
    let hasBegun = false
    const begins = other
      .query(
        `insert into app_public.employees (clinic_id, account_id, role, full_name) values ($1, $2, 'manager', 'Mona')`,
        [clinicIds[1], accountId],
      )
      .then(() => {
        hasBegun = true
      })
    const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await eventually(async () => hasBegun || (await db.query(waits)).length > 0, 'the change of the same account')
    await db.query('commit')
    await begins
    await other.close()
    expect(await db.query('select works_elsewhere as works from app_private.accounts')).toEqual([{ works: true }])
  })

  it('lets a manager of its own clinics end a membership, and then records that in the account', async () => {
    const clinicId = await aClinic(db)
    const [manager, colleague] = [await anEmployee(db, clinicId, 'manager'), await anEmployee(db, clinicId, 'doctor')]
    await db.query('select app_private.become_global()')
    await db.request(manager.claims, () =>
      db.query('update app_public.employees set is_active = false where id = $1', [colleague.employeeId]),
    )
    expect(await db.query('select id from app_private.accounts where works_elsewhere')).toEqual([
      { id: manager.accountId },
    ])
  })

  it('refuses a shard', async () => {
    await becomeShard(3)
    await expectRefusal(db.query('select app_private.become_global()'), 'shard_not_possible')
  })
})

describe('publish_copies', () => {
  beforeAll(() => asSuperuser('create role medislot_replication'))
  afterAll(() => asSuperuser('drop role medislot_replication'))

  const published = async () =>
    (
      await db.query(
        `select schemaname || '.' || tablename as table from pg_publication_tables where pubname = 'medislot_copies' order by 1`,
      )
    ).map(({ table }) => table)
  const homes = async (home: string) =>
    (
      await db.query(
        `select table_name as table from app_private.table_homes where home = $1 and copied_columns is not null
         order by table_name`,
        [home],
      )
    ).map(({ table }) => table)

  it.each([
    ['people in the global database', 'global'],
    ['clinics in a shard', 'clinic'],
  ])('publishes %s, and can be repeated', async (_, home) => {
    if (home === 'clinic') await becomeShard(3)
    await db.query('select app_private.publish_copies()')
    await db.query('select app_private.publish_copies()')
    expect(await published()).toEqual(await homes(home))
    expect(await db.query('select app_private.faults_of_copies() as fault')).toEqual([])
  })

  it('lets the login for replication read only what is published', async () => {
    await db.query('select app_private.publish_copies()')
    await asSuperuser('grant medislot_replication to medislot')
    await db.query('set role medislot_replication')
    await db.query('select id, email from app_private.accounts')
    for (const secret of ['password_hash from app_private.accounts', 'from app_private.refresh_tokens'])
      await expect(db.query(`select ${secret}`)).rejects.toMatchObject({ code: '42501' })
    await db.query('reset role')
  })

  it('is compared by faults_of_copies with the homes of tables, column by column', async () => {
    await db.query('select app_private.publish_copies()')
    await db.query(
      `update app_private.table_homes set copied_columns = copied_columns || '{new_email}' where table_name = 'app_private.accounts'`,
    )
    await db.query(`update app_private.table_homes set copied_columns = null where table_name = 'app_private.humans'`)
    expect(await db.query('select app_private.faults_of_copies() as fault')).toEqual(
      ['accounts', 'humans'].map((table) => ({
        fault: `app_private.${table} is not published as app_private.table_homes says`,
      })),
    )
  })
})

describe('digest_of_copy', () => {
  const digest = async (table: string, clinics: string[] | null = null) =>
    (await db.one('select app_private.digest_of_copy($1, $2) as digest', [table, clinics])).digest

  it('changes with a column that is copied, and not with another one', async () => {
    const { accountId } = await anAccount(db)
    const before = await digest('app_private.accounts')
    expect(before).toMatch(/^1 rows, /)
    await db.query(`update app_private.accounts set password_hash = 'x' where id = $1`, [accountId])
    expect(await digest('app_private.accounts')).toBe(before)
    await db.query('update app_private.accounts set is_active = false where id = $1', [accountId])
    expect(await digest('app_private.accounts')).not.toBe(before)
  })

  it('covers only some clinics, if they are given', async () => {
    const [one, other] = [await aClinic(db), await aClinic(db)]
    const before = await digest('app_public.policies', [one])
    await db.query('update app_public.policies set language = $2 where clinic_id = $1', [other, 'de'])
    expect(await digest('app_public.policies', [one])).toBe(before)
    expect(await digest('app_public.clinics', [])).toBe('0 rows, 0')
  })

  it('refuses tables that are not copied', async () => {
    for (const table of ['app_private.refresh_tokens', 'pg_catalog.pg_authid', 'app_public.clinics; select 1'])
      await expectRefusal(digest(table), 'invalid_argument')
  })
})

it('a server whose wal_level is not logical is reported', async () => {
  const faults = await faultsOfServer(db.client, 'shard 3')
  expect(faults).toContainEqual(expect.stringMatching(/^shard 3: (wal_level is replica|shards need PostgreSQL 16)/))
})

describe('shard_map', () => {
  it('is empty in an installation of one database', async () => {
    await aClinic(db)
    expect(await db.query('select * from app_private.shard_map()')).toEqual([])
  })

  it('lists the active shards with the clinics whose id has another number, and such clinics of the global database', async () => {
    await db.query(
      `insert into app_private.shards (id, address, state) values
         (1, 'postgresql://one.example/medislot', 'active'), (2, 'postgresql://two.example/medislot', 'active'),
         (3, 'postgresql://three.example/medislot', 'joining')`,
    )
    await db.query(
      `insert into app_private.clinic_shards (clinic_id, shard_id) values
         (1000000000000, 1), (1999999999999, 1), (1000000000001, 2), (2000000000000, 2), (7, 2)`,
    )
    expect(await db.query('select * from app_private.shard_map()')).toEqual([
      { shard_id: 1, address: 'postgresql://one.example/medislot', moved_clinic_ids: [] },
      { shard_id: 2, address: 'postgresql://two.example/medislot', moved_clinic_ids: ['7', '1000000000001'] },
    ])
    for (const clinicId of ['1999999999999', '7'])
      await db.query('select app_private.map_clinic($1, 0), app_private.map_clinic($1, 0)', [clinicId])
    const rows = () => db.query('select shard_id, moved_clinic_ids as ids from app_private.shard_map()')
    expect(await rows()).toEqual([
      { shard_id: 0, ids: ['1999999999999'] },
      { shard_id: 1, ids: [] },
      { shard_id: 2, ids: ['1000000000001'] },
    ])
    await db.query('select app_private.map_clinic(1999999999999, 2)')
    expect(await rows()).toEqual([
      { shard_id: 1, ids: [] },
      { shard_id: 2, ids: ['1000000000001', '1999999999999'] },
    ])
  })
})

describe('tables_of_clinics', () => {
  const described = (name: string) =>
    db.query(
      'select is_copied as copied, readers, seen_by as "seenBy" from app_private.tables_of_clinics() where table_name = $1',
      [name],
    )

  it.each([
    ['app_public.bookings', true, 'app_customer', 'customers'],
    ['app_public.rebooking_list', false, 'app_staff', 'staff'],
    ['app_public.notifications', false, 'app_customer', 'customers'],
    ['billing.prices', false, 'app_anonymous', 'everybody'],
    ['app_private.messages', false, null, 'staff'],
    // A view, of messages that patients see.
    ['app_public.late_notifications', false, 'app_staff', 'customers'],
  ])(
    'returns for %s whether it is copied (%s), who may read it and who sees rows',
    async (name, copied, readers, seenBy) => {
      expect(await described(name)).toEqual([{ copied, readers, seenBy }])
    },
  )

  it('returns which columns copies lack', async () => {
    const lacking = 'select not_copied as columns from app_private.tables_of_clinics() where table_name = $1'
    const { columns } = await db.one<{ columns: string[] }>(lacking, ['app_public.bookings'])
    expect(columns).toEqual(expect.arrayContaining(['note', 'cancellation_reason']))
    expect(columns).not.toContain('status')
    for (const none of ['app_public.clinics', 'app_public.notifications'])
      expect(await db.query(lacking, [none])).toEqual([{ columns: [] }])
  })

  it('follows the privileges and policies of a table, and returns only tables of clinics', async () => {
    await db.query(
      'create policy everybody_sees_them on app_public.rebooking_list for select to app_customer using (true)',
    )
    await db.query('grant select on app_public.rebooking_list to app_customer')
    expect(await described('app_public.rebooking_list')).toEqual([
      { copied: false, readers: 'app_customer', seenBy: 'everybody' },
    ])
    expect(await described('app_public.customers')).toEqual([])
  })
})
