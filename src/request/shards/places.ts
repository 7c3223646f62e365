import {
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getOperationAST,
  Kind,
  type OperationTypeNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'postgraphile/graphql'
import { globalNumber } from '../../database/several_databases.ts'
import type { Shards } from '../../database/shards.ts'
import { Refusal } from '../refusal.ts'
import { listsInShards } from './reads/lists_in_shards.ts'
import type { RootSelection } from './reads/tables_read.ts'

/** Arguments of a root field and of the fields inside it, each with the name of its field. */
interface RootField {
  name: string
  node: FieldNode
  directives: readonly DirectiveNode[]
  uses: { field: string; argument: ArgumentNode }[]
}

interface Operation {
  kind: OperationTypeNode
  fields: RootField[]
  fragments: Fragments
  defaults: Record<string, unknown>
}

/** The root fields of a query whose arguments do not identify the database of their rows, and its variables. */
export interface Unplaced {
  fields: (RootSelection & { name: string })[]
  variables: Record<string, unknown>
}

/** The root fields of an operation, and its variables. */
export interface Placed extends Unplaced {
  kind: 'query' | 'mutation'
}

/** The ids in the arguments of a root field: ids of clinics, and ids of rows, some of which belong to clinics. */
interface Named {
  clinics: string[]
  rows: { id: string; name: string; isOfPeople: boolean }[]
}

/** A root field and the databases that it names. */
interface Place {
  name: string
  numbers: Set<number>
}

/**
 * Root fields of queries that read what every shard has, so that they may stand in a document with a clinic of a shard.
 */
export const everywhere: ReadonlySet<string> = new Set(
  [
    '__typename __schema __type currentPerson specialization specializations',
    'customer customers customerMerge customerMerges guardianship guardianships guardiansOfCustomers',
    'stateTransition stateTransitions defaultNotificationText defaultNotificationTexts currency currencies utcOffsets',
  ].flatMap((names) => names.split(' ')),
)

/** Parts of a filter that are not names of columns or relations. */
const passesName = new Set(['filter', 'condition', 'input', 'patch', 'and', 'or', 'some', 'every', 'equalTo', 'in'])
/** Parts that exclude what they name. */
const excludes = new Set(['not', 'none', 'notEqualTo', 'notIn', 'isNull', 'lessThan', 'greaterThan'])

/** Ids of rows of the global database: of people, and of data that is the same in every database. */
const ofPeople = /(customer|account|specialization|merge|guardianship)(Ids?|s)?$/i

/** The token of a link (app_private.read_link): key, signature, purpose, the clinic's id in hexadecimal, a subject. */
const link = /^[1-9]\d{0,8}\.[\w-]{16}\.[mjocf]([1-9a-f][0-9a-f]{0,14})-[1-9a-f][0-9a-f]{0,14}$/

/**
 * The token of an invitation of a clinic in a shard, or of a link to add one of its records
 * (app_private.account_message_of), with the clinic's id in hexadecimal.
 */
const mailed = /^[ir]([1-9a-f][0-9a-f]{0,14})\.[\w-]{32}$/

/** An operation of a valid document. */
export interface GivenOperation {
  document: DocumentNode
  operationName?: string | undefined
  variables: Record<string, unknown>
}

/**
 * Decides in which database an operation runs, by the clinics that its arguments name: in a shard, or in the global
 * database, which has people, and copies for what is read across clinics.
 */
export class Places {
  readonly #shards: Shards
  readonly #operations = new WeakMap<DocumentNode, Map<string | undefined, Operation>>()

  constructor(shards: Shards) {
    this.#shards = shards
  }

  /**
   * The number of the shard in which an operation runs; undefined for the global database. Throws Refusal
   * `several_databases` when its parts belong to different databases, unless `runsGlobally` returns true, which lets it
   * run in the global database.
   */
  of(given: GivenOperation, runsGlobally: () => boolean): number | undefined {
    const { operation, places } = this.#placesOf(given)
    if (!operation) return undefined
    const [number, ...others] = numbersIn(places)
    if (!number && others.length === 0) return undefined
    if (others.length === 0 && !this.#hasOthers(operation, places)) return number
    if (runsGlobally()) return undefined
    const fields = places.map(({ name, numbers }) => ({ field: name, databases: [...numbers].map(nameOf) }))
    throw new Refusal('several_databases', '', { fields, clinicIds: this.#clinicsByDatabase(operation, given) })
  }

  /** The clinics that an operation names, grouped by database. */
  #clinicsByDatabase({ fields, defaults }: Operation, given: GivenOperation): string[][] {
    const variables = { ...defaults, ...given.variables }
    const ids = new Set(fields.flatMap(({ uses }) => namedBy(uses, variables).clinics))
    const groups = new Map<number | undefined, string[]>()
    for (const id of ids) {
      const number = this.#shards.ofClinic(id)
      groups.set(number, [...(groups.get(number) ?? []), id])
    }
    return [...groups.values()]
  }

  /**
   * Whether an operation reads lists of which the global database has no copies and whose rows are in several
   * databases. Everything else that it reads must be in the global database.
   */
  spansShards(given: GivenOperation): boolean {
    const { operation, places } = this.#placesOf(given)
    if (operation?.kind !== 'query') return false
    const lists = places.filter(({ name }) => listsInShards.has(name))
    const rest = places.filter((place) => !lists.includes(place))
    if (lists.length === 0 || [...numbersIn(rest)].some((number) => number !== globalNumber)) return false
    const [number, ...others] = numbersIn(places)
    const inOneDatabase = others.length === 0 && lists.every(({ numbers }) => numbers.size > 0)
    return !inOneDatabase || (number !== globalNumber && this.#hasOthers(operation, rest))
  }

  /**
   * The id of the checkout that an operation is about, if the id does not identify the database, because clinics were
   * moved. Keys of other rows contain the clinic.
   */
  checkoutOf({ document, operationName, variables: given }: GivenOperation): string | undefined {
    const operation = this.#operationOf(document, operationName)
    const [field, ...others] = operation?.fields ?? []
    if (!operation || !field || others.length > 0 || !/^(checkout|cancelCheckout)$/.test(field.name)) return undefined
    const { clinics, rows } = namedBy(field.uses, { ...operation.defaults, ...given })
    const [id, ...more] = clinics.length === 0 ? rows.map((row) => row.id) : []
    return id && more.length === 0 && this.#shards.ofRow(id).length > 1 ? id : undefined
  }

  /**
   * The root fields of a query that name no clinic, no link, and no row whose id identifies its database: in the global
   * database they read copies.
   */
  unplaced(given: GivenOperation): Unplaced {
    const operation = this.#operationOf(given.document, given.operationName)
    if (operation?.kind !== 'query' || this.checkoutOf(given) !== undefined) return { fields: [], variables: {} }
    const variables = { ...operation.defaults, ...given.variables }
    const fields = operation.fields.filter(
      ({ directives, uses }) => !isLeftOut(directives, variables) && !this.#saysWhere(uses, variables),
    )
    return { fields: fields.map(({ name, node }) => ({ name, node, fragments: operation.fragments })), variables }
  }

  /** The root fields of a query or mutation. */
  fieldsOf({ document, operationName, variables: given }: GivenOperation): Placed | undefined {
    const operation = this.#operationOf(document, operationName)
    if (!operation || operation.kind === 'subscription') return undefined
    const { kind, fragments, defaults } = operation
    const variables = { ...defaults, ...given }
    const fields = operation.fields.filter(({ directives }) => !isLeftOut(directives, variables))
    return { kind, fields: fields.map(({ name, node }) => ({ name, node, fragments })), variables }
  }

  #saysWhere(uses: RootField['uses'], variables: Record<string, unknown>): boolean {
    if (uses.some(({ argument }) => argument.name.value === 'token')) return true
    const { clinics, rows } = namedBy(uses, variables)
    return clinics.length > 0 || rows.some(({ id, isOfPeople }) => !isOfPeople && this.#shards.ofRow(id).length < 2)
  }

  /** Whether there is a root field that names no clinic and belongs to the global database alone. */
  #hasOthers = ({ kind }: Operation, places: Place[]) =>
    places.some(
      ({ name, numbers }) =>
        numbers.size === 0 && (kind === 'mutation' ? name !== '__typename' : !everywhere.has(name)),
    )

  /** The databases that each root field of an operation names. */
  #placesOf({ document, operationName, variables: given }: GivenOperation) {
    const operation = this.#operationOf(document, operationName)
    const variables = { ...operation?.defaults, ...given }
    const read = operation?.fields.filter(({ directives }) => !isLeftOut(directives, variables)) ?? []
    const places: Place[] = read.map(({ name, uses }) => ({ name, numbers: this.#numbersOf(name, uses, variables) }))
    return { operation, places }
  }

  #operationOf(document: DocumentNode, operationName: string | undefined): Operation | undefined {
    const known = this.#operations.get(document) ?? new Map<string | undefined, Operation>()
    this.#operations.set(document, known)
    const operation = known.get(operationName) ?? readOperation(document, operationName)
    // Not the names that callers make up.
    if (operation) known.set(operationName, operation)
    return operation
  }

  #numbersOf(field: string, uses: RootField['uses'], variables: Record<string, unknown>): Set<number> {
    const named = namedBy(uses, variables)
    // What a checkout pays may be in other databases than its page.
    const rows = listsInShards.has(field) ? named.rows.filter(({ name }) => name !== 'checkoutId') : named.rows
    const numbers = named.clinics.map((id) => this.#shards.ofClinic(id))
    // A clinic identifies the database of its rows. Without a clinic, a row that may have been moved is read from the
    // copies of all clinics.
    if (numbers.length === 0) {
      const ofRows = rows.map(({ id }) => this.#shards.ofRow(id))
      numbers.push(...ofRows.map(([likeliest, ...others]) => (others.length > 0 ? undefined : likeliest || undefined)))
    }
    return new Set(numbers.filter((number) => number !== undefined))
  }
}

/** Whether @skip or @include on a field leaves it out. */
const isLeftOut = (directives: readonly DirectiveNode[], variables: Record<string, unknown>) =>
  directives.some(({ name, arguments: [argument] = [] }) => {
    const value = argument && valueFromASTUntyped(argument.value, variables)
    return name.value === 'include' ? value === false : name.value === 'skip' && value === true
  })

const numbersIn = (places: Place[]) => new Set(places.flatMap(({ numbers }) => [...numbers]))

const nameOf = (number: number) => (number === globalNumber ? 'global' : `shard ${number}`)

/** What the arguments of a root field name. */
function namedBy(uses: RootField['uses'], variables: Record<string, unknown>): Named {
  const named: Named = { clinics: [], rows: [] }
  for (const { field, argument } of uses) {
    const value = valueFromASTUntyped(argument.value, variables)
    collect(named, [field], { [argument.name.value]: field === 'beginCheckout' ? itsClinic(value) : value })
  }
  return named
}

/** A checkout is begun at the clinic that it names. The databases of the others make their shares: sharing.ts. */
const itsClinic = (input: unknown) => ({ clinicId: (input as { clinicId?: unknown } | null | undefined)?.clinicId })

/** Adds the ids in a value to what is named. `path` has the names of columns and relations that lead to it. */
function collect(named: Named, path: string[], value: unknown): void {
  if (typeof value === 'string' || typeof value === 'number') addId(named, path, String(value))
  if (typeof value !== 'object' || value === null) return
  const parts = Array.isArray(value) ? value.map((item) => ['in', item] as const) : Object.entries(value)
  for (const [name, inner] of parts)
    if (!excludes.has(name)) collect(named, passesName.has(name) ? path : [...path, name], inner)
}

function addId({ clinics, rows }: Named, path: string[], value: string): void {
  const [parent = '', name = ''] = path.slice(-2)
  if (name === 'token') {
    const [, hexadecimal] = link.exec(value) ?? mailed.exec(value) ?? []
    if (hexadecimal) clinics.push(String(Number.parseInt(hexadecimal, 16)))
  } else if (/^\d{1,18}$/.test(value)) {
    if (/^clinicIds?$/.test(name) || (name === 'id' && /^(clinics?|updateClinic)$/.test(parent))) clinics.push(value)
    else if (/^id$|Ids?$/.test(name) && name !== 'clientMutationId')
      rows.push({ id: value, name, isOfPeople: ofPeople.test(name === 'id' ? parent : name) })
  }
}

function readOperation(document: DocumentNode, operationName: string | undefined): Operation | undefined {
  const operation = getOperationAST(document, operationName)
  if (!operation) return undefined
  const fragments = new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  )
  const defaults = (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
  )
  return {
    kind: operation.operation,
    fields: fieldsOf(operation.selectionSet, fragments).map((field) => ({
      name: field.name.value,
      node: field,
      directives: field.directives ?? [],
      uses: usesIn(field, fragments),
    })),
    fragments,
    defaults: Object.fromEntries(defaults),
  }
}

type Fragments = Map<string, FragmentDefinitionNode>

/** The fields of a selection, with those of its fragments, each fragment once. */
function fieldsOf({ selections }: SelectionSetNode, fragments: Fragments, seen = new Set<string>()): FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection]
    if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsOf(selection.selectionSet, fragments, seen)
    const { value: name } = selection.name
    const fragment = fragments.get(name)
    if (!fragment || seen.has(name)) return []
    seen.add(name)
    return fieldsOf(fragment.selectionSet, fragments, seen)
  })
}

/** The arguments of a field and of those inside it. `seen` has the fragments that were counted already. */
function usesIn(field: FieldNode, fragments: Fragments, seen = new Set<string>()): RootField['uses'] {
  const own = (field.arguments ?? []).map((argument) => ({ field: field.name.value, argument }))
  const inner = field.selectionSet ? fieldsOf(field.selectionSet, fragments, seen) : []
  return [...own, ...inner.flatMap((each) => usesIn(each, fragments, seen))]
}
