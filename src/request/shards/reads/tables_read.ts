import {
  type ArgumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'postgraphile/graphql'
import { tableOf } from './tables_of_types.ts'

/** The tables that a root field of a query reads, for its rows or to filter them, by their names with the schema. */
export interface TablesRead {
  /** The table of its own rows. */
  own: string | undefined
  all: Set<string>
  /** Those that are not reached from a row of a clinic, which leads to rows of the same clinic. */
  free: Set<string>
  /** The fields of rows of clinics that it returns or filters by, each after its table: `app_public.bookings.note`. */
  fields: Set<string>
}

/** A root field, with the fragments of its document. */
export interface RootSelection {
  node: FieldNode
  fragments: ReadonlyMap<string, FragmentDefinitionNode>
}

interface Found extends TablesRead {
  /** Arguments with input objects; the tables that they read depend on the variables. */
  inputs: { argument: ArgumentNode; type: GraphQLInputType; isFree: boolean }[]
}

/** Finds the tables that queries read. */
export class TablesOfQueries {
  readonly #schema: GraphQLSchema
  readonly #isOfClinics: (table: string) => boolean
  readonly #found = new WeakMap<FieldNode, Found>()

  /** `isOfClinics` returns whether a table has rows of clinics. */
  constructor(schema: GraphQLSchema, isOfClinics: (table: string) => boolean) {
    this.#schema = schema
    this.#isOfClinics = isOfClinics
  }

  /** The tables that a root field reads with some variables. */
  of(root: RootSelection, variables: Record<string, unknown>): TablesRead {
    const { own, all, free, fields, inputs } = this.#find(root)
    const read: TablesRead = { own, all: new Set(all), free: new Set(free), fields: new Set(fields) }
    for (const { argument, type, isFree } of inputs)
      this.#addInput(read, type, valueFromASTUntyped(argument.value, variables), isFree)
    return read
  }

  #find({ node, fragments }: RootSelection): Found {
    const known = this.#found.get(node)
    if (known) return known
    const found: Found = { own: undefined, all: new Set(), free: new Set(), fields: new Set(), inputs: [] }
    this.#found.set(node, found)
    const query = this.#schema.getQueryType()
    if (query) this.#addField(found, query, node, { fragments, seen: new Set(), isFree: true })
    const field = query?.getFields()[node.name.value]
    found.own = field && tableOf(getNamedType(field.type))
    return found
  }

  #addField(found: Found, parent: GraphQLObjectType, node: FieldNode, from: Reached): void {
    const field = parent.getFields()[node.name.value]
    if (!field) return
    this.#addColumn(found, tableOf(parent), node.name.value)
    for (const argument of node.arguments ?? []) {
      const type = field.args.find(({ name }) => name === argument.name.value)?.type
      if (type && isInputObjectType(getNamedType(type))) found.inputs.push({ argument, type, isFree: from.isFree })
    }
    const type = getNamedType(field.type)
    if (!isObjectType(type)) return
    this.#add(found, tableOf(type), from.isFree)
    if (node.selectionSet) this.#addSelection(found, type, node.selectionSet, this.#reachedFrom(type, from))
  }

  #addSelection(found: Found, parent: GraphQLObjectType, { selections }: SelectionSetNode, from: Reached): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) this.#addField(found, parent, selection, from)
      else if (selection.kind === Kind.INLINE_FRAGMENT) this.#addSelection(found, parent, selection.selectionSet, from)
      else this.#addFragment(found, parent, selection.name.value, from)
    }
  }

  #addFragment(found: Found, parent: GraphQLObjectType, name: string, from: Reached): void {
    // Once from rows of clinics, and once from others.
    const key = `${name} ${from.isFree}`
    const fragment = from.fragments.get(name)
    if (!fragment || from.seen.has(key)) return
    from.seen.add(key)
    this.#addSelection(found, parent, fragment.selectionSet, from)
  }

  /**
   * From a row of a clinic, only rows of the same clinic are reached. A type without a table, such as that of a list, is passed
   * through.
   */
  #reachedFrom(type: GraphQLObjectType, from: Reached): Reached {
    const table = tableOf(type)
    return table === undefined ? from : { ...from, isFree: !this.#isOfClinics(table) }
  }

  #add({ all, free }: TablesRead, table: string | undefined, isFree: boolean): void {
    if (table === undefined || !this.#isOfClinics(table)) return
    all.add(table)
    if (isFree) free.add(table)
  }

  #addColumn({ fields }: TablesRead, table: string | undefined, name: string): void {
    if (table !== undefined && this.#isOfClinics(table)) fields.add(`${table}.${name}`)
  }

  #addInput(read: TablesRead, given: GraphQLInputType, value: unknown, isFree: boolean): void {
    const type = getNamedType(given)
    if (!isInputObjectType(type) || typeof value !== 'object' || value === null) return
    const table = tableOf(type)
    this.#add(read, table, isFree)
    const isFreeInside = table === undefined ? isFree : !this.#isOfClinics(table)
    for (const each of [value].flat())
      for (const [name, inner] of Object.entries(each ?? {})) {
        const field = type.getFields()[name]
        if (field) this.#addInput(read, field.type, inner, isFreeInside)
        this.#addColumn(read, table, name)
        // `bookingsExist: true` asks for rows, as `bookings: { … }` does.
        const relation = /Exists?$/.test(name) && type.getFields()[name.replace(/Exists?$/, '')]
        const related = relation && getNamedType(relation.type)
        if (isInputObjectType(related)) this.#add(read, tableOf(related), isFreeInside)
      }
  }
}

/** How a selection is reached. */
interface Reached {
  fragments: RootSelection['fragments']
  /** The fragments that were counted already. */
  seen: Set<string>
  isFree: boolean
}
