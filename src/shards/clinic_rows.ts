import { isDeepStrictEqual } from 'node:util'
import type { Client } from 'pg'
import { StartError } from '../process/settings.ts'

/** Rows that are sent at once. */
const batch = 500

/** What copyRows has copied. */
export interface Copied {
  /** A transaction: what it and later ones have written may be missing in the copy. */
  since: string
  /** How many parts of tables differed. */
  parts: number
}

/**
 * Makes a clinic's rows in tables of one database those of another, by copying the parts of tables that differ or that have
 * changed since an earlier call, and compares them by a digest. All others are compared by their numbers of rows. `to` is in a
 * transaction between begin_arrival and end_arrival, in which nobody else writes these rows. They are those of one moment.
 * Throws StartError when they are not the same afterwards.
 */
export async function copyRows(
  from: Client,
  to: Client,
  clinicId: string,
  tables: string[],
  earlier?: Copied,
): Promise<Copied> {
  await from.query('begin isolation level repeatable read read only')
  try {
    const { rows } = await from.query<{ since: string }>('select pg_snapshot_xmin(pg_current_snapshot())::xid as since')
    const copied = { since: (rows[0] as { since: string }).since, parts: 0 }
    for (const table of tables) {
      const parts = await changedParts(from, to, clinicId, table, earlier?.since)
      if (parts.length === 0) continue
      copied.parts += parts.length
      await to.query('select app_private.remove_rows_of_clinic($1, $2, $3)', [clinicId, table, parts])
      const source = `app_private.rows_of_clinic(
        ${from.escapeLiteral(clinicId)}, ${from.escapeLiteral(table)}, '{${parts}}')`
      await streamRows(from, source, (json) => to.query('select app_private.put_rows_of_clinic($1, $2)', [table, json]))
      if (await digestsDiffer(from, to, clinicId, table, parts)) throw new StartError(`Copies differ: ${table}.`)
    }
    return copied
  } finally {
    await from.query('rollback')
  }
}

/** Passes the rows that a function returns as JSON on, some hundred at once, as a JSON array. In a transaction of `from`. */
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
  const changes = (client: Client, of?: string) =>
    client
      .query<{ part: string; count: string; changed: boolean }>(
        `select part, row_count as count, is_changed as changed from app_private.changes_of_clinic($1, $2, $3)`,
        [clinicId, table, of],
      )
      .then(({ rows }) => new Map(rows.map((row) => [row.part, row])))
  const [wanted, found] = await Promise.all([changes(from, since), changes(to)])
  return [...new Set([...wanted.keys(), ...found.keys()])].filter(
    (part) => wanted.get(part)?.changed || wanted.get(part)?.count !== found.get(part)?.count,
  )
}

/** Whether parts of a table are not the same in both databases. */
async function digestsDiffer(from: Client, to: Client, clinicId: string, table: string, parts: string[]) {
  const digests = (client: Client) =>
    client
      .query('select part, digest from app_private.digests_of_clinic($1, $2, $3) order by part', [
        clinicId,
        table,
        parts,
      ])
      .then(({ rows }) => rows)
  const [wanted, found] = await Promise.all([digests(from), digests(to)])
  return !isDeepStrictEqual(wanted, found)
}

/** The tables of clinics. */
export async function tablesOfClinics(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ table: string }>(
    `select table_name as table from app_private.table_homes where home = 'clinic' order by table_name`,
  )
  return rows.map(({ table }) => table)
}
