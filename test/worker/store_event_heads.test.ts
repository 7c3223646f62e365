import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import type { Pool } from 'pg'
import { createPool } from '../../src/database/pools.ts'
import { log } from '../../src/process/log.ts'
import { taskList } from '../../src/worker/task_list.ts'
import { closeTransports, createTransports, type Transports } from '../../src/worker/transports/index.ts'
import { book } from '../helpers/clinic/operations.ts'
import { aPractice, aSlot } from '../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { sealAll } from '../helpers/database/sealed.ts'
import { httpPeer, smtpPeer } from '../helpers/external/peers.ts'
import { work } from '../helpers/programs/work.ts'

let database: ClonedDatabase
let pool: Pool
let db: Parameters<typeof aPractice>[0]
let smtp: Awaited<ReturnType<typeof smtpPeer>>
let hook: Awaited<ReturnType<typeof httpPeer>>
let transports: Transports
let folder: string

beforeAll(async () => {
  log.level = 'silent'
  ;[smtp, hook] = await Promise.all([smtpPeer(), httpPeer()])
  transports = createTransports(
    { production: false, mail: { smtpUrl: smtp.url, from: 'appointments@medislot.example' }, twilio: undefined },
    async () => true,
  )
  folder = await mkdtemp(join(tmpdir(), 'medislot-heads-'))
})
beforeEach(async () => {
  database = await cloneDatabase()
  pool = createPool(database.url, { name: 'test', size: 10 })
  const query = async (text: string, values?: unknown[]) => (await pool.query(text, values)).rows
  db = { query, one: async (text: string, values?: unknown[]) => (await query(text, values))[0] } as typeof db
  smtp.mails.length = 0
  hook.requests.length = 0
})
afterEach(async () => {
  await pool.end()
  await database.drop()
})
afterAll(async () => {
  closeTransports(transports)
  await Promise.all([smtp.close(), hook.close(), rm(folder, { recursive: true })])
})

const run = (task: string, file?: string) => work(pool, taskList(transports, 'https://book.test', file), task)

/** A clinic whose chain has a head; and that head, as verify_events takes it. */
async function aClinicWithHistory() {
  const practice = await aPractice(db)
  await book(db, practice.clinicId, practice.slotId, { customerId: practice.customer.customerId })
  await sealAll(db)
  return practice
}
const headOf = async (clinicId: string) =>
  (
    await db.one<{ head: string }>('select head from app_private.event_heads_to_store() where clinic_id = $1', [
      clinicId,
    ])
  ).head
const faultOf = async (clinicId: string, head: string) =>
  (
    await db.one<{ fault: string | null }>('select fault from app_public.verify_events($1, head => $2)', [
      clinicId,
      head,
    ])
  ).fault

it('adds the head of each clinic to a file at each run, and the chain can be verified with it', async () => {
  const clinics = [(await aClinicWithHistory()).clinicId, (await aClinicWithHistory()).clinicId]
  const file = join(folder, 'heads.jsonl')
  expect(await run('store_event_heads', file)).toEqual([])
  expect(await run('store_event_heads', file)).toEqual([])
  const lines = (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { clinicId: string; head: string })
  expect(lines.map(({ clinicId }) => clinicId)).toEqual([...clinics, ...clinics])
  for (const { clinicId, head } of lines) expect(await faultOf(clinicId, head)).toBeNull()
})

it('fails when the file cannot be written, so that somebody notices', async () => {
  await aClinicWithHistory()
  const failures = await run('store_event_heads', join(folder, 'missing', 'heads.jsonl'))
  expect(failures).toEqual([expect.stringContaining('ENOENT')])
})

it('mails it to the managers who want it and posts it to the webhook that wants it, once until the chain grows', async () => {
  const practice = await aClinicWithHistory()
  const { clinicId, doctorId, manager, customer } = practice
  await aClinicWithHistory()
  await db.query('update app_public.policies set mails_event_head = true where clinic_id = $1', [clinicId])
  await db.query('select app_public.create_webhook_endpoint($1, $2, wants_event_head => true)', [clinicId, hook.url])
  await db.query('select app_public.create_webhook_endpoint($1, $2)', [clinicId, `${hook.url}/other`])
  const { email } = await db.one<{ email: string }>('select email from app_private.accounts where id = $1', [
    manager.accountId,
  ])
  const head = await headOf(clinicId)
  for (let i = 0; i < 2; i++) {
    expect(await run('store_event_heads')).toEqual([])
    expect(await run('send_manager_messages')).toEqual([])
  }
  expect(smtp.mails.map(({ to }) => to)).toEqual([[email]])
  expect(smtp.mails[0]?.raw.replace(/=\r\n/g, '')).toContain(head)
  expect(hook.requests.map(({ path }) => path)).toEqual(['/'])
  const posted = JSON.parse(hook.requests[0]?.body ?? '')
  expect(posted).toMatchObject({ type: 'event_head', eventHead: { clinicId, head } })
  expect(await faultOf(clinicId, posted.eventHead.head)).toBeNull()

  const slotId = await aSlot(db, clinicId, doctorId, 60)
  await book(db, clinicId, slotId, { customerId: customer.customerId })
  await sealAll(db)
  await run('store_event_heads')
  await run('send_manager_messages')
  expect(smtp.mails).toHaveLength(2)
  expect(smtp.mails[1]?.raw.replace(/=\r\n/g, '')).toContain(await headOf(clinicId))
})

it('mails it to nobody who has left since', async () => {
  const { clinicId, manager } = await aClinicWithHistory()
  await db.query('update app_public.policies set mails_event_head = true where clinic_id = $1', [clinicId])
  await run('store_event_heads')
  await db.query('update app_public.employees set is_active = false where clinic_id = $1 and account_id = $2', [
    clinicId,
    manager.accountId,
  ])
  await run('send_manager_messages')
  expect(smtp.mails).toEqual([])
})
