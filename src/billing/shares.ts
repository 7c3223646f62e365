import { isRefusal } from '../database/error_codes.ts'
import { databaseOfId } from '../database/several_databases.ts'
import { log } from '../process/log.ts'
import type { Ledger, PageState } from './ledger.ts'
import type { OtherDatabases } from './other_databases.ts'

/** The longest time until the first shard is noticed after it was added, milliseconds. */
const idleMs = 60_000

/** The databases of an installation by their numbers. */
type Ledgers = ReadonlyMap<number, Ledger>

/**
 * Reports to each database what was received for its clinics by checkouts in other databases (sql/billing/shares/), and
 * looks up the checkouts of shares about which nothing was reported. Every step may be repeated. A database that does
 * not answer does not stop the others. Returns false, so that there is a pause.
 */
export function settlingShares(others: Pick<OtherDatabases, 'ledgers'>): () => Promise<false> {
  let idleUntil = 0
  return async () => {
    if (performance.now() < idleUntil) return false
    const ledgers = await others.ledgers()
    if (ledgers.size > 1) await Promise.all([...ledgers].map((database) => settleOf(ledgers, database)))
    else idleUntil = performance.now() + idleMs
    return false
  }
}

async function settleOf(ledgers: Ledgers, [database, ledger]: [number, Ledger]): Promise<void> {
  await attempt({ database }, async () => {
    const silent = new Set<number>()
    for (const ended of await ledger.sharesToReport()) {
      const { checkoutId, shardId, state } = ended
      // Other reports to a database that does not answer are returned again later.
      if (silent.has(shardId)) continue
      const error = await attempt({ database: shardId, checkout: checkoutId }, async () => {
        const outcome = await ledgerOf(ledgers, shardId).settleShare(ended)
        // The share is in the database to which a clinic has moved, so the state is passed on there, and its outcome is
        // requested again.
        if (state === 'paid' && outcome === null) return
        await ledger.noteShareRecorded(ended, outcome)
        log.info({ checkout: checkoutId, database: shardId, state, outcome }, 'a share was settled')
      })
      if (error !== undefined && !isRefusal(error)) silent.add(shardId)
    }
  })
  await attempt({ database }, async () => {
    for (const share of await ledger.sharesToAsk()) {
      const { checkoutId } = share
      const page = databaseOfId(checkoutId)
      await attempt({ database: page, checkout: checkoutId }, async () => {
        const state = await ledgerOf(ledgers, page).stateForShare(share)
        // What was paid is reported with the payment.
        if (isUnpaid(state))
          await ledger.settleShare({ shareId: checkoutId, state, received: null, providerPayment: null })
      })
    }
  })
}

const isUnpaid = (state: PageState): state is 'expired' | 'failed' => state === 'expired' || state === 'failed'

function ledgerOf(ledgers: Ledgers, database: number): Ledger {
  const ledger = ledgers.get(database)
  if (!ledger) throw new Error(`there is no database ${database}`)
  return ledger
}

/** Does some work. Returns the error if it failed: it is tried again later. */
async function attempt(what: Record<string, unknown>, work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work()
    return undefined
  } catch (err) {
    log.warn({ err, ...what }, 'shares of payments could not be settled and are tried again')
    return err
  }
}
