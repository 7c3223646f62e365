import type { PgClass } from 'postgraphile/graphile-build-pg/pg-introspection'

const exposed = ['app_public', 'billing']

/**
 * Relations that the data has and that no foreign key declares: a booking's doctor is its slot's, so the constraint is on
 * the slot, and a search result has no constraints at all. A column `doctor_id` refers to a doctor within the clinic of the
 * row, and `clinic_id` to the clinic. Backward relations only where an index supports them, as for declared ones.
 */
export const ImpliedRelationsPlugin: GraphileConfig.Plugin = {
  name: 'MedislotImpliedRelationsPlugin',
  before: ['PgFakeConstraintsPlugin'],
  gather: {
    hooks: {
      pgIntrospection_introspection(info, { introspection }) {
        const classes = introspection.classes.filter(
          ({ relkind, getNamespace }) => 'rc'.includes(relkind) && exposed.includes(getNamespace()?.nspname ?? ''),
        )
        const primaryKeys = new Map(
          classes.map((table) => {
            const key = table.getConstraints().find(({ contype }) => contype === 'p')
            const schema = table.getNamespace()?.nspname ?? ''
            return [table.relname, { schema, key: key?.getAttributes()?.map(({ attname }) => attname) }] as const
          }),
        )
        const tableOf = (column: string) =>
          column.endsWith('_id') ? info.inflection.pluralize(column.slice(0, -'_id'.length)) : undefined

        for (const referring of classes) {
          for (const relation of impliedBy(referring, tableOf, primaryKeys)) addForeignKey(referring, relation)
        }
      },
    },
  },
}

interface Relation {
  schema: string
  table: string
  /** Columns of the referring table, and those of the primary key that they refer to. */
  local: string[]
  remote: string[]
}

/** The relations of a table that its columns' names imply and that no foreign key declares. */
function impliedBy(
  referring: PgClass,
  tableOf: (column: string) => string | undefined,
  primaryKeys: ReadonlyMap<string, { schema: string; key: string[] | undefined }>,
): Relation[] {
  const columns = referring
    .getAttributes()
    .filter(({ attnum, attgenerated }) => attnum > 0 && !attgenerated)
    .map(({ attname }) => attname)
  return columns.flatMap((column) => {
    const table = tableOf(column)
    const { schema = '', key: remote } = (table && primaryKeys.get(table)) || {}
    if (!table || !remote || remote.at(-1) !== 'id') return []
    const local = [...remote.slice(0, -1), column]
    const implied = local.every((name) => columns.includes(name)) && !isDeclared(referring, table, local)
    return implied ? [{ schema, table, local, remote }] : []
  })
}

const isDeclared = (referring: PgClass, table: string, local: string[]) =>
  referring.getConstraints().some(
    (key) =>
      key.contype === 'f' &&
      key.getForeignClass()?.relname === table &&
      // The key may have more columns, which the two rows then share.
      local.every((name) => key.getAttributes()?.some(({ attname }) => attname === name)),
  )

/** Declares a relation by the smart tag that PgFakeConstraintsPlugin reads. */
function addForeignKey(referring: PgClass, { schema, table, local, remote }: Relation): void {
  const indexed = referring
    .getIndexes()
    .some((index) => !index.indpred && sameSet(leading(index.getKeys(), local.length), local))
  const tags = referring.getTags()
  tags.foreignKey = [
    ...[tags.foreignKey ?? []].flat(),
    `(${local}) references ${schema}.${table} (${remote})${indexed ? '' : '|@backwardBehavior -*'}`,
  ] as string[]
}

const leading = (keys: ({ attname: string } | null | undefined)[], count: number) =>
  keys.slice(0, count).map((key) => key?.attname)

const sameSet = (some: (string | undefined)[], others: string[]) =>
  some.length === others.length && others.every((name) => some.includes(name))
