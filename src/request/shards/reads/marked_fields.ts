import type { FieldNode, ValueNode } from 'postgraphile/graphql'
import { listsInShards } from './lists_in_shards.ts'

/** A field that lists rows of which the global database has copies, by a filter that reads tables without copies. */
export interface MarkedField extends FieldNode {
  /** The filter for the global database, with which it lists no copies. */
  readonly filterOfGlobal?: ValueNode
}

const filterOf = (field: MarkedField) => field.filterOfGlobal

/** Whether a list at the root of a query is read in every database, each of which gives rows of its own clinics. */
export const isReadInEach = (field: FieldNode): boolean => listsInShards.has(field.name.value) || readsOwnRows(field)

/** Whether a list is filtered by what only the database of a clinic has. */
export const readsOwnRows = (field: FieldNode): boolean => filterOf(field) !== undefined

/** A field as the global database is to answer it. */
export function inGlobal(field: FieldNode): FieldNode {
  const value = filterOf(field)
  if (!value || !field.arguments) return field
  return {
    ...field,
    arguments: field.arguments.map((each) => (each.name.value === 'filter' ? { ...each, value } : each)),
  }
}
