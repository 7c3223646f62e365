import './graphile_env.ts'
import { PgSimplifyInflectionPreset } from '@graphile/simplify-inflection'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { PostGraphileConnectionFilterPreset } from 'postgraphile-plugin-connection-filter'
import { TablesOfTypesPlugin } from '../../request/shards/reads/tables_of_types.ts'
import { countsPreset } from './aggregates.ts'
import { authTokensPreset } from './auth_tokens.ts'
import { ClinicDayPlugin } from './clinic_day.ts'
import { ColumnsPlugin } from './columns.ts'
import { HolidaysPlugin } from './holidays.ts'
import { ImpliedRelationsPlugin } from './implied_relations.ts'
import { ListsPlugin } from './lists/lists.ts'
import { NullableOrdersPlugin } from './lists/nullable_orders.ts'
import { ListOrdersPlugin } from './lists/orders.ts'
import { NamingPlugin } from './naming.ts'
import { ConsultationPlugin } from './online_visits/consultations.ts'
import { RecordingsPlugin } from './online_visits/recordings.ts'
import { ExternalCalendarsPlugin } from './sealed/external_calendars.ts'
import { IdentityDocumentsPlugin } from './sealed/identity_documents.ts'
import { ScalarsPlugin } from './values/scalars.ts'
import { TextDomainsPlugin } from './values/text_domains.ts'

/** How the database becomes a GraphQL schema. graphql/instance.ts adds what a running server needs. */
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
    NullableOrdersPlugin,
    ListOrdersPlugin,
    TablesOfTypesPlugin,
    ClinicDayPlugin,
    ConsultationPlugin,
    HolidaysPlugin,
    ExternalCalendarsPlugin,
    IdentityDocumentsPlugin,
    ...RecordingsPlugin,
  ],
  disablePlugins: [
    // Global object ids: rows are looked up by their primary keys, in every API and in SQL.
    'NodePlugin',
    // `condition`: `filter` can do the same.
    'PgConditionArgumentPlugin',
    // `query` inside Query, and an edge beside each changed row, are for Relay 1.
    'QueryQueryPlugin',
    'PgMutationPayloadEdgePlugin',
    // Two things with one name are a programming error: the server must not start with half a schema.
    'SwallowErrorsPlugin',
  ],
  gather: {
    // An argument without a default is required: `clinicId: BigInt!`.
    pgStrictFunctions: true,
  },
  schema: {
    // Neither a list nor its rows can be null.
    pgForbidSetofFunctionsToReturnNull: true,
  },
}
