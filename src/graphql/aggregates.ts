import { PgAggregatesPreset } from '@graphile/pg-aggregates'

// What a clinic counts: bookings per doctor, day and state, and how much of its time was taken.
const countedTables = ['bookings', 'booking_slots']

const CountsPlugin: GraphileConfig.Plugin = {
  name: 'MedislotCountsPlugin',
  after: ['aggregates'],
  schema: {
    behaviorRegistry: {
      add: {
        // Named by the library where it is given, declared in a plugin that is left out.
        ['resource:groupedAggregates:having' as never]: { description: 'not offered', entities: ['pgResource'] },
      },
    },
    hooks: {
      build: {
        after: ['aggregates', 'PgAggregatesSpecsPlugin'],
        callback(build) {
          // The sum or average of identifiers means nothing, and a day cut at UTC midnight is no clinic's day: columns
          // such as slot_date, local to the clinic, are grouped by as they are.
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
 * { id } } }`. Without the plugin's filters and orders by aggregates of related tables, which are dear to run and would
 * make up most of the schema.
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
