import { execFile } from 'node:child_process'
import { appendFile, chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { copyCluster } from '../../src/database/embedded/copy_cluster.ts'
import { type EmbeddedServer, startEmbedded } from '../../src/database/embedded/embedded.ts'
import type { OsUser } from '../../src/database/embedded/os_user.ts'
import { placeOf } from '../../src/database/embedded/place.ts'
import { migrateDatabase } from '../../src/database/migrations.ts'
import { log } from '../../src/process/log.ts'
import { brokenInvariants } from '../concurrency/invariants.ts'
import { book } from '../helpers/clinic/operations.ts'
import { aClinic, aCustomer, aDoctor, aSlot, type Customer } from '../helpers/clinic/world.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import { type Program, startServer } from '../helpers/programs/program.ts'
import { eventually } from '../helpers/time/eventually.ts'

// docs/operations.md, "Backups": a base backup taken during bookings, and the WAL archived since, restored to a point
// in time.

const run = promisify(execFile)

let folder: string
let server: EmbeddedServer
let restored: EmbeddedServer | undefined
let program: Program | undefined
let superuser: Connection
let owner: Connection

const installation = () => join(folder, 'installation')
const backup = () => join(folder, 'backup')
const archive = () => join(folder, 'archive')

beforeAll(async () => {
  log.level = 'silent'
  folder = await mkdtemp(join(tmpdir(), 'medislot-backup-'))
  await chmod(folder, 0o755)
  for (const directory of [installation(), archive()]) await mkdir(directory)
  const place = await placeOf(installation())
  server = await startEmbedded(installation())
  await give(archive(), place.spawning)
  await withSuperuser(server, async (db) => {
    await db.query(`alter system set archive_mode = on`)
    await db.query(`alter system set archive_command = 'test ! -f ${archive()}/%f && cp %p ${archive()}/%f'`)
  })
  // archive_mode requires a restart.
  await server.stop()
  server = await startEmbedded(installation())
  await migrateDatabase(server.ownerUrl())
  owner = await connect(server.ownerUrl())
  superuser = await connect(server.superuserUrl())
})

afterAll(async () => {
  await program?.stop('SIGKILL')
  await server?.stop()
  await restored?.stop()
  await rm(folder, { recursive: true, force: true })
})

it('a restore to a point in time has every booking acknowledged before it, and none made after it', async () => {
  const clinicId = await aClinic(owner)
  await owner.query(
    `update app_public.policies set reminder_lead_times = '{28 hours 40 minutes, 1 hour}' where clinic_id = $1`,
    [clinicId],
  )
  const doctorId = await aDoctor(owner, clinicId)
  const slots: string[] = []
  for (let hours = 48; hours < 48 + 400; hours++) slots.push(await aSlot(owner, clinicId, doctorId, hours))
  const customers: Customer[] = []
  for (let n = 0; n < 8; n++) customers.push(await aCustomer(owner))

  // The desk books without a pause before, during and after the backup.
  const acknowledged: { id: string; at: number }[] = []
  let over = false
  const desk = connect(server.ownerUrl()).then(async (db) => {
    for (let n = 0; !over && slots.length > 1; n++) {
      const customerId = customers[n % customers.length]?.customerId ?? null
      const { id } = await book(db, clinicId, slots.shift() as string, { customerId })
      acknowledged.push({ id, at: performance.now() })
      await sleep(20)
    }
    await db.close()
  })
  const booked = (count: number) => eventually(() => acknowledged.length >= count, `${count} bookings`)

  await booked(10)
  await takeBaseBackup()
  await booked(acknowledged.length + 10)

  // The point in time, by PostgreSQL's clock: bookings acknowledged until here were committed before it.
  const before = acknowledged.length
  const { moment } = await superuser.one<{ moment: string }>('select clock_timestamp()::text as moment')
  // Bookings made while the clock was read, and the one in progress now, may be on either side of it.
  const after = acknowledged.length + 1
  await booked(after + 10)
  over = true
  await desk
  const [kept, lost] = [acknowledged.slice(0, before), acknowledged.slice(after)]
  await archiveAll()
  await owner.close()
  await superuser.close()

  // The machine is lost.
  await server.stop()
  restored = await restoreTo(moment)

  const db = await connect(restored.ownerUrl())
  const there = new Set((await db.query<{ id: string }>('select id from app_public.bookings')).map(({ id }) => id))
  expect(kept.filter(({ id }) => !there.has(id))).toEqual([])
  expect(lost.filter(({ id }) => there.has(id))).toEqual([])
  expect(await brokenInvariants(db, [clinicId])).toEqual({})
  expect(await db.one('select fault from app_public.verify_events($1)', [clinicId])).toEqual({ fault: null })

  // The restored medislot is complete: it has every migration, and it serves requests.
  program = await startServer(restored.serverUrl())
  expect((await fetch(`${program.url}/readyz`)).status).toBe(200)
  const free = await db.one<{ id: string }>(
    `select id from app_public.booking_slots where clinic_id = $1 and status = 'open' order by starts_at desc limit 1`,
    [clinicId],
  )
  const next = await book(db, clinicId, free.id, { customerId: customers[0]?.customerId ?? null })
  expect(next).toMatchObject({ status: 'booked', booking_slot_id: free.id })
  await db.close()
})

async function takeBaseBackup(): Promise<void> {
  await mkdir(backup())
  await chmod(backup(), 0o755)
  await copyFile(join(installation(), 'secrets.json'), join(backup(), 'secrets.json'))
  await copyCluster(installation(), server.superuserUrl(), join(backup(), 'pg'))
}

/** Closes the current WAL segment and waits until it is archived. WAL that is not archived is lost with the machine. */
async function archiveAll(): Promise<void> {
  const { last } = await superuser.one<{ last: string }>('select pg_walfile_name(pg_switch_wal()) as last')
  await eventually(async () => {
    const { archived } = await superuser.one<{ archived: string | null }>(
      'select last_archived_wal as archived from pg_stat_archiver',
    )
    return archived !== null && archived >= last
  }, 'the log in the archive')
}

async function restoreTo(moment: string): Promise<EmbeddedServer> {
  const cluster = join(backup(), 'pg')
  await appendFile(
    join(cluster, 'postgresql.auto.conf'),
    [
      '',
      `restore_command = 'cp ${archive()}/%f %p'`,
      `recovery_target_time = '${moment}'`,
      `recovery_target_action = 'promote'`,
      // The restored server must not write into the archive of the original one.
      `archive_mode = off`,
      '',
    ].join('\n'),
  )
  await writeFile(join(cluster, 'recovery.signal'), '')
  const { spawning } = await placeOf(installation())
  await give(cluster, spawning)
  const next = await startEmbedded(backup())
  await withSuperuser(next, (db) =>
    eventually(
      async () => !(await db.one<{ in_recovery: boolean }>('select pg_is_in_recovery() as in_recovery')).in_recovery,
      'the end of the recovery',
    ),
  )
  return next
}

/** Gives PostgreSQL a directory: started by root, it runs as a separate user. */
async function give(directory: string, { uid, gid }: Partial<OsUser>): Promise<void> {
  if (uid !== undefined && gid !== undefined) await run('chown', ['-R', `${uid}:${gid}`, directory])
}

async function withSuperuser<Result>(of: EmbeddedServer, work: (db: Connection) => Promise<Result>): Promise<Result> {
  const db = await connect(of.superuserUrl())
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}
