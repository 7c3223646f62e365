import type { ASTVisitor, FieldNode, SelectionSetNode, ValidationContext } from 'postgraphile/graphql'
import { tooComplex } from './limits.ts'

const counting = ['totalCount', 'aggregates', 'groupedAggregates']

/**
 * Validation rule: booking slots are counted by clinic. Everybody may see the free ones of all clinics, so that counting them
 * would read millions of rows for a caller who is not signed in. Other tables are either small or, for those who see part of
 * them, counted by an index. The clinic has to be in the document itself, since a filter in a variable could contain anything.
 */
export function countRule(context: ValidationContext): ASTVisitor {
  const counts = (selections: SelectionSetNode | undefined, seen: string[] = []): boolean =>
    selections?.selections.some((selection) => {
      if (selection.kind === 'Field') return counting.includes(selection.name.value)
      if (selection.kind === 'InlineFragment') return counts(selection.selectionSet, seen)
      const name = selection.name.value
      return !seen.includes(name) && counts(context.getFragment(name)?.selectionSet, [...seen, name])
    }) ?? false

  return {
    Field(node) {
      if (node.name.value !== 'bookingSlots' || context.getParentType() !== context.getSchema().getQueryType()) return
      if (isOfOneClinic(node) || !counts(node.selectionSet)) return
      const message = 'Booking slots are counted by clinic: filter: { clinicId: { equalTo: … } }.'
      context.reportError(tooComplex(message, 'counts', undefined, node))
    },
  }
}

function isOfOneClinic({ arguments: given }: FieldNode): boolean {
  const filter = given?.find(({ name }) => name.value === 'filter')?.value
  const clinic =
    filter?.kind === 'ObjectValue' ? filter.fields.find(({ name }) => name.value === 'clinicId') : undefined
  // A variable without a value leaves an empty condition, which is refused.
  return clinic?.value.kind === 'ObjectValue' && clinic.value.fields.some(({ name }) => name.value === 'equalTo')
}
