import {
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
import { namedBy, type Uses } from './named.ts'
import { listsInShards } from './reads/lists_in_shards.ts'
import { isReadInEach } from './reads/marked_fields.ts'
import type { RootSelection } from './reads/tables_read.ts'

interface RootField {
  name: string
  node: FieldNode
  directives: readonly DirectiveNode[]
  /** The arguments that say where its rows are: its own, for a mutation also those of the fields inside it. */
  uses: Uses
  /** For what every database has, its arguments and those of the fields inside it, which say where other rows are. */
  inside: Uses
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

/** A root field and the databases that it names. */
interface Place {
  name: string
  node: FieldNode
  numbers: Set<number>
  /** Those that what every database has is read with. */
  inside: Set<number>
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
    if (number === undefined) return this.#placeInside(operation, places)
    if (!number && others.length === 0) return undefined
    if (others.length === 0 && !this.#hasOthers(operation, places)) return number
    if (runsGlobally()) return undefined
    const fields = places.map(({ name, numbers }) => ({ field: name, databases: [...numbers].map(nameOf) }))
    throw new Refusal('several_databases', '', { fields, clinicIds: this.#clinicsByDatabase(operation, given) })
  }

  /** The one shard that fields inside what every database has name, if nothing else is read. */
  #placeInside(operation: Operation, places: Place[]): number | undefined {
    const [number, ...others] = new Set(places.flatMap(({ inside }) => [...inside]))
    return others.length > 0 || this.#hasOthers(operation, places) ? undefined : number || undefined
  }

  /**
   * Whether the shard that of() returns is named only inside what every database has, so that the query may run
   * globally, too.
   */
  isNamedInside(given: GivenOperation): boolean {
    const { operation, places } = this.#placesOf(given)
    return operation?.kind === 'query' && numbersIn(places).size === 0
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
    const lists = places.filter(({ node }) => isReadInEach(node))
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

  /**
   * The root fields of an operation that runs in a shard, or of a mutation; of a query in the global database those
   * that say so.
   */
  placed(given: GivenOperation, isGlobal: boolean): Placed | undefined {
    const all = this.#fieldsOf(given)
    if (!isGlobal || all?.kind !== 'query') return all
    const unplaced = new Set(this.unplaced(given).fields.map(({ node }) => node))
    return { ...all, fields: all.fields.filter(({ node }) => !unplaced.has(node)) }
  }

  /** The root fields of a query or mutation. */
  #fieldsOf({ document, operationName, variables: given }: GivenOperation): Placed | undefined {
    const operation = this.#operationOf(document, operationName)
    if (!operation || operation.kind === 'subscription') return undefined
    const { kind, fragments, defaults } = operation
    const variables = { ...defaults, ...given }
    const fields = operation.fields.filter(({ directives }) => !isLeftOut(directives, variables))
    return { kind, fields: fields.map(({ name, node }) => ({ name, node, fragments })), variables }
  }

  #saysWhere(uses: Uses, variables: Record<string, unknown>): boolean {
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
    const places: Place[] = read.map(({ name, node, uses, inside }) => ({
      name,
      node,
      numbers: this.#numbersOf(name, uses, variables),
      inside: this.#numbersOf(name, inside, variables),
    }))
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

  #numbersOf(field: string, uses: Uses, variables: Record<string, unknown>): Set<number> {
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
  const { operation: kind } = operation
  return {
    kind,
    fields: fieldsOf(operation.selectionSet, fragments).map((field) => ({
      name: field.name.value,
      node: field,
      directives: field.directives ?? [],
      ...(kind === 'query' && everywhere.has(field.name.value)
        ? { uses: [], inside: usesIn(field, fragments) }
        : { uses: kind === 'query' ? usesOf(field) : usesIn(field, fragments), inside: [] }),
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

const usesOf = (field: FieldNode): Uses =>
  (field.arguments ?? []).map((argument) => ({ field: field.name.value, argument }))

/** The arguments of a field and of those inside it. `seen` has the fragments that were counted already. */
function usesIn(field: FieldNode, fragments: Fragments, seen = new Set<string>()): Uses {
  const inner = field.selectionSet ? fieldsOf(field.selectionSet, fragments, seen) : []
  return [...usesOf(field), ...inner.flatMap((each) => usesIn(each, fragments, seen))]
}
