import { createHash } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { migrate } from 'graphile-migrate'
import type { EmbeddedServer } from '../../../src/database/embedded/embedded.ts'
import { committedHashes, migrateSettings } from '../../../src/database/migrations.ts'
import { log } from '../../../src/process/log.ts'
import { faultsOfLimits } from '../../../src/shards/replication.ts'
import { aClinic, aDoctor, anAccount, aSlot, unique } from '../../helpers/clinic/world.ts'
import { type Connection, connect } from '../../helpers/database/connection.ts'
import { expectRefusal } from '../../helpers/database/database.ts'
import { describeWithLibrary } from '../../helpers/postgresql/debian.ts'
import { type StockPostgresql, startStockPostgresql } from '../../helpers/postgresql/stock_postgresql.ts'
import { runToEnd } from '../../helpers/programs/program.ts'
import { addressOf, type Installation, type Servers, startInstallation } from '../../helpers/shards/shards.ts'
import { eventually } from '../../helpers/time/eventually.ts'
import { claimsOf, password, type Tokens } from '../../sql/identity/sessions.ts'

// A global database and two shards, each on a PostgreSQL of its own, made by `npm run shards` as an operator would.

let installation: Installation
let global: Connection
let shards: [Connection, Connection]

beforeAll(async () => {
  log.level = 'silent'
  installation = await startInstallation(2, leaveSlots, {})
  global = installation.global
  shards = installation.databases as [Connection, Connection]
})

afterAll(() => installation?.remove())

/** Leaves the slots of shard 1, as an attempt that was interrupted before there was a subscription. */
async function leaveSlots([global, shard]: Servers['servers']): Promise<void> {
  for (const [server, name] of [
    [global, 'medislot_people_1'],
    [shard, 'medislot_clinics_1'],
  ] as [EmbeddedServer, string][]) {
    const superuser = await connect(server.superuserUrl('medislot'))
    await superuser.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [name])
    await superuser.close()
  }
}

const address = (number: number) => addressOf(installation.servers[number] as Servers['servers'][number])
const add = (number: number) => installation.shards('add', String(number), address(number))

interface Practice {
  clinicId: string
  slotId: string
}

/** A clinic with a free slot, in a shard. */
async function aShardedPractice(shard: Connection, hours = 48): Promise<Practice> {
  const clinicId = await aClinic(shard)
  return { clinicId, slotId: await aSlot(shard, clinicId, await aDoctor(shard, clinicId), hours) }
}

/** Registers a patient in the global database, as the API does. */
async function registered(): Promise<Tokens> {
  const email = `${unique('ann').replace(' ', '-')}@test.example`
  const tokens = await global.request({}, () =>
    global.one<Tokens>('select * from app_public.register_customer($1, $2, $3)', [email, password, 'Ann']),
  )
  // Patients who have not confirmed their address book with limits that do not matter here.
  await global.query('update app_private.accounts set email_verified_at = now() where id = $1', [tokens.account_id])
  return tokens
}

/** Books in a shard as soon as it knows the person. */
const books = (shard: Connection, person: Tokens, { clinicId, slotId }: Practice) =>
  eventually(
    () =>
      shard.request(claimsOf(person), () =>
        shard.one<{ id: string }>('select id from app_public.book_slot($1, $2)', [clinicId, slotId]),
      ),
    'the booking',
  )

describe('people', () => {
  it('who registered in the global database can book in each shard with their session', async () => {
    const person = await registered()
    for (const shard of shards) {
      const practice = await aShardedPractice(shard, 48 + 24 * shards.indexOf(shard))
      await books(shard, person, practice)
      expect(
        await shard.query('select full_name from app_public.clinic_customers where clinic_id = $1', [
          practice.clinicId,
        ]),
      ).toEqual([{ full_name: 'Ann' }])
    }
  })

  it('who sign out are refused by the shards', async () => {
    const person = await registered()
    const current = (shard: Connection) =>
      shard.request(claimsOf(person), () => shard.one('select app_hidden.current_account_id() as id'))
    for (const shard of shards)
      expect(await eventually(() => current(shard), 'the session')).toEqual({ id: person.account_id })
    await global.request(claimsOf(person), () => global.query('select app_public.sign_out()'))
    for (const shard of shards) {
      await eventually(
        () =>
          current(shard).then(
            () => false,
            () => true,
          ),
        'the end of the session',
      )
      await expectRefusal(current(shard), 'unauthenticated')
    }
  })

  it('change their profile in the global database, and the records of their clinics follow', async () => {
    const [shard] = shards
    const person = await registered()
    const { clinicId, slotId } = await aShardedPractice(shard)
    await books(shard, person, { clinicId, slotId })
    await global.request(claimsOf(person), () =>
      global.query(
        `update app_public.customers set full_name = 'Ann Smith', phone = '030 123456' where account_id = $1`,
        [person.account_id],
      ),
    )
    const record = await eventually(async () => {
      const found = await shard.one('select * from app_public.clinic_customers where clinic_id = $1', [clinicId])
      return found.full_name === 'Ann Smith' && found
    }, 'the new name')
    // Computed by a trigger of the shard, from the country of the clinic.
    expect(record).toMatchObject({ phone: '030 123456', phone_e164: '+4930123456', row_version: 2 })
  })

  it('cannot be changed in a shard, not even by the owner', async () => {
    const [shard] = shards
    await registered()
    await eventually(async () => (await shard.query('select from app_public.customers')).length > 0, 'the copy')
    const attempts = [
      `insert into app_public.customers (full_name) values ('Bob')`,
      `update app_public.customers set phone = '1'`,
      'delete from app_private.sessions',
      'truncate app_private.sessions cascade',
      `insert into app_public.specializations (name) values ('Cardiology')`,
      `select app_public.register_customer('bob@test.example', '${password}', 'Bob')`,
    ]
    for (const attempt of attempts) await expectRefusal(shard.query(attempt), 'not_here')
  })

  it('have no hash of their password in a shard', async () => {
    const person = await registered()
    for (const shard of shards) {
      const account = await eventually(async () => {
        const [found] = await shard.query('select * from app_private.accounts where id = $1', [person.account_id])
        return found
      }, 'the copy')
      expect(account.password_hash).toBeNull()
    }
  })
})

describe('clinics', () => {
  it('get ids of their shard, and are entered in the map', async () => {
    for (const [index, shard] of shards.entries()) {
      const { clinicId, slotId } = await aShardedPractice(shard)
      for (const id of [clinicId, slotId]) expect(BigInt(id) / 1_000_000_000_000n).toBe(BigInt(index + 1))
      const mapped = await eventually(async () => {
        const [found] = await global.query('select shard_id from app_private.clinic_shards where clinic_id = $1', [
          clinicId,
        ])
        return found
      }, 'the clinic in the map')
      expect(mapped).toEqual({ shard_id: index + 1 })
    }
  })

  it('of all shards are found by searches in the global database; booked slots are not', async () => {
    const practices = [await aShardedPractice(shards[0]), await aShardedPractice(shards[1])]
    const free = async () => {
      const found = await global.query('select booking_slot_id as id from app_public.available_slots(page_size => 100)')
      return practices.map(({ slotId }) => found.some(({ id }) => id === slotId))
    }
    await eventually(async () => (await free()).every(Boolean), 'both slots')
    await books(shards[0], await registered(), practices[0] as Practice)
    await eventually(async () => !(await free())[0], 'the end of the slot')
    expect(await free()).toEqual([false, true])
  })

  it('have the bookings of a patient copied, without notes and reasons', async () => {
    const person = await registered()
    const [shard] = shards
    const practice = await aShardedPractice(shard)
    const { id } = await books(shard, person, practice)
    await shard.query(`update app_public.bookings set note = 'private' where id = $1`, [id])
    const mine = () =>
      global.request(claimsOf(person), () =>
        global.query('select id, status, note, clinic_id from app_public.bookings'),
      )
    await eventually(async () => (await mine()).length === 1, 'the booking')
    expect(await mine()).toEqual([{ id, status: 'booked', note: null, clinic_id: practice.clinicId }])
    await shard.request(claimsOf(person), () =>
      shard.query('select app_public.cancel_booking($1, $2)', [practice.clinicId, id]),
    )
    await eventually(async () => (await mine())[0]?.status === 'cancelled', 'the cancellation')
  })

  it('can be booked in their shard only', async () => {
    const person = await registered()
    const { clinicId, slotId } = await aShardedPractice(shards[0])
    await eventually(
      async () => (await global.query('select from app_public.booking_slots where id = $1', [slotId])).length > 0,
      'the copy of the slot',
    )
    const booked = global.request(claimsOf(person), () =>
      global.query('select app_public.book_slot($1, $2)', [clinicId, slotId]),
    )
    await expectRefusal(booked, 'not_here')
  })

  it('change the state of the catalogue when their copies arrive', async () => {
    const state = async () => (await global.one('select app_private.catalogue_state() as state')).state
    const before = await state()
    await aClinic(shards[1])
    await eventually(async () => (await state()) !== before, 'another state')
  })

  it('of the global database stay there, and are not in the map', async () => {
    const clinicId = await aClinic(global)
    expect(BigInt(clinicId)).toBeLessThan(1_000_000_000_000n)
    expect(await global.query('select from app_private.clinic_shards where clinic_id = $1', [clinicId])).toEqual([])
  })
})

describe('npm run shards -- add', () => {
  it('replaces the slots that an interrupted attempt has left', async () => {
    const superuser = await connect((installation.servers[0] as EmbeddedServer).superuserUrl())
    await eventually(async () => {
      const used = await superuser.query('select slot_name from pg_replication_slots where active order by 1')
      return used.map(({ slot_name }) => slot_name).join() === 'medislot_people_1,medislot_people_2'
    }, 'both slots to be in use')
    await superuser.close()
  })

  it('changes nothing when it is repeated', async () => {
    expect(await add(1)).toMatchObject({ code: 0, stdout: `${address(1)} is shard 1.\n` })
    expect(await installation.shards('check')).toMatchObject({ code: 0, stdout: 'Map, clinics and copies agree.\n' })
  })

  it.each([
    ['a shard under another number', () => ['3', address(1)], /The map has .* as shard 1\.|is shard 1 already/],
    ['another database under the number of a shard', () => ['1', address(2)], /is shard 2 already/],
    ['the global database', () => ['3', address(0)], /is the global database/],
    ['a database that does not answer', () => ['3', 'postgresql://127.0.0.1:1/medislot'], /ECONNREFUSED/],
    ['what is no address', () => ['3', 'shard3'], /must look like/],
    ['a number that is none', () => ['x', address(1)], /Usage/],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await installation.shards('add', ...args())
    expect(stderr).toMatch(message)
    expect(code).toBe(1)
  })
})

describe('npm run shards -- add, with a server that trusts addresses', () => {
  it('says that it must ask for the password', async () => {
    const superuser = await connect((installation.servers[1] as EmbeddedServer).superuserUrl())
    const { file } = await superuser.one<{ file: string }>(`select current_setting('hba_file') as file`)
    const rules = await readFile(file, 'utf8')
    const rule = async (content: string) => {
      await writeFile(file, content)
      await superuser.query('select pg_reload_conf()')
    }
    await rule(`host all medislot_replication 127.0.0.1/32 trust\n${rules}`)
    try {
      await eventually(async () => {
        const { code, stderr } = await add(1)
        return code === 1 && stderr.includes('must ask medislot_replication for the password')
      }, 'the refusal')
    } finally {
      await rule(rules)
      await superuser.close()
    }
    await eventually(async () => (await add(1)).code === 0, 'the password to be asked for')
  })
})

describe('the settings of the global database', () => {
  it('are compared with what each shard needs', async () => {
    expect(await faultsOfLimits(global.client, 2)).toEqual([])
    expect(await faultsOfLimits(global.client, 24)).toEqual(
      [
        ['max_active_replication_origins', 16, 25],
        ['max_logical_replication_workers', 16, 25],
        ['max_replication_slots', 16, 25],
        ['max_wal_senders', 16, 25],
        ['max_worker_processes', 24, 26],
      ].map(
        ([name, is, least]) =>
          `the global database: ${name} is ${is} and must be at least ${least} for 24 shards (restart PostgreSQL)`,
      ),
    )
  })
})

describe('npm run shards -- status', () => {
  it('lists the shards with their clinics and the lag of the copies', async () => {
    await global.query(`insert into app_private.shards (id, address) values (3, 'postgresql://127.0.0.1:1/medislot')`)
    const { code, stdout, stderr } = await installation.shards('status')
    await global.query('delete from app_private.shards where id = 3')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.trimEnd().split('\n')).toEqual([
      ...[1, 2].map((number) =>
        expect.stringMatching(
          new RegExp(
            `^shard ${number} ${address(number)} active, \\d+ clinics, copies of people \\d+ bytes behind, copies of clinics \\d+ bytes behind$`,
          ),
        ),
      ),
      expect.stringMatching(/^shard 3 .* joining, 0 clinics, copies of people not set up, copies of clinics unknown/),
    ])
  })
})

describe('npm run shards -- check', () => {
  /** What the command reports after the statement `wrong` has been run. Then runs `mend`, which repairs the damage. */
  async function reported(wrong: [Connection, string], mend: [Connection, string]): Promise<string[]> {
    await wrong[0].query(wrong[1])
    try {
      const { code, stderr } = await installation.shards('check')
      expect(code).toBe(1)
      return stderr.trimEnd().split('\n')
    } finally {
      await mend[0].query(mend[1])
    }
  }

  it('finds no fault after the other tests', async () => {
    await anAccount(global)
    await aShardedPractice(shards[0])
    expect(await installation.shards('check')).toMatchObject({ code: 0, stderr: '' })
  })

  it('a roster is imported into a shard, and its new specializations are in all databases', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'medislot-roster-'))
    const specialization = unique('Xylology')
    try {
      await cp(join(import.meta.dirname, '../../../examples/harbour'), folder, { recursive: true })
      const doctors = await readFile(join(folder, 'doctors.csv'), 'utf8')
      await writeFile(join(folder, 'doctors.csv'), doctors.replace('General Practice', specialization))
      const imported = (number: number, ...args: string[]) =>
        runToEnd('import', {
          args: [folder, ...args],
          env: { DATABASE_URL: (installation.servers[number] as EmbeddedServer).ownerUrl() },
        })
      const byTheShard = await imported(2)
      expect(byTheShard).toMatchObject({ code: 1 })
      expect(byTheShard.stderr).toContain('import with its DATABASE_URL and --shard')
      expect(await imported(0, '--shard', '7')).toMatchObject({ code: 1, stderr: 'There is no shard 7.\n' })
      const { code, stdout } = await imported(0, '--shard', '2')
      expect(code).toBe(0)
      const [, clinicId] = /as clinic (2\d{12}): /.exec(stdout) ?? []
      expect(stdout).toContain(specialization)
      const [, shard] = shards
      const ids = await Promise.all(
        [global, ...shards].map(async (db) => {
          const find = () => db.query('select id from app_public.specializations where name = $1', [specialization])
          await eventually(async () => (await find()).length > 0, 'the specialization')
          return find()
        }),
      )
      expect(ids).toEqual(ids.map(() => ids[0]))
      const having = `select from app_public.doctor_specializations where clinic_id = $1 and specialization_id = $2`
      const values = [clinicId, ids[0]?.[0]?.id]
      expect(await shard.query(having, values)).toHaveLength(1)
      await eventually(async () => (await global.query(having, values)).length === 1, 'the copy of the doctor')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('reports a copy that was changed, a clinic that the map lost, and a trigger that was removed', async () => {
    const [shard] = shards
    const { clinicId } = await aShardedPractice(shard)
    await eventually(
      async () => (await global.query('select from app_public.doctors where clinic_id = $1', [clinicId])).length > 0,
      'the copies of the clinic',
    )
    const { id } = await global.one('insert into app_public.specializations (name) values ($1) returning id', [
      unique('Specialization'),
    ])
    const { id: doctorId } = await global.one('select id from app_public.doctors where clinic_id = $1', [clinicId])
    const values = [clinicId, doctorId, id].join(', ')
    const table = 'app_public.doctor_specializations'
    const unguarded = (change: string) =>
      `alter table ${table} disable trigger user; ${change}; alter table ${table} enable trigger user;
       alter table ${table} enable replica trigger changes_of_copies_are_noted`
    expect(
      await reported(
        [global, unguarded(`insert into ${table} values (${values})`)],
        [global, unguarded(`delete from ${table} where (clinic_id, doctor_id, specialization_id) = (${values})`)],
      ),
    ).toEqual(['shard 1: the copies of app_public.doctor_specializations differ'])
    expect(
      await reported(
        [global, `delete from app_private.clinic_shards where clinic_id = ${clinicId}`],
        [global, `insert into app_private.clinic_shards values (${clinicId}, 1)`],
      ),
    ).toEqual([`shard 1: clinic ${clinicId} is not in the map`])
    const trigger = 'trigger people_are_recorded_in_the_global_database'
    expect(
      await reported(
        [shard, `alter table app_public.customers disable ${trigger}`],
        [shard, `alter table app_public.customers enable ${trigger}`],
      ),
    ).toEqual([
      'shard 1: app_public.customers can be written here, although people are recorded in the global database',
    ])
  })

  it('reports a disabled subscription, whose copies are out of date', async () => {
    const [, shard] = shards
    const faults = await reported(
      [shard, 'alter subscription medislot_people_2 disable'],
      [shard, 'alter subscription medislot_people_2 enable'],
    )
    expect(faults).toContain('shard 2: the subscription medislot_people_2 is disabled')
  })
})

// The last test: the shard is not started again.
describeWithLibrary('postgresql-15-plproxy', '/usr/lib/postgresql/15/lib/plproxy.so', () => {
  let proxyServer: StockPostgresql
  let proxy: Connection

  beforeAll(async () => {
    proxyServer = await startStockPostgresql('/usr/lib/postgresql/15/bin/postgres')
    const superuser = await connect(proxyServer.superuserUrl)
    // The command is repeated, as after a shard was added.
    for (let times = 0; times < 2; times++) {
      const { stdout } = await installation.shards('proxy')
      await superuser.query(stdout)
    }
    const owner = installation.servers[0]?.secrets.ownerPassword
    for (const number of [0, 1, 2])
      await superuser.query(
        `create user mapping for public server medislot_${number} options (user 'medislot', password '${owner}')`,
      )
    await superuser.query('create role ann login; grant medislot_dba to ann')
    await superuser.close()
    proxy = await connect(proxyServer.superuserUrl.replace('postgres@', 'ann@'))
  })
  afterAll(async () => {
    await proxy?.close()
    await proxyServer?.remove()
  })

  const booked = ({ clinicId, slotId }: Practice, customerId: string) =>
    proxy.one('select id, status from shards.book_slot($1, $2, customer_id => $3, note => $4)', [
      clinicId,
      slotId,
      customerId,
      'by the DBA',
    ])

  /** A patient whom all shards know. */
  async function aPatient(): Promise<string> {
    const { account_id } = await registered()
    const { id } = await global.one('select id from app_public.customers where account_id = $1', [account_id])
    for (const shard of shards)
      await eventually(
        async () =>
          (
            await shard.query(
              `select from app_public.customers c join app_private.accounts a on a.id = c.account_id
               where c.id = $1 and a.email_verified_at is not null`,
              [id],
            )
          ).length > 0,
        'the copy of the customer',
      )
    return id
  }

  it('a DBA books in each shard, and after a clinic was moved, by naming only the clinic', async () => {
    const patient = await aPatient()
    for (const [index, shard] of shards.entries()) {
      const practice = await aShardedPractice(shard, 48 + 24 * index)
      const booking = await booked(practice, patient)
      expect(booking).toMatchObject({ status: 'booked' })
      const found = await shard.query('select id, note from app_public.bookings where clinic_id = $1', [
        practice.clinicId,
      ])
      expect(found).toEqual([{ id: booking.id, note: 'by the DBA' }])
      if (index === 0) {
        expect(await installation.shards('move', practice.clinicId, '2')).toMatchObject({ code: 0 })
        const cancelled = 'select status, cancelled_by from shards.cancel_booking($1, $2)'
        expect(await proxy.one(cancelled, [practice.clinicId, booking.id])).toEqual({
          status: 'cancelled',
          cancelled_by: 'clinic',
        })
      }
    }
  })

  it('a refusal by a shard keeps its SQLSTATE', async () => {
    const [shard] = shards
    const practice = await aShardedPractice(shard)
    await booked(practice, await aPatient())
    await expectRefusal(booked(practice, await aPatient()), 'slot_taken')
  })

  it('users who are not DBAs cannot call the functions, and nobody can read the password', async () => {
    const passwords = await proxy.query(
      `select umoptions from pg_user_mappings where srvname ~ '^medislot_' and umoptions is not null`,
    )
    expect(passwords).toEqual([])
    const superuser = await connect(proxyServer.superuserUrl)
    await superuser.query('revoke medislot_dba from ann')
    await superuser.close()
    await expect(proxy.query('select shards.event_head(1000000000000)')).rejects.toMatchObject({ code: '42501' })
  })

  it('every function of the API that takes a clinic can be called there', async () => {
    const all = await global.query(`
      select p.proname as name from pg_proc p
      where p.pronamespace in ('app_public'::regnamespace, 'billing'::regnamespace)
        and 'clinic_id' = any (p.proargnames[1:p.pronargs])
      order by p.proname`)
    const found = await proxy.query(`
      select p.proname as name from pg_proc p
      where p.pronamespace = 'shards'::regnamespace and p.proname not in ('number_of', 'database_of')
      order by p.proname`)
    expect(found).toEqual(all)
  })
})

describe('a migration that adds columns to what is copied, and changes rows', () => {
  const migration = `
alter table app_public.customers add column trial text;
alter table app_public.bookings add column trial int;
update app_private.table_homes set copied_columns = copied_columns || '{trial}' where table_name = 'app_public.bookings';
update app_public.customers set trial = 'of ' || id;
update app_public.doctors set full_name = full_name || ' II';
update app_public.bookings set trial = 7;
insert into app_public.specializations (name) values ('Trials');`

  /** Writes the migrations of this release and one more into a folder. */
  async function writeOneMore(folder: string): Promise<void> {
    const committed = join(folder, 'committed')
    await cp(join((await migrateSettings()).migrationsFolder, 'committed'), committed, { recursive: true })
    const previous = (await committedHashes()).at(-1)
    const hash = createHash('sha1').update(`${previous}\n${migration.trim()}\n`).digest('hex')
    await writeFile(
      join(committed, '999999-trial.sql'),
      `--! Previous: ${previous}\n--! Hash: sha1:${hash}\n--! Message: trial\n${migration}\n`,
    )
  }

  // The last test that compares all copies: the columns stay.
  it('changes each row in its own database, the copies follow, and add publishes the column', async () => {
    const practices = []
    for (const shard of shards) practices.push(await aShardedPractice(shard))
    const own = await aClinic(global)
    await aDoctor(global, own)
    const bookings: string[] = []
    for (const [index, shard] of shards.entries())
      bookings.push((await books(shard, await registered(), practices[index] as Practice)).id)

    const folder = await mkdtemp(join(tmpdir(), 'medislot-migrations-'))
    await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
    await writeOneMore(folder)
    const settings = { ...(await migrateSettings()), migrationsFolder: folder, afterAllMigrations: [] }
    for (const server of installation.servers) await migrate({ ...settings, connectionString: server.ownerUrl() })
    const { stderr } = await installation.shards('check')
    for (const number of [1, 2])
      expect(stderr).toContain(`shard ${number}: app_public.bookings is not published as app_private.table_homes says`)
    for (const number of [1, 2]) expect(await add(number)).toMatchObject({ code: 0 })
    // Changes from before the column was published are in no copy.
    expect((await installation.shards('check')).stderr.trimEnd().split('\n')).toEqual(
      [1, 2].map((number) => `shard ${number}: the copies of app_public.bookings differ`),
    )
    for (const number of [1, 2]) expect(await installation.shards('copy', String(number))).toMatchObject({ code: 0 })
    expect(await installation.shards('check')).toMatchObject({ code: 0, stderr: '' })

    for (const database of [global, ...shards]) {
      const one = (text: string) => database.one(text)
      // Each row was changed once, and not again by the migration of a database that has its copy.
      expect(await one(`select count(*)::int from app_public.doctors where full_name !~ '[^I] II$'`)).toEqual({
        count: 0,
      })
      expect(
        await one(`select count(*)::int from app_public.customers where trial is distinct from 'of ' || id`),
      ).toEqual({
        count: 0,
      })
      expect(await one(`select count(*)::int from app_public.specializations where name = 'Trials'`)).toEqual({
        count: 1,
      })
    }
    expect(await global.query('select trial from app_public.bookings where id = any ($1)', [bookings])).toEqual([
      { trial: 7 },
      { trial: 7 },
    ])
    // Outside of migrations, copies are refused as before.
    await expectRefusal(global.query('update app_public.doctors set full_name = full_name'), 'not_here')
    await expectRefusal(shards[0].query('update app_public.customers set trial = null'), 'not_here')
    // The column is copied from now on.
    await shards[0].query('update app_public.bookings set trial = 8 where id = $1', [bookings[0]])
    const copy = () => global.query('select trial from app_public.bookings where id = $1', [bookings[0]])
    await eventually(async () => (await copy())[0]?.trial === 8, 'the column in the copy')
  })
})

describe('a shard that is down', () => {
  it('is reported, while people register and the other shard books', async () => {
    await installation.servers[2]?.stop()
    const { stdout } = await installation.shards('status')
    expect(stdout).toMatch(/^shard 1 .*copies of clinics \d+ bytes behind$/m)
    expect(stdout).toMatch(/^shard 2 .*copies of clinics unknown, since the shard does not answer: /m)
    const { code, stderr } = await installation.shards('check')
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^shard 2: .* does not answer: .*\n$/)])
    await books(shards[0], await registered(), await aShardedPractice(shards[0]))
  })
})
