import 'postgraphile'

interface Introspection {
  attributes: { attgenerated?: string; attrelid: string; attnum: number; getTags(): Tags }[]
  constraints: Constraint[]
}
interface Constraint {
  contype?: string
  conrelid?: string | null
  confrelid?: string | null
  conkey?: number[] | null
  confkey?: number[] | null
  getTags(): Tags
}
type Tags = Record<string, string | true | (string | true)[]>

const hidden: Tags = { behavior: ['-*'] }

/**
 * Keeps the generated columns that only guard integrity (`active_doctor_id`, …) out of the API, and with them every
 * key made of them: such a foreign key repeats, for living rows, one that is there already, and such a unique
 * constraint would give one more way to look up the same row.
 */
export const GuardColumnsPlugin: GraphileConfig.Plugin = {
  name: 'MedislotGuardColumnsPlugin',
  gather: {
    hooks: {
      pgIntrospection_introspection(_info, event) {
        const { attributes, constraints } = event.introspection as unknown as Introspection
        const key = (relation: string | null | undefined, column: number) => `${relation}.${column}`
        const generated = new Map(
          attributes.filter((a) => a.attgenerated).map((a) => [key(a.attrelid, a.attnum), a] as const),
        )
        for (const constraint of constraints) {
          if (!['p', 'u', 'f'].includes(constraint.contype ?? '')) continue
          const guards = [
            ...(constraint.conkey ?? []).map((column) => key(constraint.conrelid, column)),
            ...(constraint.confkey ?? []).map((column) => key(constraint.confrelid, column)),
          ].flatMap((column) => generated.get(column) ?? [])
          if (guards.length === 0) continue
          Object.assign(constraint.getTags(), hidden)
          for (const column of guards) Object.assign(column.getTags(), hidden)
        }
      },
    },
  },
}
