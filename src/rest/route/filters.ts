import { given, type Input, id, type JsonSchema } from './route.ts'

// Filters of several lists: their schemas, and their translation to GraphQL.

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

/** Looks up a specialization that is given by its name. */
export const namedSpecialization = {
  what: 'specialization',
  by: ({ query }: Input) => nameIn(query.specialization),
} as const
/** The id of the requested specialization: the given id, or the one that was looked up by name. */
export const specializationId = ({ query, located }: Input) => idIn(query.specialization) ?? located

/** The rows to which optional parameters refer, and their look-ups; a doctor is looked up in its clinic. */
const lookUps = {
  Clinic: 'clinic(id: $theClinic)',
  Doctor: 'doctor(clinicId: $theClinic, id: $theDoctor)',
  Specialization: 'specialization(id: $theSpecialization)',
}
type Referred = keyof typeof lookUps

/**
 * The parts of a document that look up the rows to which optional parameters refer, in the same transaction as the rest, so that
 * an unknown id is refused instead of giving an empty list: variables, fields, and the route's mustExist.
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

/** Search by name, like the find… fields of GraphQL. */
export const name: JsonSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 200,
  description:
    'Names with these words or words that begin with them, in any order; accents and umlauts make no difference. ' +
    'If there is none, words of five letters or more may have one typing error. ' +
    'The best matches come first, on one page.',
}

/** Several values of a parameter, separated by commas. */
export const several = (description: string, value = '[^,]+'): JsonSchema => ({
  type: 'string',
  pattern: `^${value}(,${value})*$`,
  description: `${description}, separated by commas.`,
})
/** The values of such a parameter. */
export const severalOf = (given: unknown): string[] => String(given).split(',')

export const doctorId: JsonSchema = { ...id, description: 'Of this doctor.' }
export const clinicId: JsonSchema = { ...id, description: 'Of this clinic.' }
export const serviceId: JsonSchema = {
  ...id,
  description: 'For a visit of this service of the clinic. It may take several slots.',
}
export const customerId: JsonSchema = { ...id, description: 'Of this customer.' }

const day = { type: 'string', format: 'date' }
const dayOrInstant = { type: 'string', anyOf: [{ format: 'date' }, { format: 'date-time' }] }
/** Parameters for times. A date is the clinic's local date; an instant has an offset. */
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

/** The same as arguments of availableSlots. */
export const timeArguments = ({ date, from, to }: Input['query']) => ({
  fromDate: date ?? (isDay(from) ? from : undefined),
  toDate: date ?? (isDay(to) ? to : undefined),
  fromTime: isDay(from) ? undefined : from,
  toTime: isDay(to) ? undefined : to,
})
