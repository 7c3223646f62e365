import type { Refusal } from '../../data/client.ts'
import type { IntervalInput, ServiceBooker, ServicePatients, VisitMode } from '../../data/generated/graphql.ts'
import type { Fields } from '../../parts/form/form.tsx'
import { type Interval, minutesOf } from '../../time/interval.ts'
import { intervalOf, sameDuration } from '../policy/duration.tsx'
import type { ManagedService } from './managed_service.ts'
import { ownRules, storedRule } from './own_rules.tsx'
import { translatedField, translationsIn } from './translations.tsx'

type Intervals = Partial<Record<(typeof lengths)[number] | (typeof ownRules)[number], IntervalInput | null>>

const lengths = ['duration', 'bufferBefore', 'bufferAfter', 'startEvery'] as const

const asText = (text: string) => text

/** The service in a sent form. Unchanged intervals are left out, so that "1 day" does not become 24 hours. */
export function serviceIn(fields: Fields, service: ManagedService | undefined) {
  const [names, preparations] = [service?.names, service?.preparations] as (Record<string, string> | undefined)[]
  return {
    name: fields.name ?? '',
    names: translationsIn(fields, 'names', names ?? {}, asText),
    preparation: fields.preparation ?? null,
    preparations: translationsIn(fields, 'preparations', preparations ?? {}, asText),
    mode: fields.mode as VisitMode,
    specializationId: fields.specializationId ?? null,
    bookableBy: fields.bookableBy as ServiceBooker,
    patients: fields.patients as ServicePatients,
    ...lengthsIn(fields, service),
    ...rulesIn(fields, service),
  }
}

function lengthsIn(fields: Fields, service: ManagedService | undefined): Intervals {
  return Object.fromEntries(
    lengths.flatMap((name) => {
      const minutes = Number(fields[name] ?? 0)
      const stored: Interval | null | undefined = service?.[name]
      if (minutes === minutesOf(stored)) return []
      const isBuffer = name === 'bufferBefore' || name === 'bufferAfter'
      return [[name, minutes > 0 || isBuffer ? { minutes } : null]]
    }),
  )
}

function rulesIn(fields: Fields, service: ManagedService | undefined): Intervals {
  return Object.fromEntries(
    ownRules.flatMap((name) => {
      const amount = fields[`${name}-amount`]
      const given = amount ? { amount: Number(amount), unit: fields[`${name}-unit`] as 'days' } : undefined
      const stored = storedRule(service?.[name])
      if (given && stored && sameDuration(given, stored)) return []
      return [[name, given ? intervalOf(given) : null]]
    }),
  )
}

/** The field that a refusal is about. */
export function refusedField({ code, detail }: Refusal, fields: Fields): string | undefined {
  if (code === 'unique_violation') return 'name'
  if (detail.argument === 'names' || detail.argument === 'preparations') return translatedField(fields, detail.argument)
  // The fields have limits of their own, so only the rule that concerns two of them can be violated.
  if (code === 'check_violation' && !fields.duration) {
    return (['bufferBefore', 'bufferAfter'] as const).find((name) => fields[name])
  }
  return undefined
}
