import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { buildSchema } from 'postgraphile/graphql'
import { listsInShards } from '../../../src/request/shards/reads/lists_in_shards.ts'
import { aPractice, unique } from '../../helpers/clinic/world.ts'
import { asSuperuser, type ClonedDatabase, cloneDatabase } from '../../helpers/database/cluster.ts'
import { type Connection, connect } from '../../helpers/database/connection.ts'

// The rules that let clinics be spread over several databases (docs/shards.md). Each query returns what breaks a rule.
const ours = `in ('app_public'::regnamespace, 'app_hidden'::regnamespace, 'app_private'::regnamespace,
  'billing'::regnamespace, 'billing_private'::regnamespace)`
/** A table's name, as in table_homes, whatever the search_path is. */
const nameOf = (table: string) => `${table}.relnamespace::regnamespace || '.' || ${table}.relname`

const unclassified = `
  select ${nameOf('c')} as table from pg_class c
  where c.relkind in ('r', 'p') and c.relnamespace ${ours}
    and not exists (select from app_private.table_homes h where h.table_name = ${nameOf('c')})`

const foreignKeysOfWrongDirection = `
  select k.conname as key from pg_constraint k
  join pg_class child on child.oid = k.conrelid join pg_class parent on parent.oid = k.confrelid
  join app_private.table_homes c on c.table_name = ${nameOf('child')}
  join app_private.table_homes p on p.table_name = ${nameOf('parent')}
  where k.contype = 'f' and not case p.home
    when 'everywhere' then true
    -- In a shard the row exists only as a copy.
    when 'global' then c.home = 'global' or p.copied_columns is not null
    -- A key that contains the clinic on both sides.
    when 'clinic' then c.home = 'clinic' and exists (
      select from unnest(k.conkey, k.confkey) as pair (here, there)
      join pg_attribute h on h.attrelid = k.conrelid and h.attnum = pair.here
      join pg_attribute t on t.attrelid = k.confrelid and t.attnum = pair.there
      where h.attname = 'clinic_id'
        and t.attname = case p.table_name when 'app_public.clinics' then 'id' else 'clinic_id' end)
  end
  order by 1`

const tablesWithAnotherHome = `
  select h.table_name as table from app_private.table_homes h
  where h.table_name not in (
      'app_public.clinics', 'app_private.clinic_moves', 'app_private.clinic_shards', 'app_private.people_of_shards',
      'app_private.returned_clinics')
    and (h.home = 'clinic') <> exists (
    select from pg_attribute a where a.attrelid = h.table_name::regclass and a.attname = 'clinic_id')`

const functionsWithoutClinic = `
  select p.pronamespace::regnamespace || '.' || p.proname as function from pg_proc p
  where p.pronamespace in ('app_public'::regnamespace, 'billing'::regnamespace)
    and p.prorettype <> 'trigger'::regtype
    and not coalesce('clinic_id' = any (p.proargnames[1:p.pronargs]), false)
  order by 1`

/** Functions about people: they run in the global database. */
const global = [
  'app_public.add_dependant',
  'app_public.change_email',
  'app_public.change_password',
  'app_public.confirm_email',
  'app_public.confirm_merge',
  'app_public.current_person',
  'app_public.end_guardianship',
  'app_public.find_human_by_document',
  'app_public.merge_customers',
  'app_public.refresh_session',
  'app_public.register_customer',
  'app_public.request_account_merge',
  'app_public.request_email_confirmation',
  'app_public.request_password_reset',
  'app_public.reset_password',
  'app_public.sign_in',
  'app_public.sign_out',
  'app_public.undo_merge',
]

/** Functions that read the copies of several clinics in the global database. available_slots does so without a clinic. */
const acrossClinics = [
  'app_public.clinic_of_booking_slot',
  'app_public.current_offers',
  'app_public.find_clinics',
  'app_public.utc_offsets',
]

/** Functions whose argument is a link's token, which names the clinic (app_private.read_link). */
const byLink = [
  'app_public.accept_offer_by_link',
  'app_public.agree_to_recording_by_link',
  'app_public.booking_by_link',
  'app_public.calendar_by_link',
  'app_public.cancel_by_link',
  'app_public.confirm_guest_booking',
  'app_public.consultation_by_link',
  'app_public.decline_offer_by_link',
  'app_public.join_by_link',
  'app_public.offer_by_link',
  'app_public.request_record_by_link',
  'app_public.reschedule_by_link',
  'app_public.wait_by_link',
]

/** Functions that read or write rows of several shards: they cannot run across databases yet. */
const spanning: Record<string, string> = {
  'app_public.accept_invitation': 'makes an account, which is global, and an employee of the clinic',
  'app_public.claimable_records': 'looks for records with the same address in all clinics',
  'app_public.clinics_with_records': 'looks for records of a person in all clinics',
  'app_public.erase_customer': 'removes what every clinic knows about a person',
  'app_public.export_customer': 'collects what every clinic knows about a person',
  'app_public.remove_customer': 'cancels the bookings of a person in all clinics',
  'billing.cancel_checkout': 'its checkout may pay for visits in several clinics',
}

let database: ClonedDatabase
let db: Connection

beforeAll(async () => {
  database = await cloneDatabase()
  db = await connect(database.url)
})
afterAll(async () => {
  await db?.close()
  await database?.drop()
})

/** Does the work in a transaction and undoes it. */
async function undone(work: () => Promise<void>): Promise<void> {
  await db.query('begin')
  try {
    await work()
  } finally {
    await db.query('rollback')
  }
}

describe('every table', () => {
  it('has a home in app_private.table_homes', () =>
    undone(async () => {
      expect(await db.query(unclassified)).toEqual([])
      await db.query('create table app_private.new_ones (id bigint primary key)')
      expect(await db.query(unclassified)).toEqual([{ table: 'app_private.new_ones' }])
    }))

  it('that is listed there exists, with the columns that are copied', () =>
    undone(async () => {
      expect(
        await db.query(
          `select h.table_name, c.name from app_private.table_homes h cross join unnest(h.copied_columns) c (name)
           where c.name <> '*' and not exists (
             select from pg_attribute a
             where a.attrelid = to_regclass(h.table_name) and a.attname = c.name and a.attgenerated = '' and a.attnum > 0)
           union all
           select h.table_name, null from app_private.table_homes h where to_regclass(h.table_name) is null`,
        ),
      ).toEqual([])
    }))

  it('whose home is the clinic has the clinic in its key, and no other table names one', () =>
    undone(async () => {
      expect(await db.query(tablesWithAnotherHome)).toEqual([])
      await db.query(`update app_private.table_homes set home = 'everywhere' where table_name = 'app_public.absences'`)
      expect(await db.query(tablesWithAnotherHome)).toEqual([{ table: 'app_public.absences' }])
    }))

  it('that is copied has copies of its primary key, and of all columns that need a value', () =>
    undone(async () => {
      expect(
        await db.query(
          `select h.table_name, a.attname from app_private.table_homes h
           join pg_attribute a on a.attrelid = h.table_name::regclass and a.attnum > 0 and not a.attisdropped
           left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
           where not h.copied_columns @> '{*}' and a.attname <> all (h.copied_columns)
             and (a.attnum = any (i.indkey) or a.attnotnull and not a.atthasdef)`,
        ),
      ).toEqual([])
    }))
})

describe('every foreign key', () => {
  it('refers to rows that are in the same database: of the same clinic, of people who are copied, or of all databases', () =>
    undone(async () => {
      expect(await db.query(foreignKeysOfWrongDirection)).toEqual([])
    }))

  it.each([
    ['of people that refers to a clinic', 'app_public.customers', 'clinic_id', 'app_public.clinics (id)'],
    ['of one clinic that leaves out the clinic', 'app_public.absences', 'other_id', 'app_public.clinics (id)'],
    ['to people of whom shards have no copies', 'app_public.absences', 'feed', 'app_private.patient_feeds (id)'],
  ])('%s is noticed', (_, table, column, parent) =>
    undone(async () => {
      await aConstraint(table, column, parent)
      expect(await db.query(foreignKeysOfWrongDirection)).toEqual([{ key: 'wrong_way' }])
    }),
  )
})

async function aConstraint(home: string, column: string, parent: string): Promise<void> {
  await db.query(`create table app_private.new_ones (${column} bigint)`)
  await db.query(
    `insert into app_private.table_homes (table_name, home)
     select 'app_private.new_ones', home from app_private.table_homes where table_name = $1`,
    [home],
  )
  await db.query(
    `alter table app_private.new_ones add constraint wrong_way foreign key (${column}) references ${parent}`,
  )
}

describe('every function of the API', () => {
  it('takes the clinic, or is one of those that are listed here', () =>
    undone(async () => {
      const found = (await db.query(functionsWithoutClinic)).map((row) => row.function)
      expect(found).toEqual([...global, ...acrossClinics, ...byLink, ...Object.keys(spanning)].sort())
    }))
})

describe('every list of the API', () => {
  it('of a clinic whose rows the global database lacks is read in all databases', async () => {
    const found = await db.query(
      `select initcap(replace(split_part(table_name, '.', 2), '_', ' ')) as name from app_private.table_homes
       where home = 'clinic' and copied_columns is null or table_name = 'billing.checkouts'`,
    )
    const query = buildSchema(readFileSync('schema.graphql', 'utf8')).getQueryType()?.getFields() ?? {}
    const lists = found
      .map(({ name }) => name.replaceAll(' ', '').replace(/^./, (first: string) => first.toLowerCase()))
      .flatMap((name) => [name, `${name}s`])
      .filter((name) => query[name]?.args.some((argument) => argument.name === 'orderBy'))
    expect(lists.length).toBeGreaterThan(30)
    // A view of notifications.
    expect([...listsInShards].sort()).toEqual([...lists, 'lateNotifications'].sort())
  })
})

describe('reads across clinics', () => {
  const reader = `reads_copies_${randomBytes(6).toString('hex')}`

  // The functions of this database run with the rights of their caller, and the caller may read of the clinics' tables only what
  // is copied.
  beforeAll(async () => {
    await asSuperuser(`create role ${reader} bypassrls; grant ${reader} to medislot`)
    await db.query(`do $$
      declare
        one record;
      begin
        for one in select p.oid::regprocedure as signature from pg_proc p where p.pronamespace ${ours} and p.prosecdef loop
          execute format('alter function %s security invoker', one.signature);
        end loop;
        for one in select * from app_private.table_homes where home <> 'clinic' or copied_columns is not null loop
          execute format('grant select %s on %s to ${reader}',
            case when one.home = 'clinic' and one.copied_columns <> '{*}' then
              format('(%s)', array_to_string(one.copied_columns || (
                select array_agg(a.attname::text) from pg_attribute a
                where a.attrelid = one.table_name::regclass and a.attgenerated <> ''), ', ')) end,
            one.table_name);
        end loop;
      end
      $$`)
    for (const schema of ['app_public', 'app_hidden', 'app_private', 'public'])
      await db.query(`grant usage on schema ${schema} to ${reader};
        grant execute on all functions in schema ${schema} to ${reader}`)
  })
  afterAll(async () => {
    await db.query(`drop owned by ${reader}`)
    await asSuperuser(`drop role ${reader}`)
  })

  /** The rows that the owner reads, once it is certain that the reader of copies gets the same. */
  async function readBoth(statement: string, values: unknown[] = []): Promise<object[]> {
    const all = await db.query(statement, values)
    await db.query(`set role ${reader}`)
    try {
      expect(await db.query(statement, values)).toEqual(all)
    } finally {
      await db.query('reset role')
    }
    return all
  }

  it.each([
    ['from now on', ''],
    ['with a specialization', 'specialization_id => $1'],
    ['in nearby time zones', `near_time_zone => 'Europe/Berlin'`],
    ['on a date', 'from_date => current_date + 1, to_date => current_date + 5, specialization_id => $1'],
  ])('find free slots %s in what is copied', async (_, options) => {
    const { clinicId, doctorId, slotId } = await aPractice(db)
    const { id } = await db.one('insert into app_public.specializations (name) values ($1) returning id', [
      unique('Specialization'),
    ])
    await db.query('insert into app_public.doctor_specializations values ($1, $2, $3)', [clinicId, doctorId, id])
    const found = await readBoth(
      `select booking_slot_id as id from app_public.available_slots(${options})`,
      options.includes('$1') ? [id] : [],
    )
    expect(found).toContainEqual({ id: slotId })
  })

  it('find clinics in what is copied', async () => {
    const { clinicId } = await aPractice(db)
    const { name } = await db.one('select name from app_public.clinics where id = $1', [clinicId])
    expect(await readBoth('select id from app_public.find_clinics($1)', [name])).toEqual([{ id: clinicId }])
  })

  it('find the clinic of a slot in what is copied', async () => {
    const { clinicId, slotId } = await aPractice(db)
    const found = await readBoth('select app_public.clinic_of_booking_slot($1) as id', [slotId])
    expect(found).toEqual([{ id: clinicId }])
  })

  it('cannot read columns that are not copied', async () => {
    await expect(readBoth('select note from app_public.bookings')).rejects.toMatchObject({ code: '42501' })
  })
})
