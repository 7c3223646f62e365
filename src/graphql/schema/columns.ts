import type { PgAttribute, PgConstraint } from 'postgraphile/graphile-build-pg/pg-introspection'

/** Leaves columns and constraints out of the API that only guard integrity or whose types exist only in PostgreSQL. */
export const ColumnsPlugin: GraphileConfig.Plugin = {
  name: 'MedislotColumnsPlugin',
  // Tags are read by the plugins that come after.
  before: ['PgFakeConstraintsPlugin'],
  gather: {
    hooks: {
      pgIntrospection_introspection(_info, { introspection }) {
        hideInternalColumns(introspection.attributes)
        hideGuards(introspection.constraints)
      },
    },
  },
  schema: {
    entityBehavior: {
      pgResourceUnique: {
        // Rows are looked up by their primary key only, in every API. Clients can filter by other unique columns.
        override: (behavior, [, unique]) => (unique.isPrimary ? behavior : [behavior, '-*']),
      },
      pgCodecAttribute: {
        // PostGraphile hides filters and orders that no index supports, and ignores partial indexes, which are the ones
        // that contain states. A filter by state only narrows down what other filters found.
        override: (behavior, [codec, name]) => {
          const { codec: type } = codec.attributes[name] ?? {}
          if (type?.extensions?.oid && isEnum(type)) return [behavior, 'filterBy', 'orderBy']
          return name === 'created_at' && ofPeople.has(codec.name) ? [behavior, 'orderBy'] : behavior
        },
      },
    },
  },
}

/** Tables whose rows people list for all clinics: ids are in the order of time within one database only. */
const ofPeople = new Set(['checkouts', 'invoices', 'refunds'])

const isEnum = (codec: object) => 'values' in codec

/** Multiranges and transaction ids, for which PostGraphile has no type and logs warnings; and the columns that searches compare. */
function hideInternalColumns(columns: PgAttribute[]): void {
  for (const column of columns) {
    const type = column.getType()
    if (type?.typtype === 'm' || type?.typname === 'xid8') column.attisdropped = true
    // Rows are found by find_… functions instead.
    if (column.attname === 'search_key') hide(column)
  }
}

/**
 * References to currencies, and generated columns that only guard integrity (`active_doctor_id`, …), and every key that contains one: such a foreign key
 * repeats another one for active rows, and such a unique constraint would be one more way to look up the same row.
 */
function hideGuards(constraints: PgConstraint[]): void {
  for (const constraint of constraints) {
    if (!['p', 'u', 'f'].includes(constraint.contype ?? '')) continue
    // The code of a currency is all that clients need.
    if (constraint.getForeignClass()?.relname === 'currencies') hide(constraint)
    const guards = guardsIn(constraint)
    if (guards.length > 0) hide(constraint)
    for (const column of guards) hide(column)
  }
}

/**
 * The generated columns of a key, and those that a trigger fills (`active_doctor_id` of bookings) and that refer to one.
 * The column `head_slot_id` refers to one as well, but clients read it: it tells which slots a visit has.
 */
function guardsIn(constraint: PgConstraint): PgAttribute[] {
  const foreign = constraint.contype === 'f' ? (constraint.getForeignAttributes() ?? []) : []
  return (constraint.getAttributes() ?? []).flatMap((column, i) => {
    const other = foreign[i]
    const isFilled = other?.attgenerated && column.attname.startsWith('active_')
    return [...(column.attgenerated || isFilled ? [column] : []), ...(other?.attgenerated ? [other] : [])]
  })
}

function hide(entity: PgAttribute | PgConstraint): void {
  entity.getTags().behavior = ['-*']
}
