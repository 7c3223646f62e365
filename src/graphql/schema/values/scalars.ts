import 'postgraphile'
import { sql } from 'postgraphile/@dataplan/pg/pg-sql2'
import { GraphQLError, type GraphQLScalarLiteralParser, Kind, type ValueNode } from 'postgraphile/graphql'
import { isIsoDate, isIsoDatetime, isoTime, isUuid } from './iso_formats.ts'

interface Scalar {
  description: string
  /** Returns the value for the database; undefined when it is not valid. */
  parse: (value: unknown) => string | undefined
  /** For the error message. */
  accepted: string
}

const ifText = (isValid: (text: string) => boolean) => (value: unknown) =>
  typeof value === 'string' && isValid(value) ? value : undefined

const time = new RegExp(isoTime)
const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n]

// PostGraphile passes any text to PostgreSQL, which accepts more formats and guesses when a text is ambiguous.
const scalars: Record<string, Scalar> = {
  BigInt: {
    description:
      'A 64-bit integer. It is returned as a string, because JavaScript numbers cannot represent all values, and accepted as a string or a number.',
    // A number that JavaScript has rounded would identify another row.
    parse(value) {
      const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
      if (typeof text !== 'string' || !/^-?\d{1,19}$/.test(text)) return undefined
      return BigInt(text) >= least && BigInt(text) <= most ? text : undefined
    },
    accepted: 'a whole number of eight bytes, as a string or a number',
  },
  BigFloat: {
    description:
      'A decimal number such as a percentage. It is returned as a string, and accepted as a string or a number.',
    parse(value) {
      const text = typeof value === 'number' ? String(value) : value
      return typeof text === 'string' && /^-?\d{1,12}(\.\d{1,6})?$/.test(text) ? text : undefined
    },
    accepted: 'a decimal number with at most 12 digits before and 6 after the point, as a string or a number',
  },
  Date: {
    description: 'A calendar date as YYYY-MM-DD.',
    parse: ifText(isIsoDate),
    accepted: 'a calendar date as YYYY-MM-DD',
  },
  Datetime: {
    description:
      'A point in time as in RFC 3339, with its offset from UTC: 2027-04-03T09:00:00Z or 2027-04-03T11:00:00+02:00.',
    parse: ifText(isIsoDatetime),
    accepted: 'a point in time with its offset from UTC, as 2027-04-03T09:00:00Z or 2027-04-03T11:00:00+02:00',
  },
  Time: {
    description:
      'A time of day by the clinic’s clock, without an offset: 09:00 or 09:00:00. 24:00 is the end of a day.',
    parse: ifText((text) => time.test(text)),
    accepted: 'a time of day without an offset, as 09:00 or 09:00:00',
  },
  UUID: {
    description: 'A universally unique identifier as in RFC 4122, with its hyphens.',
    parse: ifText(isUuid),
    accepted: 'a UUID with its hyphens',
  },
}

/**
 * Scalars accept exactly the formats that their descriptions name, in documents and in variables. Anything else is
 * refused before it reaches the database.
 */
export const ScalarsPlugin: GraphileConfig.Plugin = {
  name: 'MedislotScalarsPlugin',
  gather: {
    hooks: {
      pgCodecs_PgCodec(_info, { pgCodec }) {
        if (pgCodec.name !== 'time') return
        // PostGraphile adds the time to a date, by which 24:00 becomes 0:00 of the next day. An interval keeps 24:00.
        pgCodec.castFromPg = (time) => sql`to_char((${time})::interval, 'HH24:MI:SS.US')`
      },
    },
  },
  schema: {
    hooks: {
      GraphQLScalarType(config) {
        const scalar = scalars[config.name]
        if (!scalar) return config
        const parse = (value: unknown, node?: ValueNode) => {
          const parsed = scalar.parse(value)
          if (parsed !== undefined) return parsed
          const given = JSON.stringify(value).slice(0, 60)
          throw new GraphQLError(`${config.name} must be ${scalar.accepted}, not ${given}`, { nodes: node ?? null })
        }
        const parseLiteral: GraphQLScalarLiteralParser<string> = (node: ValueNode) => {
          const isNumber =
            (node.kind === Kind.INT && ['BigInt', 'BigFloat'].includes(config.name)) ||
            (node.kind === Kind.FLOAT && config.name === 'BigFloat')
          return parse(node.kind === Kind.STRING || isNumber ? node.value : node.kind, node)
        }
        return {
          ...config,
          description: scalar.description,
          parseValue: (value: unknown) => parse(value),
          parseLiteral,
        }
      },
    },
  },
}
