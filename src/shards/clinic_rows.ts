import type { Client } from 'pg'
import { StartError } from '../process/settings.ts'

/** How many rows are sent at once. */
const batch = 2000

/** What copyRows has copied. */
export interface Copied {
  /** A transaction: what it and later ones have written may be missing in the copy. */
  since: string
  /** How many parts of tables differed. */
  parts: number
}

/**
 * Copies a clinic's rows of some tables from one database to another. It copies the parts of tables that differ or have changed
 * since an earlier call, and compares these parts by a digest; all other parts are compared by their numbers of rows. `to` is
 * in a transaction between begin_arrival and end_arrival, in which nobody else writes these rows. The rows are read in one
 * snapshot. Throws StartError if they differ afterwards.
 */
export async function copyRows(
  from: Client,
  to: Client,
  clinicId: string,
  tables: string[],
  earlier?: Copied,
): Promise<Copied> {
  return asOfOneMoment(from, async () => {
    const { rows } = await from.query<{ since: string }>('select pg_snapshot_xmin(pg_current_snapshot())::xid as since')
    const copied = { since: (rows[0] as { since: string }).since, parts: 0 }
    for (const table of tables) {
      const parts = await changedParts(from, to, clinicId, table, earlier?.since)
      await copyParts(from, to, clinicId, table, parts)
      copied.parts += parts.length
    }
    return copied
  })
}

/** As copyRows, for tables of which `to` already has rows from elsewhere: all parts are compared by a digest. */
export async function copyDifferentRows(from: Client, to: Client, clinicId: string, tables: string[]): Promise<void> {
  await asOfOneMoment(from, async () => {
    for (const table of tables) {
      const [wanted, found] = await Promise.all([partsOf(from, clinicId, table), partsOf(to, clinicId, table)])
      const all = [...new Set([...wanted.keys(), ...found.keys()])]
      await copyParts(from, to, clinicId, table, await differentParts(from, to, clinicId, table, all))
    }
  })
}

/** Does some work in a transaction in which all statements see the same snapshot. */
export async function asOfOneMoment<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await client.query('begin isolation level repeatable read read only')
  try {
    return await work()
  } finally {
    await client.query('rollback')
  }
}

async function copyParts(from: Client, to: Client, clinicId: string, table: string, parts: string[]): Promise<void> {
  if (parts.length === 0) return
  await to.query('select app_private.remove_rows_of_clinic($1, $2, $3)', [clinicId, table, parts])
  const source = `app_private.rows_of_clinic(
    ${from.escapeLiteral(clinicId)}, ${from.escapeLiteral(table)}, '{${parts}}')`
  await streamRows(from, source, (json) => to.query('select app_private.put_rows_of_clinic($1, $2)', [table, json]))
  const different = await differentParts(from, to, clinicId, table, parts)
  if (different.length > 0) throw new StartError(`Copies differ: ${table}.`)
}

/**
 * Passes on the rows that a function returns as JSON, a batch at a time, as a JSON array. Runs in a transaction of `from`.
 */
export async function streamRows(from: Client, source: string, put: (json: string) => Promise<unknown>): Promise<void> {
  await from.query(`declare copied no scroll cursor for select r as row from ${source} r`)
  // The next rows are read while these are written.
  for (let written: Promise<unknown> = Promise.resolve(); ; ) {
    const [{ rows }] = await Promise.all([from.query<{ row: string }>(`fetch ${batch} from copied`), written])
    if (rows.length === 0) break
    written = put(`[${rows.map(({ row }) => row)}]`)
  }
  await from.query('close copied')
}

/** The parts of a table (app_private.part_of_row) with another number of rows in `to`, or that have changed in `from` since then. */
async function changedParts(
  from: Client,
  to: Client,
  clinicId: string,
  table: string,
  since: string | undefined,
): Promise<string[]> {
  const [wanted, found] = await Promise.all([partsOf(from, clinicId, table, since), partsOf(to, clinicId, table)])
  return [...new Set([...wanted.keys(), ...found.keys()])].filter(
    (part) => wanted.get(part)?.changed || wanted.get(part)?.count !== found.get(part)?.count,
  )
}

/** The parts of a table that have rows, how many, and whether these have changed since then. */
async function partsOf(client: Client, clinicId: string, table: string, since?: string) {
  const { rows } = await client.query<{ part: string; count: string; changed: boolean }>(
    `select part, row_count as count, is_changed as changed from app_private.changes_of_clinic($1, $2, $3)`,
    [clinicId, table, since],
  )
  return new Map(rows.map((row) => [row.part, row]))
}

/** Those parts of a table that are not the same in both databases. */
async function differentParts(
  from: Client,
  to: Client,
  clinicId: string,
  table: string,
  parts: string[],
): Promise<string[]> {
  const digests = (client: Client) =>
    client
      .query<{ part: string; digest: string }>('select part, digest from app_private.digests_of_clinic($1, $2, $3)', [
        clinicId,
        table,
        parts,
      ])
      .then(({ rows }) => new Map(rows.map(({ part, digest }) => [part, digest])))
  const [wanted, found] = await Promise.all([digests(from), digests(to)])
  return parts.filter((part) => wanted.get(part) !== found.get(part))
}

/** The tables of clinics, and whether the global database has copies of them. */
export async function tablesOfClinics(client: Client): Promise<{ table: string; isCopied: boolean }[]> {
  const { rows } = await client.query<{ table: string; isCopied: boolean }>(
    `select table_name as table, copied_columns is not null as "isCopied"
     from app_private.table_homes where home = 'clinic' order by table_name`,
  )
  return rows
}
