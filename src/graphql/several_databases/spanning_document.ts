import {
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getOperationAST,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  TypeInfo,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'postgraphile/graphql'
import type { Lacking } from '../../request/shards/reads/lacking.ts'
import { inGlobal, isReadInEach } from '../../request/shards/reads/marked_fields.ts'
import { type IncompleteRows, incompleteRows, keysOf } from './incomplete_rows.ts'
import { shortened } from './read_again.ts'
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
  /** What is read again everywhere, since it is inside what single databases answer. */
  again: IncompleteRows[]
  defaults: Record<string, unknown>
}

interface Given {
  document: DocumentNode
  operationName?: string | null | undefined
}

/** Remembers what `make` returns for each operation of a document. */
export function remembered<T>(make: (given: Given) => T): (given: Given) => T {
  const known = new WeakMap<DocumentNode, Map<string, T>>()
  return (given) => {
    const ofDocument = known.get(given.document) ?? new Map<string, T>()
    known.set(given.document, ofDocument)
    const name = given.operationName ?? ''
    if (!ofDocument.has(name)) ofDocument.set(name, make(given))
    return ofDocument.get(name) as T
  }
}

/** A document for one database, with what is read again everywhere to complete its answer. */
export type ShortenedDocument = Pick<SpanningDocument, 'again' | 'defaults'> & { document: DocumentNode }

/**
 * Makes the document for the one database in which a valid operation runs, where other databases have a part of its
 * answer.
 */
export function shortenedDocument(schema: GraphQLSchema, lacking: Lacking, given: Given): ShortenedDocument {
  const { operation, fragments } = partsOf(given)
  const { document, again } = shortened(operation, { schema, fragments, lacking, isOfOne: () => true }) ?? {
    document: given.document,
    again: [],
  }
  return { document, again, defaults: defaultsOf(operation) }
}

function partsOf({ document, operationName }: Given) {
  const operation = getOperationAST(document, operationName || undefined)
  if (!operation) throw new Error('the document has no such operation')
  const fragments: Fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  )
  return { operation, fragments }
}

const defaultsOf = ({ variableDefinitions = [] }: OperationDefinitionNode) =>
  Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  )

/** Makes the documents for the databases from a valid document. */
export function spanningDocument(schema: GraphQLSchema, lacking: Lacking | undefined, given: Given): SpanningDocument {
  const { operation: whole, fragments } = partsOf(given)
  const query = schema.getQueryType()
  if (!query) throw new Error('the schema has no queries')
  const isOfOne = (parent: GraphQLObjectType, field: FieldNode) =>
    parent === query ? isReadInEach(field) : lacking?.of(parent, field) !== undefined
  const short = lacking && shortened(whole, { schema, fragments, lacking, isOfOne })
  const { document, operation, again } = short ?? { ...given, operation: whole, again: [] }
  const byName = namedInside([operation], fragments)
  const lists = [...byName].filter(([, [field]]) => field && isReadInEach(field))
  return {
    again,
    global: withKeys(schema, document, lacking, (field) => field),
    shards: withKeys(schema, document, undefined, () => null),
    lists: new Map(
      lists.map(([name, nodes]) => {
        const field = query.getFields()[nodes[0]?.name.value ?? '']
        return [name, spanningList(field, nodes, fragments)]
      }),
    ),
    incomplete: lacking ? incompleteRows(query, operation, fragments, lacking) : [],
    defaults: defaultsOf(operation),
  }
}

/**
 * A copy of a document with the cursors of the lists that are merged, and the keys of incomplete rows; `other` says
 * what becomes of other root fields.
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
          const given = lacking ? inGlobal(field) : field
          if (parent === schema.getQueryType()) return isReadInEach(field) ? withCursors(given) : other(given)
          const isMerged = parent && lacking?.of(parent, field) && !lacking.clinicField(parent)
          return isMerged ? withCursors(given) : undefined
        },
      },
      SelectionSet: {
        leave(set): SelectionSetNode | undefined {
          const parent = parentOf()
          const isIncomplete = set.selections.some(
            (each) => each.kind === Kind.FIELD && parent && lacking?.of(parent, each),
          )
          if (!parent || !lacking || !isIncomplete) return undefined
          return { ...set, selections: [...set.selections, ...keysOf(lacking.clinicField(parent))] }
        },
      },
    }),
  )
}
