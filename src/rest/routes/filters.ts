import { given, type Input, id, type JsonSchema } from '../route.ts'

// Filters that several lists have: their schemas, and what they become in GraphQL.

export const specialization: JsonSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 100,
  description: 'Name (in any case) or id of a specialization.',
}
const isId = (value: unknown): value is string => typeof value === 'string' && /^[0-9]{1,18}$/.test(value)
/** The id given, if it is one. */
export const idIn = (value: unknown) => (isId(value) ? value : undefined)
/** The name given, if it is none. */
export const nameIn = (value: unknown) => (typeof value === 'string' && !isId(value) ? value : undefined)

export const specializationFilter = (value: unknown) =>
  value === undefined
    ? undefined
    : {
        some: isId(value)
          ? { specializationId: { equalTo: value } }
          : { specialization: { name: { equalToInsensitive: value } } },
      }

export const doctorId: JsonSchema = { ...id, description: 'Of this doctor.' }
export const clinicId: JsonSchema = { ...id, description: 'Of this clinic.' }
export const customerId: JsonSchema = { ...id, description: 'Of this customer.' }

const day = { type: 'string', format: 'date' }
const dayOrInstant = { type: 'string', anyOf: [{ format: 'date' }, { format: 'date-time' }] }
/** The parameters of time. A plain date is the clinic's local one; an instant has an offset. */
export const times: Record<string, JsonSchema> = {
  date: { ...day, description: 'On this local date of the clinic.' },
  from: { ...dayOrInstant, description: 'From this local date, or this instant, on.' },
  to: { ...dayOrInstant, description: 'Until this local date, inclusive, or starting before this instant.' },
}
const isDay = (value: unknown): value is string => typeof value === 'string' && value.length === 10

/** What `date`, `from` and `to` mean for rows with a slotDate and a startsAt. */
export function timeFilters({ date, from, to }: Input['query']) {
  const slotDate = given({
    equalTo: date,
    greaterThanOrEqualTo: isDay(from) ? from : undefined,
    lessThanOrEqualTo: isDay(to) ? to : undefined,
  })
  const startsAt = given({
    greaterThanOrEqualTo: isDay(from) ? undefined : from,
    lessThan: isDay(to) ? undefined : to,
  })
  return {
    slotDate: Object.keys(slotDate).length > 0 ? slotDate : undefined,
    startsAt: Object.keys(startsAt).length > 0 ? startsAt : undefined,
  }
}

/** What they mean as arguments of availableSlots. */
export const timeArguments = ({ date, from, to }: Input['query']) => ({
  fromDate: date ?? (isDay(from) ? from : undefined),
  toDate: date ?? (isDay(to) ? to : undefined),
  fromTime: isDay(from) ? undefined : from,
  toTime: isDay(to) ? undefined : to,
})
