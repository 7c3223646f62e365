import type { Pool } from 'pg'
import type { GraphQLSchema } from 'postgraphile/graphql'
import { globalNumber } from '../../../database/several_databases.ts'
import type { Shards } from '../../../database/shards.ts'
import { Refusal } from '../../refusal.ts'
import type { Claims } from '../../tokens.ts'
import { everywhere, type Unplaced } from '../places.ts'
import { unauthenticated } from '../shard_use.ts'
import { listsInShards } from './lists_in_shards.ts'
import { TablesOfQueries, type TablesRead } from './tables_read.ts'

const roles = ['app_anonymous', 'app_customer', 'app_staff', 'app_admin'] as const
type Role = (typeof roles)[number]

/** A table or view of clinics: sql/core/shards/serving/tables_of_clinics.sql. */
interface ClinicTable {
  /** Whether the global database has copies of its rows. */
  isCopied: boolean
  /** The columns that the copies lack. */
  notCopied: string[]
  /** The least privileged role that may read rows; null if none may. */
  readers: Role | null
  /** Who sees rows besides the staff of their clinics. */
  seenBy: 'staff' | 'customers' | 'everybody'
}

/** What a caller may read, as the global database knows it. */
interface Person {
  role: Role
  isCustomer: boolean
  clinicIds: string[]
}

const nobody: Person = { role: 'app_anonymous', isCustomer: false, clinicIds: [] }

/**
 * Decides where to run queries that name no clinic and read tables of which the global database has no copies, or columns that
 * its copies lack: there, such a table would look empty, and such a column null. Employees all of whose clinics are in one
 * database read in that database. Callers who may not see rows of such tables anywhere read in the global database, and so do
 * all others if the query reads only lists that are merged. All other queries of such tables are refused. If a query can run
 * only in the global database, columns that copies lack are null.
 */
export class ClinicsOfCaller {
  readonly #shards: Shards
  readonly #global: Pool
  readonly #tables: Map<string, ClinicTable>
  /** The fields that the copies lack, each after its table. */
  readonly #columns: ReadonlySet<string>
  readonly #queries: TablesOfQueries

  private constructor(shards: Shards, global: Pool, tables: Map<string, ClinicTable>, schema: GraphQLSchema) {
    this.#shards = shards
    this.#global = global
    this.#tables = tables
    this.#columns = new Set(
      [...tables].flatMap(([table, { notCopied }]) => notCopied.map((column) => `${table}.${camel(column)}`)),
    )
    this.#queries = new TablesOfQueries(schema, (table) => tables.has(table))
  }

  /** Reads from the catalogue of the global database which tables are copied and who sees their rows. */
  static async read(shards: Shards, global: Pool, schema: GraphQLSchema): Promise<ClinicsOfCaller> {
    const { rows } = await global
      .query<{ name: string } & ClinicTable>(
        `select table_name as name, is_copied as "isCopied", not_copied as "notCopied", readers, seen_by as "seenBy"
         from app_private.tables_of_clinics()`,
      )
      .catch((error: Error & { code?: string }) => {
        // A database that lacks this release's migrations has no function for this.
        if (error.code === '42883') return { rows: [] }
        throw error
      })
    return new ClinicsOfCaller(shards, global, new Map(rows.map(({ name, ...table }) => [name, table])), schema)
  }

  /** The number of the database in which a query runs. Throws Refusal `clinic_needed`. */
  async placeOf({ fields, variables }: Unplaced, claims: Claims): Promise<number> {
    const read = fields.map((field) => ({ ...field, ...this.#queries.of(field, variables) }))
    const lacking = read.filter(({ all }) => this.#somewhereElse(all).length > 0)
    const lacksColumns = read.some(({ fields }) => [...fields].some((field) => this.#columns.has(field)))
    if (lacking.length === 0 && !lacksColumns) return globalNumber
    const person = claims.sub === undefined ? nobody : await this.#personOf(claims)
    // The global database will refuse this caller.
    if (!person) return globalNumber
    const { role, isCustomer, clinicIds } = person
    const missing = lacking.filter(({ all }) => this.#somewhereElse(all).some((table) => mayRead(role, table)))
    if (missing.length === 0 && !lacksColumns) return globalNumber
    if (role === 'app_staff') {
      const [place, ...others] = new Set(clinicIds.map((id) => this.#shards.ofClinic(id)))
      if (place !== undefined && others.length === 0 && read.every((each) => this.#isOfOwnClinics(each, isCustomer)))
        return place
    }
    // Columns that the copies lack are null there.
    if (missing.length === 0) return globalNumber
    const seesNone = ({ all }: TablesRead) => this.#somewhereElse(all).every(({ seenBy }) => seenBy !== 'everybody')
    if (role === 'app_customer' && !isCustomer && missing.every(seesNone)) return globalNumber
    if (claims.sub !== undefined && missing.every(isMerged)) return globalNumber
    throw new Refusal('clinic_needed', '', { fields: missing.map(({ name }) => name) })
  }

  /** The tables without copies in the global database. */
  #somewhereElse(tables: Set<string>): ClinicTable[] {
    return [...tables].flatMap((name) => this.#tables.get(name) ?? []).filter(({ isCopied }) => !isCopied)
  }

  /** Whether all rows that a field reads are of the clinics where the caller works. */
  #isOfOwnClinics({ name, own, free }: TablesRead & { name: string }, isCustomer: boolean): boolean {
    const isOfClinics = own !== undefined && this.#tables.has(own)
    return (
      (isOfClinics || everywhere.has(name)) &&
      [...free].every((each) => {
        const seenBy = this.#tables.get(each)?.seenBy
        return seenBy === 'staff' || (seenBy === 'customers' && !isCustomer)
      })
    )
  }

  /** The caller at this moment; undefined for one whom the database will refuse. */
  async #personOf(claims: Claims): Promise<Person | undefined> {
    try {
      const { rows } = await this.#global.query<Person>(
        `select p.role, p.customer_id is not null as "isCustomer", p.staff_clinic_ids::text[] as "clinicIds"
         from app_private.person_of($1::jsonb) p`,
        [JSON.stringify(claims)],
      )
      return rows[0]
    } catch (error) {
      if ((error as { code?: string }).code === unauthenticated) return undefined
      throw error
    }
  }
}

/** Whether a field is a list that is read in all databases, and reads only what belongs to its rows. */
const isMerged = ({ name, own, free }: TablesRead & { name: string }) =>
  listsInShards.has(name) &&
  [...free].every((table) => table === own || (name === 'checkouts' && table === 'billing.checkout_parts'))

const camel = (column: string) => column.replace(/_(\w)/g, (_, letter) => letter.toUpperCase())

const mayRead = (role: Role, { readers }: ClinicTable) =>
  readers !== null && roles.indexOf(role) >= roles.indexOf(readers)
