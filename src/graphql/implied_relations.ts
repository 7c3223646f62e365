import 'postgraphile'

/**
 * Relations that the data has and no foreign key declares: a booking's doctor is its slot's, so the constraint is on the
 * slot, and a search result has no constraints at all. A column `doctor_id` refers to a doctor, within the clinic of the
 * row; `clinic_id` to the clinic. Backward only where an index leads there, as for declared ones.
 */
export const ImpliedRelationsPlugin: GraphileConfig.Plugin = {
  name: 'MedislotImpliedRelationsPlugin',
  before: ['PgFakeConstraintsPlugin'],
  gather: {
    hooks: {
      pgIntrospection_introspection(info, { introspection }) {
        const classes = introspection.classes.filter(
          ({ relkind, getNamespace }) => 'rc'.includes(relkind) && getNamespace()?.nspname === 'app_public',
        )
        const primaryKeys = new Map(
          classes.map((table) => {
            const key = table.getConstraints().find(({ contype }) => contype === 'p')
            return [table.relname, key?.getAttributes()?.map(({ attname }) => attname)] as const
          }),
        )

        for (const referring of classes) {
          const columns = referring.getAttributes().filter(({ attnum, attgenerated }) => attnum > 0 && !attgenerated)
          for (const { attname } of columns) {
            const table = attname.endsWith('_id') && info.inflection.pluralize(attname.slice(0, -'_id'.length))
            const remote = table ? primaryKeys.get(table) : undefined
            if (!table || !remote || remote.at(-1) !== 'id') continue
            const local = [...remote.slice(0, -1), attname]
            if (!local.every((name) => columns.some((column) => column.attname === name))) continue
            const declared = referring
              .getConstraints()
              .some(
                (key) =>
                  key.contype === 'f' &&
                  key.getForeignClass()?.relname === table &&
                  sameSet(key.getAttributes()?.map((column) => column.attname) ?? [], local),
              )
            if (declared) continue
            const indexed = referring
              .getIndexes()
              .some((index) => !index.indpred && sameSet(leading(index.getKeys(), local.length), local))
            const tags = referring.getTags()
            tags.foreignKey = [
              ...[tags.foreignKey ?? []].flat(),
              `(${local}) references app_public.${table} (${remote})${indexed ? '' : '|@backwardBehavior -*'}`,
            ] as string[]
          }
        }
      },
    },
  },
}

const leading = (keys: ({ attname: string } | null | undefined)[], count: number) =>
  keys.slice(0, count).map((key) => key?.attname)

const sameSet = (some: (string | undefined)[], others: string[]) =>
  some.length === others.length && others.every((name) => some.includes(name))
