import {
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  getNamedType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'postgraphile/graphql'
import type { Lacking } from '../../request/shards/reads/lacking.ts'
import { isReadInEach } from '../../request/shards/reads/marked_fields.ts'
import { maxPageSize } from '../schema/lists/lists.ts'
import {
  type Fragments,
  fieldNode,
  namedInside,
  nameNode,
  type SpanningList,
  spanningList,
  withCursors,
} from './selections.ts'

/** The names of the fields that are added to rows: their id, and that of their clinic. */
export const keyName = 'medislotKey'
export const clinicName = 'medislotClinic'
/** The name of the list of rows by their ids, and of the variable with these. */
export const rowsName = 'medislotRows'
export const idsName = 'medislotIds'

/** Rows in the answer of one database, at one place of a document, of which other databases have a part. */
export interface IncompleteRows {
  /** The names in the answer that lead to them. */
  path: string[]
  /**
   * Where the part is: in the database of the row's clinic; some of it in each, to be merged with what is there; or it
   * is read again everywhere, as a query of its own, of rows or (`root`) without.
   */
  from: 'clinic' | 'each' | 'everywhere' | 'root'
  /** The fields that are lacking, by their names in the answer. */
  parts: Map<string, Part>
  /** Reads the parts, those of rows by their ids. */
  document: DocumentNode
}

/** A field that is lacking. */
export interface Part {
  isNullable: boolean
  /** For rows of people: what is merged. */
  list: SpanningList | undefined
}

/** Finds the incomplete rows that an operation selects. */
export function incompleteRows(
  query: GraphQLObjectType,
  operation: OperationDefinitionNode,
  fragments: Fragments,
  lacking: Lacking,
): IncompleteRows[] {
  const found: IncompleteRows[] = []
  function search(parent: GraphQLObjectType, fields: Parameters<typeof namedInside>[0], path: string[]) {
    const byName = namedInside(fields, fragments)
    const lacks = [...byName].filter(([, [field]]) => field && lacking.of(parent, field))
    if (lacks.length > 0) found.push(rowsAt(parent, lacks, path, { operation, fragments, lacking }))
    for (const [name, same] of byName) {
      const [field] = same as [FieldNode]
      const type = getNamedType(parent.getFields()[field.name.value]?.type)
      // What each database gives by itself is complete.
      const isWhole = parent === query ? isReadInEach(field) : lacking.of(parent, field)
      if (isObjectType(type) && !isWhole) search(type, same, [...path, name])
    }
  }
  search(query, [operation], [])
  return found
}

/** What the rows of a document are found in. */
interface Within {
  operation: OperationDefinitionNode
  fragments: Fragments
  lacking: Lacking
}

function rowsAt(
  type: GraphQLObjectType,
  lacks: [string, FieldNode[]][],
  path: string[],
  { operation, fragments, lacking }: Within,
): IncompleteRows {
  const from = lacking.clinicField(type) === undefined ? 'each' : 'clinic'
  const fieldOf = (nodes: FieldNode[]) => type.getFields()[nodes[0]?.name.value ?? '']
  return {
    path,
    from,
    parts: new Map(
      lacks.map(([name, nodes]) => [
        name,
        {
          isNullable: !isNonNullType(fieldOf(nodes)?.type),
          list: from === 'clinic' ? undefined : spanningList(fieldOf(nodes), nodes, fragments),
        },
      ]),
    ),
    document: readingById(
      lacking.listOf(type),
      lacks.flatMap(([, nodes]) => (from === 'clinic' ? nodes : nodes.map(withCursors))),
      { operation, fragments },
    ),
  }
}

/** A document that reads fields of rows by the ids of the rows. */
export function readingById(
  list: string,
  fields: FieldNode[],
  { operation, fragments }: Pick<Within, 'operation' | 'fragments'>,
): DocumentNode {
  const nodes = fieldNode('nodes', { inside: [fieldNode('id', { alias: keyName }), ...fields] })
  const rows: FieldNode = {
    ...fieldNode(list, { alias: rowsName, inside: [nodes] }),
    arguments: [
      { kind: Kind.ARGUMENT, name: nameNode('filter'), value: { kind: Kind.OBJECT, fields: [isOneOf] } },
      { kind: Kind.ARGUMENT, name: nameNode('first'), value: { kind: Kind.INT, value: String(maxPageSize) } },
    ],
  }
  const reading: OperationDefinitionNode = {
    ...operation,
    // A part of such a document is read by one that has other ids.
    variableDefinitions: [...(operation.variableDefinitions ?? []).filter((each) => each !== ids), ids],
    selectionSet: { kind: Kind.SELECTION_SET, selections: [rows] },
  }
  return { kind: Kind.DOCUMENT, definitions: [reading, ...fragments.values()] }
}

const variable = { kind: Kind.VARIABLE, name: nameNode(idsName) } as const
const bigInt = { kind: Kind.NAMED_TYPE, name: nameNode('BigInt') } as const
const ids: VariableDefinitionNode = {
  kind: Kind.VARIABLE_DEFINITION,
  variable,
  type: {
    kind: Kind.NON_NULL_TYPE,
    type: { kind: Kind.LIST_TYPE, type: { kind: Kind.NON_NULL_TYPE, type: bigInt } },
  },
}
/** In a filter: `id: { in: $medislotIds }`. */
const isOneOf = {
  kind: Kind.OBJECT_FIELD,
  name: nameNode('id'),
  value: { kind: Kind.OBJECT, fields: [{ kind: Kind.OBJECT_FIELD, name: nameNode('in'), value: variable }] },
} as const

/** The fields that are added to a selection of incomplete rows. */
export const keysOf = (clinicField: 'id' | 'clinicId' | undefined): FieldNode[] => [
  fieldNode('id', { alias: keyName }),
  ...(clinicField ? [fieldNode(clinicField, { alias: clinicName })] : []),
]
