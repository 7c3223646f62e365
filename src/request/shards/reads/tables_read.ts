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
import type { ClinicTables } from './clinic_tables.ts'
import type { Lacking } from './lacking.ts'
import { listsInShards } from './lists_in_shards.ts'
import { tableOf } from './tables_of_types.ts'

/** The tables that a root field of a query reads, for its rows or to filter them, by their names with the schema. */
export interface TablesRead {
  /** The table of its own rows. */
  own: string | undefined
  all: Set<string>
  /** Those that are not reached from a row of a clinic, which leads to rows of the same clinic. */
  free: Set<string>
  /** Those that no other database can add to the answer of the global one (Lacking), or to the rows of a merged list. */
  rest: Set<string>
  /** Whether it returns columns that copies lack. */
  lacksColumns: boolean
}

/** A root field, with the fragments of its document. */
export interface RootSelection {
  node: FieldNode
  fragments: ReadonlyMap<string, FragmentDefinitionNode>
}

interface Found extends TablesRead {
  /** Arguments with input objects: what they read depends on variables. */
  inputs: { argument: ArgumentNode; type: GraphQLInputType; at: Place }[]
}

/** Where a table is read. */
interface Place {
  /** Not from a row of a clinic. */
  isFree: boolean
  /** Inside what each database gives by itself. */
  isLocal: boolean
  /** Where that begins. */
  begins?: boolean
}

/** Finds the tables that queries read. */
export class TablesOfQueries {
  readonly #schema: GraphQLSchema
  readonly #tables: ClinicTables
  readonly #lacking: Lacking
  readonly #found = new WeakMap<FieldNode, Found>()
  readonly #foundInOne = new WeakMap<FieldNode, Found>()

  constructor(schema: GraphQLSchema, tables: ClinicTables, lacking: Lacking) {
    this.#schema = schema
    this.#tables = tables
    this.#lacking = lacking
  }

  /** The tables that a root field reads with some variables. */
  of(root: RootSelection, variables: Record<string, unknown>): TablesRead {
    const { node } = root
    const begins = listsInShards.has(node.name.value)
    const found = this.#found.get(node) ?? this.#find(root, 'query', { isFree: true, isLocal: begins, begins })
    this.#found.set(node, found)
    return this.#withInputs(found, variables)
  }

  /**
   * The tables that a root field reads from rows of people, when it runs in the database of a clinic that it names: of these,
   * other databases may have rows too. A field that names a clinic itself does not count.
   */
  partlyReadBy(root: RootSelection, kind: 'query' | 'mutation', variables: Record<string, unknown>): Set<string> {
    const { node } = root
    const inOne = { isFree: false, isLocal: true }
    const found = this.#foundInOne.get(node) ?? this.#find(root, kind, inOne)
    this.#foundInOne.set(node, found)
    const { rest } = this.#withInputs(found, variables)
    return rest.size === 0 ? rest : this.#withInputs(this.#find(root, kind, { ...inOne, variables }), variables).rest
  }

  #withInputs({ inputs, ...found }: Found, variables: Record<string, unknown>): TablesRead {
    const { all, free, rest } = found
    const read: TablesRead = { ...found, all: new Set(all), free: new Set(free), rest: new Set(rest) }
    for (const { argument, type, at } of inputs)
      this.#addInput(read, type, valueFromASTUntyped(argument.value, variables), at)
    return read
  }

  #find(
    { node, fragments }: RootSelection,
    kind: 'query' | 'mutation',
    at: Place & { variables?: Record<string, unknown> },
  ): Found {
    const sets = { all: new Set<string>(), free: new Set<string>(), rest: new Set<string>() }
    const found: Found = { own: undefined, ...sets, lacksColumns: false, inputs: [] }
    const root = kind === 'query' ? this.#schema.getQueryType() : this.#schema.getMutationType()
    if (root) this.#addField(found, root, node, { fragments, seen: new Set(), ...at })
    const field = root?.getFields()[node.name.value]
    found.own = field && tableOf(getNamedType(field.type))
    return found
  }

  #addField(found: Found, parent: GraphQLObjectType, node: FieldNode, from: Reached): void {
    const field = parent.getFields()[node.name.value]
    if (!field) return
    const lack = from.isLocal ? undefined : this.#lacking.of(parent, node.name.value)
    if (lack === 'column') found.lacksColumns = true
    const at = lack === 'rows' ? { ...from, isLocal: true, begins: true } : ofNamedClinic(node, from)
    for (const argument of node.arguments ?? []) {
      const type = field.args.find(({ name }) => name === argument.name.value)?.type
      if (type && isInputObjectType(getNamedType(type))) found.inputs.push({ argument, type, at })
    }
    const type = getNamedType(field.type)
    if (!isObjectType(type)) return
    this.#add(found, tableOf(type), at)
    if (node.selectionSet) this.#addSelection(found, type, node.selectionSet, this.#reachedFrom(type, at))
  }

  #addSelection(found: Found, parent: GraphQLObjectType, { selections }: SelectionSetNode, from: Reached): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) this.#addField(found, parent, selection, from)
      else if (selection.kind === Kind.INLINE_FRAGMENT) this.#addSelection(found, parent, selection.selectionSet, from)
      else this.#addFragment(found, parent, selection.name.value, from)
    }
  }

  #addFragment(found: Found, parent: GraphQLObjectType, name: string, from: Reached): void {
    // Once for each place that makes a difference.
    const key = `${name} ${from.isFree} ${from.isLocal}`
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
    // The result of a mutation leads to all that can be read.
    if (type === this.#schema.getQueryType()) return { ...from, isFree: true }
    const table = tableOf(type)
    return table === undefined ? from : { ...from, isFree: !this.#tables.has(table), begins: false }
  }

  #add({ all, free, rest }: TablesRead, name: string | undefined, { isFree, isLocal, begins }: Place): void {
    const table = this.#tables.get(name ?? '')
    if (name === undefined || !table) return
    all.add(name)
    if (isFree) free.add(name)
    if (!begins && (isLocal ? isFree : !table.isCopied)) rest.add(name)
  }

  #addInput(read: TablesRead, given: GraphQLInputType, value: unknown, at: Place): void {
    const type = getNamedType(given)
    if (!isInputObjectType(type) || typeof value !== 'object' || value === null) return
    const table = tableOf(type)
    this.#add(read, table, at)
    const inside = table === undefined ? at : { ...at, isFree: !this.#tables.has(table), begins: false }
    for (const each of [value].flat())
      for (const [name, inner] of Object.entries(each ?? {})) {
        const field = type.getFields()[name]
        if (field) this.#addInput(read, field.type, inner, inside)
        // `bookingsExist: true` asks for rows, as `bookings: { … }` does.
        const relation = /Exists?$/.test(name) && type.getFields()[name.replace(/Exists?$/, '')]
        const related = relation && getNamedType(relation.type)
        if (isInputObjectType(related)) this.#add(read, tableOf(related), inside)
      }
  }
}

/** A field that names a clinic leads to rows of that clinic. */
function ofNamedClinic({ name, arguments: given = [] }: FieldNode, from: Reached): Reached {
  const { isFree, variables } = from
  if (!isFree || !variables) return from
  const argumentOf = (wanted: string) => {
    const argument = given.find((each) => each.name.value === wanted)
    return argument && (valueFromASTUntyped(argument.value, variables) as Record<string, unknown> | null)
  }
  const { equalTo, in: oneOf } = (argumentOf('filter')?.clinicId ?? {}) as Record<string, unknown>
  const clinic = equalTo ?? oneOf ?? argumentOf('clinicId') ?? (name.value === 'clinic' ? argumentOf('id') : undefined)
  return clinic == null ? from : { ...from, isFree: false }
}

/** How a selection is reached. */
interface Reached extends Place {
  /** Given where fields that name a clinic are to be distinguished. */
  variables?: Record<string, unknown> | undefined
  fragments: RootSelection['fragments']
  /** The fragments that were counted already. */
  seen: Set<string>
}
