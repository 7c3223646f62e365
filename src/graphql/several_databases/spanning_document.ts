import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getOperationAST,
  isObjectType,
  Kind,
  type SelectionSetNode,
  TypeInfo,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'postgraphile/graphql'
import type { Lacking } from '../../request/shards/reads/lacking.ts'
import { listsInShards } from '../../request/shards/reads/lists_in_shards.ts'
import { type IncompleteRows, incompleteRows, keysOf } from './incomplete_rows.ts'
import { type Fragments, namedInside, type SpanningList, spanningList, withCursors } from './selections.ts'

/** A document whose answer is in several databases. */
export interface SpanningDocument {
  /** For the global database: with the cursors of the lists, and the keys of incomplete rows. */
  global: DocumentNode
  /** For the shards: with nothing but the lists. */
  shards: DocumentNode
  /** The lists at the root that all databases are asked for, by their names in the answer. */
  lists: Map<string, SpanningList>
  /** The rows of which other databases have a part. */
  incomplete: IncompleteRows[]
  defaults: Record<string, unknown>
}

/** Remembers for each operation of a document what the databases are asked. */
export function spanningDocuments(schema: GraphQLSchema, lacking: Lacking | undefined) {
  const known = new WeakMap<DocumentNode, Map<string, SpanningDocument>>()
  return ({ document, operationName }: { document: DocumentNode; operationName?: string | null | undefined }) => {
    const ofDocument = known.get(document) ?? new Map<string, SpanningDocument>()
    known.set(document, ofDocument)
    const name = operationName ?? ''
    const spanning = ofDocument.get(name) ?? spanningDocument(schema, document, name || undefined, lacking)
    ofDocument.set(name, spanning)
    return spanning
  }
}

/** Makes the documents for the databases from a valid document. */
function spanningDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
  lacking: Lacking | undefined,
): SpanningDocument {
  const operation = getOperationAST(document, operationName)
  const query = schema.getQueryType()
  if (!operation || !query) throw new Error('the document has no such operation')
  const fragments: Fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  )
  const byName = namedInside([operation], fragments)
  const lists = [...byName].filter(([, [field]]) => field && listsInShards.has(field.name.value))
  return {
    global: withKeys(schema, document, lacking, (field) => field),
    shards: withKeys(schema, document, undefined, () => null),
    lists: new Map(
      lists.map(([name, nodes]) => {
        const field = query.getFields()[nodes[0]?.name.value ?? '']
        return [name, spanningList(field, nodes, fragments)]
      }),
    ),
    incomplete: lacking ? incompleteRows(query, operation, fragments, lacking) : [],
    defaults: Object.fromEntries(
      (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
        defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
      ),
    ),
  }
}

/**
 * A copy of a document with the cursors of the lists that are merged, and the keys of incomplete rows; `other` says what becomes
 * of other root fields.
 */
function withKeys(
  schema: GraphQLSchema,
  document: DocumentNode,
  lacking: Lacking | undefined,
  other: (field: FieldNode) => FieldNode | null,
): DocumentNode {
  const typeInfo = new TypeInfo(schema)
  const parentOf = () => {
    const parent = typeInfo.getParentType()
    return isObjectType(parent) ? parent : undefined
  }
  return visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field: {
        leave(field) {
          const parent = parentOf()
          if (parent === schema.getQueryType())
            return listsInShards.has(field.name.value) ? withCursors(field) : other(field)
          const isMerged = parent && lacking?.of(parent, field.name.value) && !lacking.clinicField(parent)
          return isMerged ? withCursors(field) : undefined
        },
      },
      SelectionSet: {
        leave(set): SelectionSetNode | undefined {
          const parent = parentOf()
          const isIncomplete = set.selections.some(
            (each) => each.kind === Kind.FIELD && parent && lacking?.of(parent, each.name.value),
          )
          if (!parent || !lacking || !isIncomplete) return undefined
          return { ...set, selections: [...set.selections, ...keysOf(lacking.clinicField(parent))] }
        },
      },
    }),
  )
}
