import {
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isObjectType,
} from 'postgraphile/graphql'
import type { ClinicTables } from './clinic_tables.ts'
import { readsOwnRows } from './marked_fields.ts'
import { tableOf } from './tables_of_types.ts'

/** A part that the global database lacks of one of its rows: a column of a copy, or related rows. */
export type Lack = 'column' | 'rows'

/** Knows which fields of its rows the global database lacks, and how they are read in other databases. */
export class Lacking {
  readonly #tables: ClinicTables
  readonly #query: GraphQLObjectType | undefined | null
  /** The list of each table that has all of its rows and can be filtered by id. */
  readonly #lists: ReadonlyMap<string, string>

  constructor(schema: GraphQLSchema, tables: ClinicTables) {
    this.#tables = tables
    this.#query = schema.getQueryType()
    this.#lists = new Map(
      Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap((field) => {
        const table = field.extensions.medislotOrder && tableOf(getNamedType(field.type))
        return table !== undefined && isFilteredById(field) ? [[table, field.name]] : []
      }),
    )
  }

  /** What of a row the global database lacks, if it can be read elsewhere by the id of the row. */
  of(parent: GraphQLObjectType, node: FieldNode): Lack | undefined {
    const name = node.name.value
    const table = tableOf(parent)
    const field = parent.getFields()[name]
    if (table === undefined || !field || !this.#lists.has(table)) return undefined
    const own = this.#tables.get(table)
    if (own && !own.isCopied) return undefined
    if (own?.notCopied.some((column) => camel(column) === name)) return 'column'
    const related = tableOf(getNamedType(field.type))
    if (related === undefined || !this.#isElsewhere(related, node)) return undefined
    // The rows of one person that belong to clinics are in several databases, so it has to be possible to merge them.
    return own || field.extensions.medislotOrder ? 'rows' : undefined
  }

  /** Whether the global database lacks rows, or cannot filter those that it has. */
  #isElsewhere = (table: string, node: FieldNode) => this.#tables.get(table)?.isCopied === false || readsOwnRows(node)

  /**
   * Whether one database has only a part of what a field leads to, from a row of people or from the root of queries, so
   * that it is read again in the global database, to which the other databases add theirs.
   */
  isPart(parent: GraphQLObjectType, name: string): boolean {
    const field = parent.getFields()[name]
    const related = field && tableOf(getNamedType(field.type))
    if (related === undefined || !this.#tables.has(related)) return false
    if (parent === this.#query) return field?.extensions.medislotOrder !== undefined
    const table = tableOf(parent)
    return table !== undefined && !this.#tables.has(table) && this.#lists.has(table)
  }

  /** The list in which rows of a type are found by their ids. */
  listOf(parent: GraphQLObjectType): string {
    const list = this.#lists.get(tableOf(parent) ?? '')
    if (list === undefined) throw new Error(`no list has the rows of ${parent.name}`)
    return list
  }

  /** The field with the clinic of a row; undefined if rows of the type belong to people. */
  clinicField(parent: GraphQLObjectType): 'id' | 'clinicId' | undefined {
    const table = tableOf(parent) ?? ''
    if (!this.#tables.has(table)) return undefined
    return table === 'app_public.clinics' ? 'id' : 'clinicId'
  }
}

function isFilteredById({ type, args }: GraphQLField<unknown, unknown>): boolean {
  const connection = getNamedType(type)
  const row = isObjectType(connection) && getNamedType(connection.getFields().nodes?.type)
  const filter = getNamedType(args.find(({ name }) => name === 'filter')?.type)
  return isObjectType(row) && 'id' in row.getFields() && isInputObjectType(filter) && 'id' in filter.getFields()
}

const camel = (column: string) => column.replace(/_(\w)/g, (_, letter) => letter.toUpperCase())
