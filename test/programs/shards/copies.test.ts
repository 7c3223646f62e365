import { appendFile, chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { copyCluster } from '../../../src/database/embedded/copy_cluster.ts'
import { log } from '../../../src/process/log.ts'
import { aClinic, aCustomer, aDoctor, anAccount, aSlot, type Customer } from '../../helpers/clinic/world.ts'
import { type Connection, connect } from '../../helpers/database/connection.ts'
import { type Claims, expectRefusal } from '../../helpers/database/database.ts'
import { type Installation, startInstallation } from '../../helpers/shards/shards.ts'
import { eventually } from '../../helpers/time/eventually.ts'
import { anAddress, claimsOf, password, type Tokens } from '../../sql/identity/sessions.ts'

// `npm run shards -- copy` after a slot was lost to max_slot_wal_keep_size, and after a shard or the global database was restored
// from a backup.

let installation: Installation
let global: Connection
let shard: Connection
let second: Connection
let superusers: Connection[]

beforeAll(async () => {
  log.level = 'silent'
  installation = await startInstallation(2)
  global = installation.global
  ;[shard, second] = installation.databases as [Connection, Connection]
  superusers = await Promise.all(installation.servers.map((server) => connect(server.superuserUrl('medislot'))))
})
afterAll(async () => {
  for (const superuser of superusers ?? []) await superuser.close()
  await installation?.remove()
})

/** A patient whom the shard knows. */
async function aPatient(): Promise<Customer> {
  const patient = await aCustomer(global)
  // The customer is written after the account and the session.
  await eventually(
    async () => (await shard.query('select from app_public.customers where id = $1', [patient.customerId])).length > 0,
    'the copy of the customer',
  )
  return patient
}
const isKnown = async ({ accountId }: Customer) =>
  (await shard.query('select from app_private.sessions where account_id = $1', [accountId])).length > 0

async function books(
  { claims }: Pick<Customer, 'claims'>,
  clinicId: string,
  hours: number,
  at = shard,
): Promise<string> {
  const slotId = await aSlot(at, clinicId, await aDoctor(at, clinicId), hours)
  const { id } = await at.request(claims, () =>
    at.one<{ id: string }>('select id from app_public.book_slot($1, $2)', [clinicId, slotId]),
  )
  return id
}

/** Stops a subscription, lets something happen, and writes so much that the publisher no longer keeps the log for it. */
async function loses(publisher: number, name: string, happens: () => Promise<unknown>): Promise<void> {
  const [sender, receiver] = (publisher === 0 ? [superusers[0], shard] : [superusers[1], global]) as [
    Connection,
    Connection,
  ]
  await receiver.query(`alter subscription ${name} disable`)
  await happens()
  await sender.query(`alter system set max_slot_wal_keep_size = '1MB'`)
  await sender.query('select pg_reload_conf()')
  await eventually(async () => {
    await sender.query(`create table if not exists public.filler (text text)`)
    await sender.query(`insert into public.filler select repeat('x', 100)`)
    await sender.query('select pg_switch_wal()')
    await sender.query('checkpoint')
    const { status } = await sender.one('select wal_status as status from pg_replication_slots where slot_name = $1', [
      name,
    ])
    return status === 'lost'
  }, 'the loss of the slot')
  await sender.query('drop table public.filler')
  await sender.query('alter system reset max_slot_wal_keep_size')
  await sender.query('select pg_reload_conf()')
}

const bookingInGlobal = async (id: string) =>
  (await global.query('select status from app_public.bookings where id = $1', [id]))[0]?.status

async function agrees(): Promise<void> {
  expect(await installation.shards('check')).toMatchObject({ code: 0, stderr: '' })
}

/** Makes the copies of a shard again, which succeeds. */
async function copies(number = 1): Promise<void> {
  const { code, stdout, stderr } = await installation.shards('copy', String(number))
  expect([code, stdout, code && stderr]).toEqual([0, `The copies of shard ${number} are complete.\n`, 0])
}

describe('when the log of people was lost', () => {
  it('their copies are made again: new people, profiles with the records that follow them, ended sessions', async () => {
    const clinicId = await aClinic(shard)
    const [ann, bob] = [await aPatient(), await aPatient()]
    await books(ann, clinicId, 48)
    let late: Customer | undefined
    await loses(0, 'medislot_people_1', async () => {
      await global.query(`update app_public.customers set full_name = 'Ann New' where id = $1`, [ann.customerId])
      await global.query('delete from app_private.sessions where account_id = $1', [bob.accountId])
      late = await aCustomer(global)
    })
    const lost = /^shard 1: the slot medislot_people_1 is lost.*npm run shards -- copy 1$/m
    expect(await installation.shards('check')).toMatchObject({ code: 1, stderr: expect.stringMatching(lost) })
    expect((await installation.shards('status')).stdout).toMatch(/copies of people lost/)

    // The limit is that of the server, so the other shard may have lost its slot, too.
    await copies(2)
    await copies(1)
    const record = 'select full_name from app_public.clinic_customers where clinic_id = $1'
    expect(await shard.query(record, [clinicId])).toEqual([{ full_name: 'Ann New' }])
    expect(await isKnown(bob)).toBe(false)
    expect(await isKnown(late as Customer)).toBe(true)
    // From then on copies arrive by themselves.
    await aPatient()
    await agrees()
  })
})

describe('when the log of clinics was lost', () => {
  it('their copies are made again, and copies from other shards stay as they are', async () => {
    const clinicId = await aClinic(shard)
    const own = await aClinic(global)
    const patient = await aPatient()
    const first = await books(patient, clinicId, 48)
    await eventually(async () => (await bookingInGlobal(first)) === 'booked', 'the copy')
    let second = ''
    await loses(1, 'medislot_clinics_1', async () => {
      second = await books(patient, clinicId, 60)
      await shard.request(patient.claims, () =>
        shard.query('select app_public.cancel_booking($1, $2)', [clinicId, first]),
      )
    })
    const lost = /^shard 1: the slot medislot_clinics_1 is lost/m
    expect(await installation.shards('check')).toMatchObject({ code: 1, stderr: expect.stringMatching(lost) })

    await copies()
    expect([await bookingInGlobal(first), await bookingInGlobal(second)]).toEqual(['cancelled', 'booked'])
    expect(await global.query('select id from app_public.clinics where id = $1', [own])).toEqual([{ id: own }])
    const third = await books(patient, clinicId, 72)
    await eventually(async () => (await bookingInGlobal(third)) === 'booked', 'the copy')
    await agrees()
  })
})

describe('npm run shards -- copy', () => {
  it('is repeated after it was killed', async () => {
    await global.query('alter subscription medislot_clinics_1 disable')
    await aClinic(shard)
    const blocker = await connect((installation.servers[0] as Installation['servers'][number]).ownerUrl())
    await blocker.query('begin; lock table app_public.clinics in share mode')
    const waiting = `select pid from pg_stat_activity where application_name = 'medislot shards' and wait_event_type = 'Lock'`
    const blocked = eventually(async () => (await global.query(waiting)).length > 0, 'the lock')
    expect(await installation.killedShards(blocked, 'copy', '1')).toMatchObject({ code: 'SIGKILL' })
    await global.query(`select pg_terminate_backend(pid) from (${waiting}) w`)
    await blocker.close()
    expect(await installation.shards('check')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^shard 1: nothing subscribes to medislot_clinics_1.*npm run shards -- copy 1$/m),
    })
    await copies()
    await agrees()
  })

  it('refuses shards that do not exist', async () => {
    expect(await installation.shards('copy', '3')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Shard 3 is not active/),
    })
    await anAccount(global)
    await agrees()
  })
})

// As docs/operations.md says.

const archiveOf = (number: number) => `${installation.dataDirOf(number)}-archive`
const clusterOf = (number: number) => join(installation.dataDirOf(number), 'pg')
const superuserOf = (number: number) => superusers[number] as Connection

/** Starts a server again and connects to it. */
async function start(number: number): Promise<void> {
  await installation.startAgain(number)
  const server = installation.servers[number] as Installation['servers'][number]
  const owner = await connect(server.ownerUrl())
  if (number === 0) global = owner
  else shard = owner
  superusers[number] = await connect(server.superuserUrl('medislot'))
}

async function stop(number: number): Promise<void> {
  await (number === 0 ? global : shard).close()
  await superuserOf(number).close()
  await installation.servers[number]?.stop()
}

async function startArchiving(number: number): Promise<void> {
  const archive = archiveOf(number)
  await mkdir(archive)
  await chmod(archive, 0o777)
  await superuserOf(number).query('alter system set archive_mode = on')
  await superuserOf(number).query(`alter system set archive_command = 'test ! -f ${archive}/%f && cp %p ${archive}/%f'`)
  await stop(number)
  await start(number)
}

const backUp = (number: number) =>
  copyCluster(
    installation.dataDirOf(number),
    installation.servers[number]?.superuserUrl('medislot') as string,
    `${clusterOf(number)}-backup`,
  )

async function restoreTo(number: number, moment: string): Promise<void> {
  const { last } = await superuserOf(number).one('select pg_walfile_name(pg_switch_wal()) as last')
  await eventually(
    async () =>
      (await superuserOf(number).one('select last_archived_wal as archived from pg_stat_archiver')).archived >= last,
    'the log in the archive',
  )
  await stop(number)
  const cluster = clusterOf(number)
  await rm(cluster, { recursive: true })
  await rename(`${cluster}-backup`, cluster)
  await appendFile(
    join(cluster, 'postgresql.auto.conf'),
    `\nrestore_command = 'cp ${archiveOf(number)}/%f %p'\nrecovery_target_time = '${moment}'
recovery_target_action = 'promote'\narchive_mode = off\n`,
  )
  await writeFile(join(cluster, 'recovery.signal'), '')
  await start(number)
  await eventually(
    async () => !(await superuserOf(number).one('select pg_is_in_recovery() as recovers')).recovers,
    'the end of the recovery',
  )
}

describe('a shard that was restored to a point in time', () => {
  it('gets its copies again, and does not reuse the id of a lost booking', async () => {
    await startArchiving(1)
    const clinicId = await aClinic(shard)
    const patient = await aPatient()
    const kept = await books(patient, clinicId, 48)
    await backUp(1)
    const between = await books(patient, clinicId, 60)
    const { moment } = await shard.one('select clock_timestamp()::text as moment')
    const late = await aPatient()
    // More than the restored sequence may skip.
    let lost = ''
    for (let hours = 72; hours < 120; hours++) lost = await books(late, clinicId, hours)
    await eventually(async () => (await bookingInGlobal(lost)) === 'booked', 'the copy')

    await restoreTo(1, moment)
    expect(await installation.shards('check')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^shard 1: the slot medislot_clinics_1 is missing: run npm run shards -- copy 1$/m),
    })
    await copies()
    const states = []
    for (const id of [kept, between, lost]) states.push(await bookingInGlobal(id))
    expect(states).toEqual(['booked', 'booked', undefined])
    expect(await isKnown(late)).toBe(true)
    const next = await books(late, clinicId, 130)
    expect(Number(next)).toBeGreaterThan(Number(lost))
    await eventually(async () => (await bookingInGlobal(next)) === 'booked', 'the copy')
    await agrees()
  })
})

describe('a global database that was restored to a point in time', () => {
  const isCustomer = async (db: Connection, id: string) =>
    (await db.query('select from app_public.customers where id = $1', [id])).length > 0

  /** The claims of a receptionist of a clinic. */
  async function atTheDesk(db: Connection, clinicId: string): Promise<Claims> {
    const { accountId, claims } = await anAccount(global)
    await eventually(
      async () => (await db.query('select from app_private.sessions where account_id = $1', [accountId])).length > 0,
      'the copy of the account',
    )
    await db.query(
      `insert into app_public.employees (clinic_id, account_id, role, full_name) values ($1, $2, 'receptionist', 'Joan')`,
      [clinicId, accountId],
    )
    return claims
  }

  it('makes the copies of each shard again without people who registered later, whose records at clinics stay', async () => {
    await startArchiving(0)
    const clinics: [Connection, string][] = [
      [shard, await aClinic(shard)],
      [second, await aClinic(second)],
    ]
    const early = await aPatient()
    const moved = await aClinic(shard)
    const mapped = async (id: string) =>
      (await global.query('select shard_id from app_private.clinic_shards where clinic_id = $1', [id]))[0]?.shard_id
    await eventually(async () => (await mapped(moved)) === 1, 'the map')
    await backUp(0)
    const email = anAddress()
    const registered = await global.request({}, () =>
      global.one<Tokens>('select * from app_public.register_customer($1, $2, $3)', [email, password, 'Ann']),
    )
    await global.query('update app_private.accounts set email_verified_at = now() where id = $1', [
      registered.account_id,
    ])
    const { moment } = await global.one('select clock_timestamp()::text as moment')
    // More than the restored sequences may skip.
    let late = early
    for (let count = 0; count < 40; count++) late = await aCustomer(global)
    await eventually(() => isCustomer(second, late.customerId), 'the copy')
    await global.query(`update app_public.customers set full_name = 'Ann Later' where id = $1`, [early.customerId])
    const made = await aClinic(shard)
    expect(await installation.shards('move', moved, '2')).toMatchObject({ code: 0 })
    const lost: [Connection, string, string][] = []
    for (const [index, [db, clinicId]] of clinics.entries())
      lost.push([db, clinicId, await books(late, clinicId, 48 + 24 * index, db)])
    await eventually(async () => (await bookingInGlobal(lost[1]?.[2] as string)) === 'booked', 'the copy')

    await restoreTo(0, moment)
    const { stderr } = await installation.shards('check')
    for (const number of [1, 2])
      expect(stderr).toContain(
        `shard ${number}: the slot medislot_people_${number} is missing: run npm run shards -- copy ${number}\n`,
      )
    await copies(1)
    expect((await installation.shards('check')).stderr.split('\n')).toEqual([
      `shard 1: clinic ${moved} is in the map only`,
      'shard 2: the slot medislot_people_2 is missing: run npm run shards -- copy 2',
      '',
    ])
    await copies(2)
    // A clinic that was made later is in the map again, one that moved later only when it is entered there.
    expect([await mapped(made), await mapped(moved)]).toEqual([1, 1])
    expect((await installation.shards('check')).stderr.split('\n')).toEqual([
      `shard 1: clinic ${moved} is in the map only`,
      `shard 2: clinic ${moved} is not in the map`,
      'shard 2: the copies of app_public.clinics differ',
      'shard 2: the copies of app_public.policies differ',
      '',
    ])
    await global.query('select app_private.map_clinic($1, 2)', [moved])
    await copies(2)
    await agrees()

    for (const db of [global, shard, second])
      expect([await isCustomer(db, early.customerId), await isCustomer(db, late.customerId)]).toEqual([true, false])
    for (const [db, clinicId, id] of lost) {
      await expectRefusal(books(late, clinicId, 130, db), 'unauthenticated')
      expect(await bookingInGlobal(id)).toBe('booked')
      const record = 'select full_name from app_public.clinic_customers where clinic_id = $1 and customer_id = $2'
      expect(await db.query(record, [clinicId, late.customerId])).toHaveLength(1)
      // The desk can still end the visit.
      await db.request(await atTheDesk(db, clinicId), () =>
        db.query('select app_public.cancel_booking($1, $2)', [clinicId, id]),
      )
      await eventually(async () => (await bookingInGlobal(id)) === 'cancelled', 'the copy')
    }
    // People who registered before sign in and book in both shards. The id of somebody who registers now is not that of a lost person.
    const signedIn = await global.request({}, () =>
      global.one<Tokens>('select * from app_public.sign_in($1, $2)', [email, password]),
    )
    const next = await aPatient()
    expect(Number(next.customerId)).toBeGreaterThan(Number(late.customerId))
    expect(Number(next.accountId)).toBeGreaterThan(Number(late.accountId))
    expect(signedIn).toMatchObject({ account_id: registered.account_id, refusal: null })
    for (const [index, [db, clinicId]] of clinics.entries()) {
      await eventually(() => isCustomer(db, next.customerId), 'the copy')
      const id = await books({ claims: claimsOf(signedIn) }, clinicId, 140 + 24 * index, db)
      await eventually(async () => (await bookingInGlobal(id)) === 'booked', 'the copy')
    }
    await agrees()
  })
})
