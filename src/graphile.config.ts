import './graphql/graphile_env.ts'
import { PgSimplifyInflectionPreset } from '@graphile/simplify-inflection'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { PostGraphileConnectionFilterPreset } from 'postgraphile-plugin-connection-filter'
import { countsPreset } from './graphql/aggregates.ts'
import { authTokensPreset } from './graphql/auth_tokens.ts'
import { ClinicDayPlugin } from './graphql/clinic_day.ts'
import { ColumnsPlugin } from './graphql/columns.ts'
import { ImpliedRelationsPlugin } from './graphql/implied_relations.ts'
import { ListsPlugin } from './graphql/lists.ts'
import { NamingPlugin } from './graphql/naming.ts'
import { ScalarsPlugin } from './graphql/scalars.ts'
import { TextDomainsPlugin } from './graphql/text_domains.ts'

/** How the database becomes a GraphQL schema. What a running server adds is in graphql/instance.ts. */
export const schemaPreset: GraphileConfig.Preset = {
  extends: [
    PostGraphileAmberPreset,
    PgSimplifyInflectionPreset,
    PostGraphileConnectionFilterPreset,
    countsPreset,
    authTokensPreset,
  ],
  plugins: [
    NamingPlugin,
    ScalarsPlugin,
    TextDomainsPlugin,
    ColumnsPlugin,
    ImpliedRelationsPlugin,
    ListsPlugin,
    ClinicDayPlugin,
  ],
  disablePlugins: [
    // Global object ids: every row is found by its primary key, clinic first, in every API and in SQL alike.
    'NodePlugin',
    // `condition` says nothing that `filter` does not.
    'PgConditionArgumentPlugin',
    // `query` inside Query, and an edge beside each changed row, are for Relay 1.
    'QueryQueryPlugin',
    'PgMutationPayloadEdgePlugin',
    // A name that two things want is our mistake: the server must not start with half a schema.
    'SwallowErrorsPlugin',
  ],
  gather: {
    // An argument without a default is required: `clinicId: BigInt!`.
    pgStrictFunctions: true,
  },
  schema: {
    // A row of a list cannot be null, nor the list itself.
    pgForbidSetofFunctionsToReturnNull: true,
  },
}
