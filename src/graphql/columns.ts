import 'postgraphile'

/** What only keeps the data right, or has no form outside PostgreSQL, stays out of the API. */
export const ColumnsPlugin: GraphileConfig.Plugin = {
  name: 'MedislotColumnsPlugin',
  // Tags are read by the plugins that come after.
  before: ['PgFakeConstraintsPlugin'],
  gather: {
    hooks: {
      pgIntrospection_introspection(_info, { introspection }) {
        const { attributes, constraints } = introspection

        // Multiranges and transaction ids: PostGraphile knows no type for them, and says so at length.
        for (const column of attributes) {
          const type = column.getType()
          if (type?.typtype === 'm' || type?.typname === 'xid8') column.attisdropped = true
          // What searches compare is for nobody to read; rows are found by find_… functions.
          if (column.attname === 'search_key') column.getTags().behavior = ['-*']
        }

        // Generated columns that only guard integrity (`active_doctor_id`, …), and with them every key made of them: such
        // a foreign key repeats, for living rows, one that is there already, and such a unique constraint would give one
        // more way to look up the same row.
        for (const constraint of constraints) {
          if (!['p', 'u', 'f'].includes(constraint.contype ?? '')) continue
          const own = constraint.getAttributes() ?? []
          const foreign = constraint.contype === 'f' ? (constraint.getForeignAttributes() ?? []) : []
          // Also a column that a trigger fills (`active_doctor_id` of bookings), if it refers to a generated one.
          const guards = own.flatMap((column, i) => {
            const pair = foreign[i] ? [column, foreign[i]] : [column]
            return pair.some(({ attgenerated }) => attgenerated) ? pair : []
          })
          if (guards.length === 0) continue
          constraint.getTags().behavior = ['-*']
          for (const column of guards) column.getTags().behavior = ['-*']
        }
      },
    },
  },
  schema: {
    entityBehavior: {
      pgResourceUnique: {
        // One way to a row: its primary key, the same in every API. Whatever else is unique can be filtered by.
        override: (behavior, [, unique]) => (unique.isPrimary ? behavior : [behavior, '-*']),
      },
      pgCodecAttribute: {
        // Index-aware behaviours hide what no index covers. A state narrows what other filters found, and the indexes
        // that have it are partial, which PostGraphile does not count.
        override: (behavior, [codec, name]) =>
          codec.attributes[name]?.codec.extensions?.oid && isEnum(codec.attributes[name].codec)
            ? [behavior, 'filterBy', 'orderBy']
            : behavior,
      },
    },
  },
}

const isEnum = (codec: object) => 'values' in codec
