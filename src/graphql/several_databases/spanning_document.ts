import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type SelectionSetNode,
  TypeInfo,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'postgraphile/graphql'
import { listsInShards } from '../../request/shards/reads/lists_in_shards.ts'
import { defaultPageSize } from '../schema/lists/lists.ts'
import type { OrderColumn } from '../schema/lists/orders.ts'

/** The name of the field that is added to each list, with the cursors of its rows. */
export const cursors = 'medislotCursors'

/** The names of fields in an answer, each with the name of its field and the names inside it. */
export interface Names {
  [responseName: string]: { field: string; inside: Names }
}

/** A list in a document that several databases answer. */
export interface SpanningList {
  names: Names
  first(variables: Record<string, unknown>): number
  order(variables: Record<string, unknown>): OrderColumn[]
}

/** A document that reads lists in several databases. */
export interface SpanningDocument {
  /** The document for the global database: with the cursors of these lists. */
  global: DocumentNode
  /** The document for the shards: with these lists only. */
  shards: DocumentNode
  /** By their names in the answer. */
  lists: Map<string, SpanningList>
  defaults: Record<string, unknown>
}

/** Gives the documents for the databases, which are made once for each operation of a document. */
export function spanningDocuments(schema: GraphQLSchema) {
  const known = new WeakMap<DocumentNode, Map<string, SpanningDocument>>()
  return ({ document, operationName }: { document: DocumentNode; operationName?: string | null | undefined }) => {
    const ofDocument = known.get(document) ?? new Map<string, SpanningDocument>()
    known.set(document, ofDocument)
    const name = operationName ?? ''
    const spanning = ofDocument.get(name) ?? spanningDocument(schema, document, name || undefined)
    ofDocument.set(name, spanning)
    return spanning
  }
}

/** Makes the documents for the databases from a valid document. */
function spanningDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
): SpanningDocument {
  const operation = getOperationAST(document, operationName)
  if (!operation) throw new Error('the document has no such operation')
  const fragments: Fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  )
  const byName = groupedByName(fieldsOf(operation.selectionSet, fragments))
  const lists = [...byName].filter(([, [field]]) => field && listsInShards.has(field.name.value))
  return {
    global: withCursors(schema, document, (field) => field),
    shards: withCursors(schema, document, () => null),
    lists: new Map(lists.map(([name, fields]) => [name, spanningList(schema, fields, fragments)])),
    defaults: Object.fromEntries(
      (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
        defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
      ),
    ),
  }
}

/** A copy of a document with the cursors of the lists; `other` decides about all other root fields. */
function withCursors(
  schema: GraphQLSchema,
  document: DocumentNode,
  other: (field: FieldNode) => FieldNode | null,
): DocumentNode {
  const typeInfo = new TypeInfo(schema)
  return visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field: {
        leave(field) {
          if (typeInfo.getParentType() !== schema.getQueryType()) return undefined
          if (!listsInShards.has(field.name.value)) return other(field)
          const selections = [...(field.selectionSet?.selections ?? []), edgesWithCursors]
          return { ...field, selectionSet: { kind: Kind.SELECTION_SET, selections } }
        },
      },
    }),
  )
}

const nameNode = (value: string) => ({ kind: Kind.NAME, value }) as const
const edgesWithCursors: FieldNode = {
  kind: Kind.FIELD,
  alias: nameNode(cursors),
  name: nameNode('edges'),
  selectionSet: { kind: Kind.SELECTION_SET, selections: [{ kind: Kind.FIELD, name: nameNode('cursor') }] },
}

/** `fields` have the same name in the answer, so they also have the same arguments. */
function spanningList(schema: GraphQLSchema, fields: FieldNode[], fragments: Fragments): SpanningList {
  const [field] = fields as [FieldNode]
  const argument = (name: string, variables: Record<string, unknown>) => {
    const given: ArgumentNode | undefined = field.arguments?.find((each) => each.name.value === name)
    return given && valueFromASTUntyped(given.value, variables)
  }
  const orderOf = schema.getQueryType()?.getFields()[field.name.value]?.extensions.medislotOrder
  if (!orderOf) throw new Error(`the order of ${field.name.value} is not known`)
  return {
    names: namesIn(fields, fragments),
    first: (variables) => Number(argument('first', variables) ?? defaultPageSize),
    order: (variables) => orderOf([argument('orderBy', variables) ?? []].flat() as string[]),
  }
}

function namesIn(fields: FieldNode[], fragments: Fragments): Names {
  const inside = fields.flatMap(({ selectionSet }) => (selectionSet ? fieldsOf(selectionSet, fragments) : []))
  return Object.fromEntries(
    [...groupedByName(inside)].map(([name, same]) => [
      name,
      { field: (same[0] as FieldNode).name.value, inside: namesIn(same, fragments) },
    ]),
  )
}

type Fragments = Map<string, FragmentDefinitionNode>

/** The fields of a selection, with those of its fragments. */
function fieldsOf({ selections }: SelectionSetNode, fragments: Fragments): FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection]
    if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsOf(selection.selectionSet, fragments)
    const fragment = fragments.get(selection.name.value)
    return fragment ? fieldsOf(fragment.selectionSet, fragments) : []
  })
}

/** Fields by their names in the answer. */
function groupedByName(fields: FieldNode[]): Map<string, FieldNode[]> {
  const groups = new Map<string, FieldNode[]>()
  for (const field of fields) {
    const name = (field.alias ?? field.name).value
    groups.set(name, [...(groups.get(name) ?? []), field])
  }
  return groups
}
