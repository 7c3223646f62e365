import { appendFile, chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { copyCluster } from '../../src/database/embedded/copy_cluster.ts'
import { log } from '../../src/process/log.ts'
import { type Connection, connect } from '../helpers/connection.ts'
import { eventually } from '../helpers/eventually.ts'
import { type Installation, startInstallation } from '../helpers/shards.ts'
import { aClinic, aCustomer, aDoctor, anAccount, aSlot, type Customer } from '../helpers/world.ts'

// `npm run shards -- copy` after a slot was lost to max_slot_wal_keep_size, and after a shard was restored from a backup.

let installation: Installation
let global: Connection
let shard: Connection
let superusers: [Connection, Connection]

beforeAll(async () => {
  log.level = 'silent'
  installation = await startInstallation(1)
  global = installation.global
  ;[shard] = installation.databases as [Connection]
  superusers = (await Promise.all(installation.servers.map((server) => connect(server.superuserUrl('medislot'))))) as [
    Connection,
    Connection,
  ]
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

async function books({ claims }: Customer, clinicId: string, hours: number): Promise<string> {
  const slotId = await aSlot(shard, clinicId, await aDoctor(shard, clinicId), hours)
  const { id } = await shard.request(claims, () =>
    shard.one<{ id: string }>('select id from app_public.book_slot($1, $2)', [clinicId, slotId]),
  )
  return id
}

/** Stops a subscription, lets something happen, and writes so much that the publisher no longer keeps the log for it. */
async function loses(publisher: number, name: string, happens: () => Promise<unknown>): Promise<void> {
  const [sender, receiver] = publisher === 0 ? [superusers[0], shard] : [superusers[1], global]
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

/** Makes the copies again, which succeeds. */
async function copies(): Promise<void> {
  const { code, stdout, stderr } = await installation.shards('copy', '1')
  expect([code, stdout, code && stderr]).toEqual([0, 'The copies of shard 1 are complete.\n', 0])
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

    await copies()
    const record = 'select full_name from app_public.clinic_customers where clinic_id = $1'
    expect(await shard.query(record, [clinicId])).toEqual([{ full_name: 'Ann New' }])
    expect(await isKnown(bob)).toBe(false)
    expect(await isKnown(late as Customer)).toBe(true)
    // And go on by themselves.
    await aPatient()
    await agrees()
  })
})

describe('when the log of clinics was lost', () => {
  it('their copies are made again, and others in the global database stay as they are', async () => {
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
    expect(await installation.shards('copy', '2')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Shard 2 is not active/),
    })
    await anAccount(global)
    await agrees()
  })
})

describe('a shard that was restored to a point in time', () => {
  const archive = () => `${installation.dataDirOf(1)}-archive`

  /** Starts the shard again and connects to it. */
  async function startShard(): Promise<void> {
    await installation.startAgain(1)
    const server = installation.servers[1] as Installation['servers'][number]
    shard = await connect(server.ownerUrl())
    installation.databases[0] = shard
    superusers[1] = await connect(server.superuserUrl('medislot'))
  }

  async function stopShard(): Promise<void> {
    await shard.close()
    await superusers[1].close()
    await installation.servers[1]?.stop()
  }

  async function startArchiving(): Promise<void> {
    await mkdir(archive())
    await chmod(archive(), 0o777)
    await superusers[1].query('alter system set archive_mode = on')
    await superusers[1].query(`alter system set archive_command = 'test ! -f ${archive()}/%f && cp %p ${archive()}/%f'`)
    await stopShard()
    await startShard()
  }

  /** As docs/operations.md says. */
  async function restoreTo(moment: string): Promise<void> {
    const { last } = await superusers[1].one('select pg_walfile_name(pg_switch_wal()) as last')
    await eventually(
      async () =>
        (await superusers[1].one('select last_archived_wal as archived from pg_stat_archiver')).archived >= last,
      'the log in the archive',
    )
    await stopShard()
    const cluster = join(installation.dataDirOf(1), 'pg')
    await rm(cluster, { recursive: true })
    await rename(`${cluster}-backup`, cluster)
    await appendFile(
      join(cluster, 'postgresql.auto.conf'),
      `\nrestore_command = 'cp ${archive()}/%f %p'\nrecovery_target_time = '${moment}'
recovery_target_action = 'promote'\narchive_mode = off\n`,
    )
    await writeFile(join(cluster, 'recovery.signal'), '')
    await startShard()
    await eventually(
      async () => !(await superusers[1].one('select pg_is_in_recovery() as recovers')).recovers,
      'the end of the recovery',
    )
  }

  it('gets its copies again, and gives no id again that a lost booking had', async () => {
    await startArchiving()
    const clinicId = await aClinic(shard)
    const patient = await aPatient()
    const kept = await books(patient, clinicId, 48)
    const cluster = join(installation.dataDirOf(1), 'pg')
    await copyCluster(
      installation.dataDirOf(1),
      installation.servers[1]?.superuserUrl('medislot') as string,
      `${cluster}-backup`,
    )
    const between = await books(patient, clinicId, 60)
    const { moment } = await shard.one('select clock_timestamp()::text as moment')
    const late = await aPatient()
    // More than the restored sequence may skip.
    let lost = ''
    for (let hours = 72; hours < 120; hours++) lost = await books(late, clinicId, hours)
    await eventually(async () => (await bookingInGlobal(lost)) === 'booked', 'the copy')

    await restoreTo(moment)
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
