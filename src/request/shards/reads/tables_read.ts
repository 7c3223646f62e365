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
import { isReadInEach } from './marked_fields.ts'
import { tableOf } from './tables_of_types.ts'

/** The tables that a root field of a query reads, for its rows or to filter them, by their names with the schema. */
export interface TablesRead {
  /** The table of its own rows. */
  own: string | undefined
  all: Set<string>
  /** Those that are not reached from a row of a clinic, which leads to rows of the same clinic. */
  free: Set<string>
  /**
   * Those that no other database can add to the answer of the global one (Lacking), or to the rows of a merged list.
   */
  rest: Set<string>
  /** Whether it returns columns that copies lack. */
  lacksColumns: boolean
}

/** A root field, with the fragments of its document. */
export interface RootSelection {
  node: FieldNode
  fragments: ReadonlyMap<string, FragmentDefinitionNode>
}

/** What tells whether a field names clinics of the database in which it is read. */
export interface NamedClinics {
  variables: Record<string, unknown>
  /** Whether the database has a clinic. */
  isHere(clinicId: string): boolean
}

/** A root field of an operation that runs in one database. */
export interface PlacedSelection extends RootSelection {
  /** Whether it does not name a clinic, since it is in every database. */
  isFree: boolean
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
    const begins = isReadInEach(node)
    const found =
      this.#found.get(node) ?? this.#find(root, 'query', { isFree: true, isLocal: begins, begins, isAdded: true })
    this.#found.set(node, found)
    return this.#withInputs(found, variables)
  }

  /**
   * The tables that a root field reads from rows of people, when it runs in one database: of these, other databases may
   * have rows too. A field that names clinics of this database itself does not count.
   */
  partlyReadBy(root: PlacedSelection, kind: OperationKind, named: NamedClinics): Set<string> {
    const { node, isFree } = root
    const inOne = { isFree, isLocal: true }
    const found = this.#foundInOne.get(node) ?? this.#find(root, kind, inOne)
    this.#foundInOne.set(node, found)
    const { rest } = this.#withInputs(found, named.variables)
    return rest.size === 0 ? rest : this.#withInputs(this.#find(root, kind, { ...inOne, named }), named.variables).rest
  }

  /** Those of partlyReadBy() that are still only a part when fields that other databases can add to are read again. */
  lackingIn(root: PlacedSelection, kind: OperationKind, named: NamedClinics): Set<string> {
    const inOne = { isFree: root.isFree, isLocal: true, isAdded: true, named }
    return this.#withInputs(this.#find(root, kind, inOne), named.variables).rest
  }

  /** Whether a filter of rows of clinics reads tables of which the global database has no copies. */
  readsWithoutCopies(filter: GraphQLInputType, value: unknown): boolean {
    const read: TablesRead = { own: undefined, all: new Set(), free: new Set(), rest: new Set(), lacksColumns: false }
    this.#addInput(read, filter, value, { isFree: false, isLocal: false })
    return read.rest.size > 0
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
    kind: OperationKind,
    at: Place & Pick<Reached, 'named' | 'isAdded'>,
  ): Found {
    const sets = { all: new Set<string>(), free: new Set<string>(), rest: new Set<string>() }
    const found: Found = { own: undefined, ...sets, lacksColumns: false, inputs: [] }
    const root = kind === 'query' ? this.#schema.getQueryType() : this.#schema.getMutationType()
    if (root) this.#addField(found, root, node, { fragments, seen: new Set(), ...at })
    const field = root?.getFields()[node.name.value]
    found.own = field && tableOf(getNamedType(field.type))
    return found
  }

  #addField(found: Found, parent: GraphQLObjectType, node: FieldNode, reached: Reached): void {
    const name = node.name.value
    const field = parent.getFields()[name]
    if (!field) return
    const isReadAgain = reached.isAdded && reached.isLocal && reached.isFree && this.#lacking.isPart(parent, name)
    const from = isReadAgain ? { ...reached, isLocal: false } : reached
    const lack = from.isLocal ? undefined : this.#lacking.of(parent, node)
    if (lack === 'column') found.lacksColumns = true
    const isMerged = lack === 'rows' || (isReadAgain && parent === this.#schema.getQueryType() && isReadInEach(node))
    const at = isMerged ? { ...from, isLocal: true, begins: true } : ofNamedClinics(node, from)
    for (const argument of node.arguments ?? []) {
      const type = field.args.find((each) => each.name === argument.name.value)?.type
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
   * From a row of a clinic, only rows of the same clinic are reached. A type without a table, such as that of a list,
   * is passed through.
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

  #addInput(read: TablesRead, given: GraphQLInputType, value: unknown, reached: Place & Pick<Reached, 'named'>): void {
    const type = getNamedType(given)
    if (!isInputObjectType(type) || typeof value !== 'object' || value === null) return
    const table = tableOf(type)
    const at = ofRequiredClinics(value, reached)
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

/** A filter that requires some row of clinics that it names reads rows of these clinics only. */
function ofRequiredClinics<At extends Place & Pick<Reached, 'named'>>(value: object, at: At): At {
  const [only, ...others] = Object.entries(value)
  if (!at.isFree || !at.named || only?.[0] !== 'some' || others.length > 0) return at
  return areHere((only[1] as { clinicId?: unknown } | null)?.clinicId, at.named) ? { ...at, isFree: false } : at
}

/** Whether a filter of the clinic names clinics of one database. */
function areHere(filter: unknown, { isHere }: NamedClinics): boolean {
  const { equalTo, in: oneOf } = (filter ?? {}) as Record<string, unknown>
  const clinics = equalTo ?? oneOf
  return clinics != null && [clinics].flat().every((id) => isHere(String(id)))
}

/** A field that names clinics leads to rows of these clinics. */
function ofNamedClinics({ name, arguments: given = [] }: FieldNode, from: Reached): Reached {
  const { isFree, named } = from
  if (!isFree || !named) return from
  const argumentOf = (wanted: string) => {
    const argument = given.find((each) => each.name.value === wanted)
    return argument && (valueFromASTUntyped(argument.value, named.variables) as Record<string, unknown> | null)
  }
  const clinic = argumentOf('clinicId') ?? (name.value === 'clinic' ? argumentOf('id') : undefined)
  const isNamed = areHere(argumentOf('filter')?.clinicId ?? { equalTo: clinic }, named)
  return isNamed ? { ...from, isFree: false } : from
}

type OperationKind = 'query' | 'mutation'

/** How a selection is reached. */
interface Reached extends Place {
  /** Given where fields that name clinics of one database are to be distinguished. */
  named?: NamedClinics | undefined
  /** Whether fields of which one database has only a part are read again. */
  isAdded?: boolean
  fragments: RootSelection['fragments']
  /** The fragments that were counted already. */
  seen: Set<string>
}
