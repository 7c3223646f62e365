import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  Kind,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'postgraphile/graphql'
import { defaultPageSize } from '../schema/lists/lists.ts'
import type { OrderColumn } from '../schema/lists/orders.ts'

/** The name of the field that is added to each list, with the cursors of its rows. */
export const cursors = 'medislotCursors'

/** Names that an answer has for fields, each with the name of the field and the names inside it. */
export interface Names {
  [responseName: string]: { field: string; inside: Names }
}

/** A list in a document, which several databases answer. */
export interface SpanningList {
  names: Names
  first(variables: Record<string, unknown>): number
  order(variables: Record<string, unknown>): OrderColumn[]
}

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>

/** What several databases answer of a list. `nodes` have the same name in the answer, so they also have the same arguments. */
export function spanningList(
  field: GraphQLField<unknown, unknown> | undefined,
  nodes: FieldNode[],
  fragments: Fragments,
): SpanningList {
  const argument = (name: string, variables: Record<string, unknown>) => {
    const given = nodes[0]?.arguments?.find((each) => each.name.value === name)
    return given && valueFromASTUntyped(given.value, variables)
  }
  const orderOf = field?.extensions.medislotOrder
  if (!orderOf) throw new Error(`the order of ${nodes[0]?.name.value} is not known`)
  return {
    names: namesIn(nodes, fragments),
    first: (variables) => Number(argument('first', variables) ?? defaultPageSize),
    order: (variables) => orderOf([argument('orderBy', variables) ?? []].flat() as string[]),
  }
}

function namesIn(fields: FieldNode[], fragments: Fragments): Names {
  return Object.fromEntries(
    [...namedInside(fields, fragments)].map(([name, same]) => [
      name,
      { field: (same[0] as FieldNode).name.value, inside: namesIn(same, fragments) },
    ]),
  )
}

/** The fields inside some that have the same name in the answer, by their own names in the answer. */
export const namedInside = (
  fields: readonly { readonly selectionSet?: SelectionSetNode | undefined }[],
  fragments: Fragments,
): Map<string, FieldNode[]> =>
  groupedByName(fields.flatMap(({ selectionSet }) => (selectionSet ? fieldsOf(selectionSet, fragments) : [])))

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

/** A field without arguments, with these fields inside it. */
export const fieldNode = (
  name: string,
  { alias, inside }: { alias?: string; inside?: FieldNode[] } = {},
): FieldNode => ({
  kind: Kind.FIELD,
  ...(alias !== undefined && { alias: nameNode(alias) }),
  name: nameNode(name),
  ...(inside && { selectionSet: { kind: Kind.SELECTION_SET, selections: inside } }),
})

export const nameNode = (value: string) => ({ kind: Kind.NAME, value }) as const

/** A field that selects a list, with the cursors of all its rows. */
export const withCursors = (field: FieldNode): FieldNode => ({
  ...field,
  selectionSet: { kind: Kind.SELECTION_SET, selections: [...(field.selectionSet?.selections ?? []), edgesWithCursors] },
})

const edgesWithCursors = fieldNode('edges', { alias: cursors, inside: [fieldNode('cursor')] })
