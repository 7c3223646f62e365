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
const idIn = (value: unknown) => (isId(value) ? value : undefined)
/** The name given, if it is not an id. */
const nameIn = (value: unknown) => (typeof value === 'string' && !isId(value) ? value : undefined)

/** Finds a specialization that is asked for by name. */
export const namedSpecialization = {
  what: 'specialization',
  by: ({ query }: Input) => nameIn(query.specialization),
} as const
/** The id of the specialization that is asked for, by id or by the name that was located. */
export const specializationId = ({ query, located }: Input) => idIn(query.specialization) ?? located

/** What optional parameters may refer to, and how it is asked for; a doctor within its clinic. */
const lookUps = {
  Clinic: 'clinic(id: $theClinic)',
  Doctor: 'doctor(clinicId: $theClinic, id: $theDoctor)',
  Specialization: 'specialization(id: $theSpecialization)',
}
type Referred = keyof typeof lookUps

/**
 * What a document needs to ask for the rows that optional parameters refer to, in the same transaction as the rest, so
 * that an unknown one is refused and not searched for in vain: variables, fields, and the route's mustExist.
 */
export const referring = (...names: Referred[]) => ({
  declared: names.map((name) => `$has${name}: Boolean!, $the${name}: BigInt = "0"`).join(', '),
  fields: names.map((name) => `the${name}: ${lookUps[name]} @include(if: $has${name}) { id }`).join('\n'),
  mustExist: Object.fromEntries(names.map((name) => [`the${name}`, `${name.toLowerCase()}_not_found`])),
  variables: (ids: { [name in Referred]?: string | boolean | undefined }) =>
    Object.fromEntries(
      names.flatMap((name): [string, unknown][] =>
        ids[name] === undefined
          ? [[`has${name}`, false]]
          : [
              [`has${name}`, true],
              [`the${name}`, ids[name]],
            ],
      ),
    ),
})

/** Finds by name, as the find… fields of GraphQL do. */
export const name: JsonSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 200,
  description:
    'With words of this name, in any order, also beginnings of them and however accents and umlauts are written; ' +
    'where nothing is found so, words of five letters or more with one typing error. The best matches come first, on one page.',
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
