import type { PgSelectSingleStep } from 'postgraphile/@dataplan/pg'
import { type FieldArgs, lambda } from 'postgraphile/grafast'
import { extendSchema, gql } from 'postgraphile/utils'
import { holidays } from '../../holidays/holidays.ts'
import { regions } from '../../holidays/regions.ts'

/** Adds to HolidayCalendar, which the database returns to managers, the holidays that the library date-holidays knows. */
export const HolidaysPlugin = extendSchema(
  {
    typeDefs: gql`
      "A country, or a part of one."
      type HolidayRegion {
        "Such as DE, DE-BY or DE-BY-A."
        code: String!
        name: String!
      }
      "A day on which people in a region usually do not work."
      type PublicHoliday {
        date: Date!
        "Local time. Null: the whole day."
        startTime: Time
        name: String!
        "The source key of the absence that addHolidays makes of it."
        sourceKey: String!
      }
      extend type HolidayCalendar {
        "The countries of the world, or the parts of a country or of a part of it. Refuses invalid_argument."
        regions(within: String, language: String): [HolidayRegion!]
        "The public holidays of a region in a year, from last year to three years from now. Refuses invalid_argument."
        holidays(region: String!, year: Int!, language: String): [PublicHoliday!]
      }
    `,
    objects: {
      HolidayCalendar: {
        plans: {
          regions: (_calendar: PgSelectSingleStep, args: FieldArgs) =>
            lambda([args.getRaw('within'), args.getRaw('language')], ([within, language]) => regions(within, language)),
          holidays: (_calendar: PgSelectSingleStep, args: FieldArgs) =>
            lambda([args.getRaw('region'), args.getRaw('year'), args.getRaw('language')], ([region, year, language]) =>
              holidays({ region, year, language }),
            ),
        },
      },
    },
  },
  'MedislotHolidaysPlugin',
)
