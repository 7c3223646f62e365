import { PgAggregatesPreset } from '@graphile/pg-aggregates'

// The tables that clinics count: bookings per doctor, day and state, and slots taken.
const countedTables = ['bookings', 'booking_slots']

const CountsPlugin: GraphileConfig.Plugin = {
  name: 'MedislotCountsPlugin',
  after: ['aggregates'],
  schema: {
    behaviorRegistry: {
      add: {
        // The library uses this behavior, but declares it in a plugin that is disabled below.
        ['resource:groupedAggregates:having' as never]: { description: 'not offered', entities: ['pgResource'] },
      },
    },
    hooks: {
      build: {
        after: ['aggregates', 'PgAggregatesSpecsPlugin'],
        callback(build) {
          // A sum or an average of identifiers is meaningless, and a UTC day is not a clinic's day: clients group by local
          // dates such as slot_date instead.
          build.pgAggregateSpecs = (build.pgAggregateSpecs ?? []).filter((spec) => spec.id === 'distinctCount')
          build.pgAggregateGroupBySpecs = []
          return build
        },
      },
    },
    entityBehavior: {
      pgResource: {
        override(behavior, resource) {
          return countedTables.includes(resource.name)
            ? behavior
            : [behavior, '-resource:aggregates' as typeof behavior, '-resource:groupedAggregates']
        },
      },
    },
  },
}

/**
 * Counting on connections: `bookings { groupedAggregates(groupBy: [DOCTOR_ID, SLOT_DATE, STATUS]) { keys distinctCount
 * { id } } }`. Without the plugin's filters and orders by aggregates of related tables, which are expensive and would make
 * up most of the schema.
 */
export const countsPreset: GraphileConfig.Preset = {
  extends: [PgAggregatesPreset],
  plugins: [CountsPlugin],
  disablePlugins: [
    'PgAggregatesAddHavingAggregateTypesPlugin',
    'PgAggregatesOrderByAggregatesPlugin',
    'PgAggregatesFilterRelationalAggregatesPlugin',
  ],
}
