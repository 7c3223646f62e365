import 'postgraphile'
import type { PgCodec } from 'postgraphile/@dataplan/pg'

/** Marks each type for rows, for lists of rows and for filters of rows with its table or view. */
export const TablesOfTypesPlugin: GraphileConfig.Plugin = {
  name: 'MedislotTablesOfTypesPlugin',
  schema: {
    hooks: {
      GraphQLObjectType: (config, _build, { scope }) => withTable(config, scope.pgCodec),
      GraphQLInputObjectType: (config, _build, { scope }) =>
        withTable(config, scope.pgCodec ?? scope.foreignTable?.codec),
    },
  },
}

const extension = 'medislotTable'

function withTable<Config extends { extensions?: object | null | undefined }>(
  config: Config,
  codec: PgCodec | undefined,
): Config {
  // The type of what a function returns has no rows of its own.
  const { schemaName, name } = (codec?.extensions?.isTableLike && codec.extensions.pg) || {}
  if (name === undefined) return config
  return { ...config, extensions: { ...config.extensions, [extension]: `${schemaName}.${name}` } }
}

/** The table of a type, with its schema. */
export const tableOf = (type: { extensions: object }): string | undefined =>
  (type.extensions as { [extension]?: string })[extension]
