import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'postgraphile/graphql'

/** Names of the root fields of an operation. A fragment counts once, since repeated spreads are merged. */
export function rootFields(
  { selectionSet }: OperationDefinitionNode,
  fragmentOf: (name: string) => FragmentDefinitionNode | undefined,
): string[] {
  const seen = new Set<string>()
  const namesIn = ({ selections }: SelectionSetNode): string[] =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection.name.value]
      if (selection.kind === Kind.INLINE_FRAGMENT) return namesIn(selection.selectionSet)
      const { value: name } = selection.name
      if (seen.has(name)) return []
      seen.add(name)
      const fragment = fragmentOf(name)
      return fragment ? namesIn(fragment.selectionSet) : []
    })
  return namesIn(selectionSet)
}

/** The kind and the root fields of an operation of a valid document; undefined when there is no such operation. */
export function operationOf(document: DocumentNode, operationName?: string) {
  const operation = getOperationAST(document, operationName)
  if (!operation) return undefined
  const fragments = new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  )
  return { kind: operation.operation, fields: rootFields(operation, (name) => fragments.get(name)) }
}
