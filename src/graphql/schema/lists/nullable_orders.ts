import type { PgCodec } from 'postgraphile/@dataplan/pg'
import type { SQL } from 'postgraphile/pg-sql2'

/** How an entry of an enum of orders orders a list: see PostGraphile's PgOrderAllAttributesPlugin. */
interface OrderBuilder {
  orderBy(order: Order): void
  setOrderIsUnique(): void
}

/** A column by which a list is ordered. */
export interface Order {
  attribute: string
  direction: 'ASC' | 'DESC'
  nulls?: 'FIRST' | 'LAST'
}

/** What an entry of an enum of orders does. */
export type Apply = (builder: OrderBuilder) => void

/**
 * Pages of a list that is ordered by a column with nulls contain each row once. PostGraphile's condition for the rows after a
 * cursor has the nulls at the wrong end (5.1.5), and its cursors have 0 for an integer that is null. So the list is ordered by an
 * array of the column, which is never null: PostgreSQL compares nulls inside arrays in the same order as nulls themselves.
 */
export const NullableOrdersPlugin: GraphileConfig.Plugin = {
  name: 'MedislotNullableOrdersPlugin',
  schema: {
    hooks: {
      GraphQLEnumType_values: {
        after: ['PgOrderAllAttributesPlugin'],
        callback(values, build, { scope }) {
          if (!scope.isPgRowSortEnum) return values
          const { sql, dataplanPg } = build
          const withoutNulls = (order: Order) => ({
            ...order,
            callback: (column: SQL, codec: PgCodec, isNullable: boolean) =>
              isNullable && !codec.arrayOfCodec
                ? [
                    sql`array[${column}]`,
                    dataplanPg.listOfCodec(codec as Parameters<typeof dataplanPg.listOfCodec>[0]),
                    false,
                  ]
                : [column, codec, false],
          })
          for (const value of Object.values(values)) {
            const grafast = value.extensions?.grafast as { apply?: Apply } | undefined
            const theirs = grafast?.apply
            if (grafast && theirs)
              grafast.apply = (builder) =>
                theirs(
                  Object.create(builder, {
                    orderBy: { value: (order: Order) => builder.orderBy(withoutNulls(order)) },
                  }),
                )
          }
          return values
        },
      },
    },
  },
}
