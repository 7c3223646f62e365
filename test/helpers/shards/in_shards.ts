import { ownerUrlOf, shardCount } from '../database/cluster.ts'
import { type Db, inTransaction } from '../database/database.ts'
import { databasesOf, databasesOfRun, globalOf, ownerOfRun } from './sharded_owner.ts'

// What differs in a run with shards (jest.sharded.config.js) from one database: docs/shards.md.

/** Lets the shards do what their workers do after a person was removed or erased: in one database it is done at once. */
export async function peopleHaveLeft(owner: Pick<Db, 'query'>): Promise<void> {
  if (shardCount === 0) return
  for (const shard of databasesOf(owner))
    for (const what of ['removal', 'erasure'])
      await shard.query(`select app_private.carry_out_${what}(customer_id) from app_private.copied_${what}s`)
}

/** Whether a list is refused to callers who are not signed in, unless they name a clinic: only the shards have its rows. */
export const needsClinic = (list: string): boolean => shardCount > 0 && ['prices', 'serviceQuestions'].includes(list)

/**
 * Removes what the global database has recorded for calls in shards whose transactions were rolled back: customers, as its worker
 * does an hour later, and mails.
 */
export async function removeUnused(owner: Pick<Db, 'query'>): Promise<void> {
  const global = globalOf(owner)
  await global.query(`delete from app_private.account_messages where record_clinic_id is not null`)
  await global.query(
    `delete from app_public.customers where id in (select customer_id from app_private.people_of_shards)`,
  )
}

/**
 * The names of the databases that a test queries by SQL: all of them in a run with shards, otherwise the one that tests
 * share.
 */
export const databasesToAsk = shardCount > 0 ? databasesOfRun : ['shared']

/** Does some work in a transaction of each of these databases, which is rolled back. Returns the results. */
export async function fromEach<Result>(work: (db: Db) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  for (const name of databasesToAsk) results.push(await transactionIn(name, work))
  return results
}

const transactionIn = <Result>(name: string, work: (db: Db) => Promise<Result>) =>
  shardCount > 0 ? inTransaction(work, {}, ownerUrlOf(name)) : inTransaction(work)

/**
 * Makes rows, and does some work in a transaction of each database, which is rolled back; with `at`, in the database of that clinic
 * only. With shards, the rows are committed.
 */
export async function inEachDatabase<Rows>(
  make: (db: Db) => Promise<Rows>,
  work: (db: Db, rows: Rows) => Promise<void>,
  at?: (rows: Rows) => string,
): Promise<void> {
  if (shardCount === 0) return inTransaction(async (db) => work(db, await make(db)))
  const owner = await ownerOfRun()
  try {
    const rows = await make(owner as object as Db)
    const names = at ? [databasesOfRun[Math.floor(Number(at(rows)) / 1e12)] as string] : databasesOfRun
    for (const name of names) await transactionIn(name, (db) => work(db, rows))
  } finally {
    await owner.close()
  }
}
