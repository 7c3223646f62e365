import 'postgraphile'

/** Rows of a list when the caller gives no page size. */
export const defaultPageSize = 20
/** Maximum rows of a list; limits.ts refuses larger page sizes. */
export const maxPageSize = 100

const limits = ['page_size', 'days_from', 'visits', 'series_id']
const pagesItself = (parameters: readonly { name: string | null }[] | undefined) =>
  parameters?.some(({ name }) => name !== null && limits.includes(name)) ?? false

/**
 * Lists are paged forward by cursor, and always have a limit: `first` has a default and cannot be null. `offset`, `last`
 * and `before` do not exist: an offset reads all rows that it skips, and to page backwards clients reverse the order.
 * A function with a parameter `page_size` does its own paging, one with `days_from` returns a few days, and a series (`visits`,
 * `series_id`) has at most 52 visits: such a function becomes a plain list with exactly its own arguments.
 */
export const ListsPlugin: GraphileConfig.Plugin = {
  name: 'MedislotListsPlugin',
  after: ['PgFirstLastBeforeAfterArgsPlugin'],
  inflection: {
    replace: {
      customQueryListField(previous, _options, details) {
        return pagesItself(details.resource.parameters) ? this.customQueryField(details) : (previous?.(details) ?? '')
      },
    },
  },
  schema: {
    entityBehavior: {
      pgResource: {
        override(behavior, resource) {
          return pagesItself(resource.parameters) ? [behavior, '-connection', 'list', '-filter'] : behavior
        },
      },
    },
    hooks: {
      GraphQLObjectType_fields_field(field, _build, { scope }) {
        // Before the hooks for arguments run: PostGraphile's own `after` would collide with the function's.
        if (pagesItself(scope.pgFieldResource?.parameters)) scope.isPgFieldSimpleCollection = false
        return field
      },
      GraphQLObjectType_fields_field_args: {
        after: ['PgFirstLastBeforeAfterArgsPlugin'],
        callback(args, build, { scope }) {
          if (!scope.isPgFieldConnection || !args.first) return args
          const { offset: _offset, last: _last, before: _before, first, ...rest } = args
          const { GraphQLInt, GraphQLNonNull } = build.graphql
          return {
            ...rest,
            first: {
              ...first,
              type: new GraphQLNonNull(GraphQLInt),
              defaultValue: defaultPageSize,
              description: `How many to read, at most ${maxPageSize}.`,
            },
          } as typeof args
        },
      },
    },
  },
}
