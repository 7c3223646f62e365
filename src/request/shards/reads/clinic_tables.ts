import type { Pool } from 'pg'

const roles = ['app_anonymous', 'app_customer', 'app_staff', 'app_admin'] as const
export type Role = (typeof roles)[number]

/** A table or view of clinics: sql/core/shards/serving/tables_of_clinics.sql. */
export interface ClinicTable {
  /** With the schema. */
  name: string
  /** Whether the global database has copies of its rows. */
  isCopied: boolean
  /** The columns that the copies lack. */
  notCopied: string[]
  /** The least role that may read any. */
  readers: Role | null
  /** Who sees rows besides the staff of their clinics. */
  seenBy: 'staff' | 'customers' | 'everybody'
}

/** The tables of clinics, by their names with the schema. */
export type ClinicTables = ReadonlyMap<string, ClinicTable>

/** Reads from the catalogue of the global database which tables are copied and who sees their rows. */
export async function readClinicTables(global: Pool): Promise<ClinicTables> {
  const { rows } = await global
    .query<ClinicTable>(
      `select table_name as name, is_copied as "isCopied", not_copied as "notCopied", readers, seen_by as "seenBy"
       from app_private.tables_of_clinics()`,
    )
    .catch((error: Error & { code?: string }) => {
      // A database that lacks this release's migrations has no function for this.
      if (error.code === '42883') return { rows: [] }
      throw error
    })
  return new Map(rows.map((table) => [table.name, table]))
}

export const mayRead = (role: Role, { readers }: ClinicTable): boolean =>
  readers !== null && roles.indexOf(role) >= roles.indexOf(readers)
