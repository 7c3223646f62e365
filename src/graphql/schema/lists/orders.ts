import type { PgCodec } from 'postgraphile/@dataplan/pg'
import type { GraphQLEnumType } from 'postgraphile/graphql'
import type { Apply, Order } from './nullable_orders.ts'

/** A column in the order of a list. */
export interface OrderColumn {
  isDescending: boolean
  nullsFirst: boolean
  isNullable: boolean
  codec: PgCodec
}

declare module 'postgraphile/graphql' {
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    /** The columns by which a list of a table is ordered, in the order of the values in its cursors. */
    medislotOrder?: (orderBy: readonly string[]) => OrderColumn[]
  }
}

/** Records for each list of a table how it is ordered, so that lists of several databases can be merged. */
export const ListOrdersPlugin: GraphileConfig.Plugin = {
  name: 'MedislotListOrdersPlugin',
  schema: {
    hooks: {
      GraphQLObjectType_fields_field(field, build, { scope }) {
        const { isPgFieldConnection, pgFieldResource } = scope
        const { codec, uniques = [], parameters } = pgFieldResource ?? {}
        const attributes = codec?.attributes
        if (!isPgFieldConnection || !attributes || parameters) return field
        const unique = uniques[0]?.attributes ?? []
        const enumName = build.inflection.orderByType(build.getGraphQLTypeNameByPgCodec(codec, 'output') ?? '')
        const entryOf = (name: string) =>
          (build.getTypeByName(enumName) as GraphQLEnumType | undefined)?.getValue(name)?.extensions.grafast?.apply as
            | Apply
            | undefined
        const medislotOrder = (orderBy: readonly string[]): OrderColumn[] => {
          const orders: Order[] = []
          let isUnique = false
          const setOrderIsUnique = () => {
            isUnique = true
          }
          for (const name of orderBy) entryOf(name)?.({ orderBy: (order) => orders.push(order), setOrderIsUnique })
          // As PostGraphile does.
          const direction = orders[0]?.direction ?? 'ASC'
          if (!isUnique) orders.push(...unique.map((attribute: string) => ({ attribute, direction })))
          return orders.map(({ attribute, direction: given, nulls }) => {
            const { codec: type, notNull } = attributes[attribute] as { codec: PgCodec; notNull?: boolean }
            return {
              isDescending: given === 'DESC',
              nullsFirst: nulls ? nulls === 'FIRST' : given === 'DESC',
              // As PostGraphile does: a domain may exclude null, too.
              isNullable: !notNull && !type.notNull,
              codec: type,
            }
          })
        }
        return { ...field, extensions: { ...field.extensions, medislotOrder } }
      },
    },
  },
}
