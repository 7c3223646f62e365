import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import { clinicsOf, globalNumber, peopleOf, withLoginOf } from '../database/several_databases.ts'
import { log } from '../process/log.ts'
import { StartError } from '../process/settings.ts'
import { asOfOneMoment, type Copied, copyDifferentRows, copyRows, streamRows, tablesOfClinics } from './clinic_rows.ts'
import { connectOwner, type Shard, shardsOf } from './databases.ts'
import { caughtUp } from './replication.ts'
import { inTransaction, olderTransactionsEnded } from './transactions.ts'

/** The longest time for which writes of the clinic are refused, seconds, even if the command is killed. */
const refusedSeconds = 60
/** How long to wait for transactions that began before writes were refused, milliseconds. */
const patienceMs = 15_000

/** Servers read the map every second (src/request/shards). Until then they ask the old database, which answers clinic_moving. */
const mapIsKnownMs = 2000

/**
 * The longest time for which new payments are refused while rows are copied, seconds. A payment that begins later makes the
 * move fail.
 */
const paymentsRefusedSeconds = 1800
/** The pause between two checks whether patients are still paying, milliseconds. */
const paymentsEveryMs = 1000

/**
 * How many rounds of changes are copied at most before writes are refused. It ends earlier when a round is no faster than the
 * one before.
 */
const passes = 10

/** How many rows are removed in one transaction. */
const rowsAtOnce = 2000

/** The databases of a move, and their numbers. */
interface Move {
  clinicId: string
  from: number
  to: number
  global: Client
  source: Client
  target: Client
  /** How long to wait until patients who pay online have finished, milliseconds. */
  patience: number
}

/**
 * Moves a clinic to another database while it is used: verifies its chain of events, copies its rows and changes to them,
 * refuses writes while it copies the last changes, compares both databases, changes the map, and removes the rows from the old
 * database. Continues a move that was interrupted, and undoes everything when it fails before the clinic has arrived. A move to
 * the database where the clinic still is undoes an interrupted move. When patients are paying online, it waits at most
 * `patience` until they have finished, while no others can begin. Throws StartError when the clinic cannot be moved.
 */
export async function moveClinic(globalUrl: string, clinicId: string, to: number, patience: number): Promise<void> {
  const global = await connectOwner(globalUrl)
  try {
    const { rows } = await global.query(`select pg_try_advisory_lock(hashtext('medislot move')) as is_free`)
    if (!rows[0].is_free) throw new StartError('Another clinic is being moved. Try again when that has ended.')
    const shards = await shardsOf(global)
    if (to !== globalNumber && shards.find(({ id }) => id === to)?.state !== 'active')
      throw new StartError(`Shard ${to} is not active.`)
    const mapped = await shardInMap(global, clinicId)
    const interrupted = await interruptedMove(globalUrl, global, shards, clinicId)
    if (interrupted && interrupted.to !== to && mapped !== to)
      throw new StartError(`The clinic is moving to ${databaseName(interrupted.to)}: finish or undo that first.`)
    if (!interrupted && mapped === to) return
    const urlOf = (id: number) => urlOfShard(globalUrl, shards, id)
    const [from, other] = interrupted ? [interrupted.from, interrupted.to] : [mapped, to]
    await withClients([urlOf(from), urlOf(other)], async ([source, target]) => {
      const move = { clinicId, from, to: other, global, source, target, patience } as Move
      if (mapped === to && from === to) await undoInterrupted(move)
      else await continueMove(move)
    })
  } finally {
    await global.end()
  }
}

async function continueMove(move: Move): Promise<void> {
  if (!(await hasArrived(move))) await arrive(move)
  await finish(move)
}

/** Whether the target has the clinic. From then on, a move can only be completed and not undone. */
async function hasArrived({ target, clinicId }: Move): Promise<boolean> {
  // The transaction of an interrupted attempt has to end first (app_private.begin_arrival).
  await target.query('select app_private.wait_for_moving_rows()')
  return (await target.query('select app_private.has_clinic($1) as has', [clinicId])).rows[0].has
}

/**
 * Copies the clinic to the target in one transaction, so that no job sees an incomplete clinic there. If this fails, the clinic
 * stays in the old database, and can be written there.
 */
async function arrive(move: Move): Promise<void> {
  const { source, target, clinicId, to } = move
  try {
    await source.query('select app_private.begin_move($1, $2)', [clinicId, to])
    await untilNobodyPays(move)
    // Seals most events now, so that few are left to seal while writes are refused.
    await source.query('select app_private.unsealed_events($1)', [clinicId])
    log.info({ clinicId, to }, 'verifying the chain of events')
    const verified = await verifyChain(move)
    if (to === globalNumber) await completeCopies(move)
    await target.query('begin')
    await target.query('select app_private.begin_arrival($1)', [clinicId])
    log.info({ clinicId, to }, 'copying rows')
    const copied = await copyWhileUsed(move)
    await untilCopiesAgree(move)
    log.info({ clinicId }, 'refusing writes')
    const began = Date.now()
    await source.query('select app_private.hold_writes($1, $2)', [clinicId, refusedSeconds])
    await untilNothingIsWritten(move)
    await untilCopiesAgree(move)
    log.info({ clinicId }, 'copying the last changes')
    await copyRest(move, copied, verified)
    await target.query('commit')
    log.info({ clinicId, refusedMs: Date.now() - began }, 'the clinic has arrived')
  } catch (error) {
    await undo(move).catch((failure: Error) => {
      const again = 'Run the same command again to continue.'
      throw new StartError(`${(error as Error).message}\nThis could not be undone: ${failure.message}\n${again}`)
    })
    throw error
  }
}

/** Refuses new online payments from now on, and waits for those that have begun. */
async function untilNobodyPays({ source, clinicId, patience }: Move): Promise<void> {
  const hold = async (seconds: number) =>
    (await source.query('select app_private.hold_payments($1, $2) as open', [clinicId, seconds])).rows[0].open
  const deadline = Date.now() + patience
  for (let isLogged = false; (await hold(refusedSeconds)) && Date.now() < deadline; await sleep(paymentsEveryMs)) {
    if (!isLogged) log.info({ clinicId, until: new Date(deadline) }, 'waiting for patients who are paying online')
    isLogged = true
  }
  await source.query('select app_private.require_no_open_payments($1)', [clinicId])
  await hold(paymentsRefusedSeconds)
}

/** The end of the part of a chain that is known to be intact. */
interface Verified {
  position: string
  hash: string
}

/** Verifies what is sealed. */
async function verifyChain({ source, clinicId }: Move): Promise<Verified> {
  const { rows } = await source.query(
    `select fault, fault_position, position, coalesce(hash, '') as hash from app_public.verify_events($1)`,
    [clinicId],
  )
  const [{ fault, fault_position, ...verified }] = rows as [Verified & { fault?: string; fault_position?: string }]
  if (fault) throw new StartError(`The chain of events is at fault: ${fault} at position ${fault_position}.`)
  return verified
}

/**
 * Before a move to the global database: adds to its copies the columns that they lack. What is missing or changes afterwards is
 * found by digests.
 */
async function completeCopies(move: Move): Promise<void> {
  const { source, target, clinicId } = move
  log.info({ clinicId }, 'completing copies')
  await asOfOneMoment(source, async () => {
    await untilCopiesAgree(move)
    for (const { table } of await tablesOfClinics(target)) {
      const { rows } = await target.query('select app_private.columns_not_copied($1) as columns', [table])
      if (rows[0].columns.length === 0) continue
      const given = `${source.escapeLiteral(clinicId)}, ${source.escapeLiteral(table)}`
      const parts = `array(select part from app_private.changes_of_clinic(${given}))`
      await streamRows(source, `app_private.rows_of_clinic(${given}, ${parts})`, (json) =>
        target.query('select app_private.complete_copies($1, $2)', [table, json]),
      )
    }
  })
}

/** The tables to copy while the clinic is in use: in a move to the global database, those of which it has no copies. */
async function tablesToCopy({ target, to }: Move): Promise<string[]> {
  const tables = await tablesOfClinics(target)
  return tables.filter(({ isCopied }) => to !== globalNumber || !isCopied).map(({ table }) => table)
}

/** Copies all rows, then in rounds what has changed, until a round is no faster than the one before. */
async function copyWhileUsed(move: Move): Promise<Copied> {
  const { source, target, clinicId } = move
  const tables = await tablesToCopy(move)
  let copied: Copied | undefined
  for (let pass = 1, before = Number.POSITIVE_INFINITY; ; pass++) {
    const began = Date.now()
    copied = await copyRows(source, target, clinicId, tables, copied)
    const took = Date.now() - began
    log.info({ clinicId, pass, parts: copied.parts, ms: took }, 'copied')
    if (pass > 1 && (took > before / 2 || pass >= passes)) return copied
    before = took
  }
}

/** Waits for transactions that began before writes were refused, and until all events are sealed. */
async function untilNothingIsWritten({ source, clinicId }: Move): Promise<void> {
  const running = await olderTransactionsEnded(source, patienceMs)
  if (running.length > 0)
    throw new StartError(`Transactions that may write are running: processes ${running.join(', ')}.`)
  for (const deadline = Date.now() + patienceMs; ; await sleep(50)) {
    const { rows } = await source.query('select app_private.unsealed_events($1)::int as count', [clinicId])
    if (rows[0].count === 0) return
    if (Date.now() > deadline) throw new StartError('Events cannot be sealed, since a transaction is still running.')
  }
}

/** Waits until the copies of the clinic in the global database and those of people in the target are up to date. */
async function untilCopiesAgree({ global, source, from, to }: Move): Promise<void> {
  const people = to === globalNumber || (await caughtUp(global, peopleOf(to)))
  const clinics = from === globalNumber || (await caughtUp(source, clinicsOf(from)))
  if (!people || !clinics) throw new StartError('Copies do not catch up: see npm run shards -- status.')
}

/** Copies what has changed, and compares it. With the commit of this transaction the clinic is in the target. */
async function copyRest(move: Move, copied: Copied, verified: Verified): Promise<void> {
  const { source, target, clinicId, to } = move
  await copyRows(source, target, clinicId, await tablesToCopy(move), copied)
  if (to === globalNumber) {
    const copies = (await tablesOfClinics(target)).filter(({ isCopied }) => isCopied)
    await copyDifferentRows(
      source,
      target,
      clinicId,
      copies.map(({ table }) => table),
    )
  }
  const { rows } = await source.query('select app_private.companions_of_clinic($1)::text as companions', [clinicId])
  const put = 'select app_private.put_companions_of_clinic($1, $2)::text as shares'
  const { rows: companions } = await target.query(put, [clinicId, rows[0].companions])
  await target.query('select app_private.end_arrival($1)', [clinicId])
  const { rows: found } = await target.query<{ fault: string | null }>(
    'select app_private.fault_since($1, $2, $3) as fault',
    [clinicId, verified.position, verified.hash],
  )
  if (found[0]?.fault) throw new StartError(`The chain of events is at fault: ${found[0].fault}.`)
  await source.query('select app_private.leave_clinic($1, $2)', [clinicId, companions[0].shares])
}

/** Called when the clinic has arrived: changes the map, and removes the rows from the old database. */
async function finish(move: Move): Promise<void> {
  const { global, source, target, clinicId, to } = move
  log.info({ clinicId }, 'changing the map')
  await global.query('select app_private.map_clinic($1, $2)', [clinicId, to])
  await sleep(mapIsKnownMs)
  log.info({ clinicId }, 'removing the rows that were moved')
  await removeMost(move)
  await inTransaction(source, () => source.query('select app_private.remove_moved_clinic($1)', [clinicId]))
  // For profiles that changed meanwhile: replication may still be applying a transaction that did not see the clinic.
  await olderTransactionsEnded(target, patienceMs)
  await inTransaction(target, () => target.query('select app_private.follow_profiles($1)', [clinicId]))
}

/** Removes most rows in short transactions, so that what others do is not held up; each is repeated or continued after a crash. */
async function removeMost({ source, clinicId, from }: Move): Promise<void> {
  // The global database keeps its copies, which the other shard changes from now on.
  if (from !== globalNumber) await source.query('select app_private.publish_copies(without_clinic => $1)', [clinicId])
  const tables = (await tablesOfClinics(source)).filter(({ isCopied }) => from !== globalNumber || !isCopied)
  for (const { table } of tables) {
    const remove = `select app_private.remove_part_of_moved_clinic($1, $2, $3) as has_removed`
    while ((await source.query(remove, [clinicId, table, rowsAtOnce])).rows[0].has_removed);
  }
}

/**
 * Undoes a move; what was copied is not committed. Refused when the target has the clinic, which may be written there.
 */
async function undo(move: Move): Promise<void> {
  await move.target.query('rollback')
  if (await hasArrived(move)) throw new Error('the clinic has arrived')
  if (move.to === globalNumber)
    await inTransaction(move.target, async () => {
      await move.target.query('set local session_replication_role = replica')
      await move.target.query('select app_private.become_copies($1)', [move.clinicId])
    })
  await move.source.query('select app_private.remain($1)', [move.clinicId])
}

async function undoInterrupted(move: Move): Promise<void> {
  if (await hasArrived(move))
    throw new StartError(
      `The clinic has arrived in ${databaseName(move.to)}: npm run shards -- move ${move.clinicId} ${move.to || 'global'}`,
    )
  await undo(move)
}

/** The name of a database in sentences, by its number. */
export const databaseName = (number: number): string =>
  number === globalNumber ? 'the global database' : `shard ${number}`

/** The number of the database in the map. Throws StartError if no database has the clinic. */
async function shardInMap(global: Client, clinicId: string): Promise<number> {
  const { rows } = await global.query<{ shard: number }>(
    `select coalesce(cs.shard_id, 0) as shard from app_public.clinics c
     left join app_private.clinic_shards cs on cs.clinic_id = c.id where c.id = $1`,
    [clinicId],
  )
  if (!rows[0]) throw new StartError(`There is no clinic ${clinicId}.`)
  return rows[0].shard
}

/** The move of a clinic that is recorded in one of the databases as not finished. */
async function interruptedMove(globalUrl: string, global: Client, shards: Shard[], clinicId: string) {
  const recorded = async (client: Client, from: number) => {
    const { rows } = await client.query<{ to: number }>(
      `select to_shard as to from app_private.clinic_moves where clinic_id = $1 and state <> 'gone'`,
      [clinicId],
    )
    return rows[0] && { from, to: rows[0].to }
  }
  const here = await recorded(global, 0)
  if (here) return here
  for (const { id } of shards) {
    const found = await withClients([urlOfShard(globalUrl, shards, id)], ([shard]) => recorded(shard as Client, id))
    if (found) return found
  }
  return undefined
}

function urlOfShard(globalUrl: string, shards: Shard[], id: number): string {
  const shard = shards.find((known) => known.id === id)
  return shard ? withLoginOf(globalUrl, shard.address) : globalUrl
}

async function withClients<T>(urls: string[], work: (clients: Client[]) => Promise<T>): Promise<T> {
  const clients: Client[] = []
  try {
    for (const url of urls) clients.push(await connectOwner(url))
    return await work(clients)
  } finally {
    for (const client of clients) await client.end()
  }
}
