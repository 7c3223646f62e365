import {
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'postgraphile/graphql'
import type { Lacking } from '../../request/shards/reads/lacking.ts'
import { type IncompleteRows, keysOf, readingById } from './incomplete_rows.ts'
import { type Fragments, fieldNode, namedInside } from './selections.ts'

/** A document without the fields of which the database that runs it has only a part. */
export interface Shortened {
  document: DocumentNode
  operation: OperationDefinitionNode
  /** What is read again, as queries of the global database to which the others add theirs. */
  again: IncompleteRows[]
}

/** What a document is shortened with. */
interface Within {
  schema: GraphQLSchema
  fragments: Fragments
  lacking: Lacking
  /** Whether a field is answered by single databases, with all that is inside it. */
  isOfOne(parent: GraphQLObjectType, field: FieldNode): boolean
}

/**
 * Finds the fields inside what single databases answer that lead from people, or from the root of queries, to rows of
 * other databases, too. In the document each is replaced by `__typename`, which has its place in the answer.
 */
export function shortened(operation: OperationDefinitionNode, within: Within): Shortened | undefined {
  const { schema, fragments } = within
  const root = operation.operation === 'mutation' ? schema.getMutationType() : schema.getQueryType()
  const again = root ? partsIn(root, operation, within) : []
  if (!root || again.length === 0) return undefined
  const selectionSet = shortenedSet(root, operation.selectionSet, false, within)
  const short = { ...operation, selectionSet }
  return {
    document: { kind: Kind.DOCUMENT, definitions: [short, ...fragments.values()] },
    operation: short,
    again,
  }
}

function partsIn(root: GraphQLObjectType, operation: OperationDefinitionNode, within: Within): IncompleteRows[] {
  const { fragments, lacking, isOfOne } = within
  const found: IncompleteRows[] = []
  function search(
    parent: GraphQLObjectType,
    fields: Parameters<typeof namedInside>[0],
    path: string[],
    isInOne: boolean,
  ) {
    const parts = new Map<string, FieldNode[]>()
    for (const [name, same] of namedInside(fields, fragments)) {
      const [field] = same as [FieldNode]
      const own = field.name.value
      const type = getNamedType(parent.getFields()[own]?.type)
      if (isInOne && lacking.isPart(parent, own)) parts.set(name, same)
      else if (isObjectType(type)) search(type, same, [...path, name], isInOne || isOfOne(parent, field))
    }
    if (parts.size > 0) found.push(readAgain(parent, parts, path, operation, within))
  }
  search(root, [operation], [], false)
  return found
}

function readAgain(
  parent: GraphQLObjectType,
  parts: Map<string, FieldNode[]>,
  path: string[],
  operation: OperationDefinitionNode,
  { schema, fragments, lacking }: Within,
): IncompleteRows {
  const reading = { ...operation, operation: OperationTypeNode.QUERY, directives: [] }
  const fields = [...parts.values()].flat()
  const isRoot = parent === schema.getQueryType()
  const typeOf = (nodes: FieldNode[]) => parent.getFields()[nodes[0]?.name.value ?? '']?.type
  return {
    path,
    from: isRoot ? 'root' : 'everywhere',
    parts: new Map(
      [...parts].map(([name, nodes]) => [name, { isNullable: !isNonNullType(typeOf(nodes)), list: undefined }]),
    ),
    document: isRoot
      ? {
          kind: Kind.DOCUMENT,
          definitions: [
            { ...reading, selectionSet: { kind: Kind.SELECTION_SET, selections: fields } },
            ...fragments.values(),
          ],
        }
      : readingById(lacking.listOf(parent), fields, { operation: reading, fragments }),
  }
}

/**
 * A selection without these fields, and with the keys of their rows. Its fragments are in place, since others may use
 * them.
 */
function shortenedSet(
  parent: GraphQLObjectType,
  { selections }: SelectionSetNode,
  isInOne: boolean,
  within: Within,
): SelectionSetNode {
  const { schema, fragments, lacking } = within
  const isPart = (each: SelectionNode) => isInOne && each.kind === Kind.FIELD && lacking.isPart(parent, each.name.value)
  const keys = selections.some(isPart) && parent !== schema.getQueryType() ? keysOf(undefined) : []
  const short = selections.map((selection): SelectionNode => {
    const { directives = [] } = selection
    if (selection.kind === Kind.FIELD) {
      const alias = (selection.alias ?? selection.name).value
      if (isPart(selection)) return { ...fieldNode('__typename', { alias }), directives }
      return shortenedField(parent, selection, isInOne, within)
    }
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection
    if (!fragment) return selection
    const { typeCondition } = fragment
    const selectionSet = shortenedSet(parent, fragment.selectionSet, isInOne, within)
    return { kind: Kind.INLINE_FRAGMENT, ...(typeCondition && { typeCondition }), directives, selectionSet }
  })
  return { kind: Kind.SELECTION_SET, selections: [...short, ...keys] }
}

function shortenedField(parent: GraphQLObjectType, field: FieldNode, isInOne: boolean, within: Within): FieldNode {
  const type = getNamedType(parent.getFields()[field.name.value]?.type)
  if (!field.selectionSet || !isObjectType(type)) return field
  const isInside = isInOne || within.isOfOne(parent, field)
  return { ...field, selectionSet: shortenedSet(type, field.selectionSet, isInside, within) }
}
