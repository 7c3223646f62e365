import type { Pool } from 'pg'
import type { GraphQLSchema } from 'postgraphile/graphql'
import { globalNumber } from '../../../database/several_databases.ts'
import type { Shards } from '../../../database/shards.ts'
import { Refusal } from '../../refusal.ts'
import type { Claims } from '../../tokens.ts'
import { everywhere, type Placed, type Unplaced } from '../places.ts'
import { unauthenticated } from '../shard_use.ts'
import { type ClinicTable, type ClinicTables, mayRead, type Role, readClinicTables } from './clinic_tables.ts'
import { Lacking } from './lacking.ts'
import { OwnRows } from './own_rows.ts'
import { TablesOfQueries, type TablesRead } from './tables_read.ts'

/** What a caller may read, as the global database knows it. */
interface Person {
  role: Role
  isCustomer: boolean
  clinicIds: string[]
}

/** How much one database has of what an operation reads. */
interface Shares {
  /** Whether it has everything. Else the rest is read again everywhere. */
  isWhole: boolean
  /** The root fields with a rest that cannot be read again. */
  lost: Incomplete[]
}

/** A root field, and the tables of clinics that it reads where the server cannot add what other databases have. */
interface Incomplete {
  name: string
  reads: string[]
}

const hasTables = ({ tables }: { tables: ClinicTable[] }) => tables.length > 0

export function clinicNeeded(fields: Incomplete[]): Refusal {
  const reads = [...new Set(fields.flatMap((each) => each.reads.map((name) => name.replace(/^\w+\./, ''))))]
  const of = reads.length > 0 ? ` of ${reads.join(', ')}` : ''
  const message = `Name the clinic${of}, also in inner lists and filters.`
  const instead = 'Or read these rows first, and filter by the ids in them.'
  return new Refusal('clinic_needed', `${message} ${instead}`, { fields: fields.map(({ name }) => name) })
}

const whole: Shares = { isWhole: true, lost: [] }

const nobody: Person = { role: 'app_anonymous', isCustomer: false, clinicIds: [] }

/**
 * Decides about queries that name no clinic and read tables of which the global database has no copies, where the
 * answer would be empty and look complete, or columns that copies lack, which would be null. An employee all of whose
 * clinics are in one database reads there. A caller who sees no rows of such tables anywhere is answered by the global
 * database, and so are all others who are signed in if the other databases can add what it lacks; else they are
 * refused. For callers who are not signed in, columns stay null.
 */
export class ClinicsOfCaller {
  readonly #shards: Shards
  readonly #global: Pool
  readonly #tables: ClinicTables
  readonly lacking: Lacking
  readonly #queries: TablesOfQueries
  readonly ownRows: OwnRows

  private constructor(shards: Shards, global: Pool, tables: ClinicTables, schema: GraphQLSchema) {
    this.#shards = shards
    this.#global = global
    this.#tables = tables
    this.lacking = new Lacking(schema, tables)
    this.#queries = new TablesOfQueries(schema, tables, this.lacking)
    this.ownRows = new OwnRows(schema, tables, this.#queries, shards)
  }

  /** Reads from the catalogue of the global database which tables are copied and who sees their rows. */
  static async read(shards: Shards, global: Pool, schema: GraphQLSchema): Promise<ClinicsOfCaller> {
    return new ClinicsOfCaller(shards, global, await readClinicTables(global), schema)
  }

  /** The number of the database in which a query runs. Throws Refusal `clinic_needed`. */
  async placeOf({ fields, variables }: Unplaced, claims: Claims): Promise<number> {
    const read = fields.map((field) => ({ ...field, ...this.#queries.of(field, variables) }))
    const lacking = read.filter(({ all }) => this.#somewhereElse(all).length > 0)
    const lacksColumns = read.some((each) => each.lacksColumns)
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
    if (missing.length === 0) return globalNumber
    const seesNone = ({ all }: TablesRead) => this.#somewhereElse(all).every(({ seenBy }) => seenBy !== 'everybody')
    if (role === 'app_customer' && !isCustomer && missing.every(seesNone)) return globalNumber
    // Each request of callers who are not signed in would cost one in every shard.
    const isLost = ({ rest }: TablesRead) =>
      claims.sub === undefined || [...rest].some((name) => mayRead(role, this.#tables.get(name) as ClinicTable))
    const refused = missing.filter(isLost)
    if (refused.length === 0) return globalNumber
    throw clinicNeeded(refused.map(({ name, rest }) => ({ name, reads: [...rest] })))
  }

  /** How much one database has of what an operation reads from rows of people, or of others that every database has. */
  async sharesOf({ fields: given, kind, variables }: Placed, place: number, claims: Claims): Promise<Shares> {
    const fields = given.map((field) => ({ ...field, isFree: everywhere.has(field.name) }))
    const named = { variables, isHere: (id: string) => this.#shards.ofClinic(id) === place }
    const elsewhere = (names: Set<string>) =>
      [...names]
        .map((name) => this.#tables.get(name) as ClinicTable)
        .filter(({ isCopied }) => place !== globalNumber || !isCopied)
    const parts = fields.map((field) => ({ field, tables: elsewhere(this.#queries.partlyReadBy(field, kind, named)) }))
    if (parts.every(({ tables }) => tables.length === 0)) return whole
    const person = claims.sub === undefined ? nobody : await this.#personOf(claims)
    if (!person) return whole
    const { role, isCustomer, clinicIds } = person
    const worksHereOnly = clinicIds.every((id) => this.#shards.ofClinic(id) === place)
    const isSeen = (table: ClinicTable) =>
      mayRead(role, table) &&
      (role === 'app_admin' || table.seenBy === 'everybody' || isCustomer || (role === 'app_staff' && !worksHereOnly))
    const missing = parts.map(({ field, tables }) => ({ field, tables: tables.filter(isSeen) })).filter(hasTables)
    const lost =
      claims.sub === undefined
        ? missing
        : missing
            .map(({ field }) => ({
              field,
              tables: elsewhere(this.#queries.lackingIn(field, kind, named)).filter(isSeen),
            }))
            .filter(hasTables)
    const reads = lost.map(({ field: { name }, tables }) => ({ name, reads: tables.map((table) => table.name) }))
    return { isWhole: missing.length === 0, lost: reads }
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
