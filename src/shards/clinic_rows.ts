import type { Client } from 'pg'

/** Rows that are sent at once. */
const batch = 500

/**
 * Makes a clinic's rows in tables of one database those of another, by copying the parts that differ, and gives the tables in
 * which there were any. `to` is in a transaction between begin_arrival and end_arrival. The rows are those of one moment.
 */
export async function copyRows(from: Client, to: Client, clinicId: string, tables: string[]): Promise<string[]> {
  const changed: string[] = []
  await from.query('begin isolation level repeatable read read only')
  try {
    for (const table of tables) {
      const parts = await differentParts(from, to, clinicId, table)
      if (parts.length === 0) continue
      changed.push(table)
      await to.query('select app_private.remove_rows_of_clinic($1, $2, $3)', [clinicId, table, parts])
      const source = `app_private.rows_of_clinic(
        ${from.escapeLiteral(clinicId)}, ${from.escapeLiteral(table)}, '{${parts}}')`
      await streamRows(from, source, (json) => to.query('select app_private.put_rows_of_clinic($1, $2)', [table, json]))
    }
  } finally {
    await from.query('rollback')
  }
  return changed
}

/** Passes the rows that a function returns as JSON on, some hundred at once, as a JSON array. In a transaction of `from`. */
export async function streamRows(from: Client, source: string, put: (json: string) => Promise<unknown>): Promise<void> {
  await from.query(`declare copied no scroll cursor for select r as row from ${source} r`)
  for (;;) {
    const { rows } = await from.query<{ row: string }>(`fetch ${batch} from copied`)
    if (rows.length === 0) break
    await put(`[${rows.map(({ row }) => row)}]`)
  }
  await from.query('close copied')
}

/** Which parts of a table (app_private.part_of_row) are not the same in both databases. */
export async function differentParts(from: Client, to: Client, clinicId: string, table: string): Promise<number[]> {
  const digests = (client: Client) =>
    client
      .query<{ part: number; digest: string }>('select * from app_private.digests_of_clinic($1, $2)', [clinicId, table])
      .then(({ rows }) => new Map(rows.map(({ part, digest }) => [part, digest])))
  const [wanted, found] = await Promise.all([digests(from), digests(to)])
  return [...new Set([...wanted.keys(), ...found.keys()])].filter((part) => wanted.get(part) !== found.get(part))
}

/** The tables of clinics. */
export async function tablesOfClinics(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ table: string }>(
    `select table_name as table from app_private.table_homes where home = 'clinic' order by table_name`,
  )
  return rows.map(({ table }) => table)
}
