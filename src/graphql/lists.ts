import 'postgraphile'

/** How many rows a list gives when the caller does not say. */
export const defaultPageSize = 20
/** How many rows a list gives at most; limits.ts refuses what asks for more. */
export const maxPageSize = 100

const pagesItself = (parameters: readonly { name: string | null }[] | undefined) =>
  parameters?.some(({ name }) => name === 'page_size' || name === 'days_from') ?? false

/**
 * Lists are paged forward, by cursor, and never without a limit: `first` has a default and cannot be null, `offset`,
 * `last` and `before` are gone (an offset reads all it skips; backwards is the other order).
 * A function that takes `page_size` pages itself, and one that takes `days_from` gives some days: it becomes a plain list
 * with exactly its own arguments.
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
        // Taken off before the arguments' hooks run: PostGraphile's own `after` would collide with the function's.
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
