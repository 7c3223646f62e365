import { plusDays } from '../time.ts'

/** A stored template, as far as a plan's cell needs it. Dates are local and inclusive; null has no end. */
export interface Template {
  id: string
  timeSlotId: string
  weekday: number
  validFrom: string | null
  validUntil: string | null
  rowVersion: number
}

/** Local dates, inclusive, for which a change is meant; null is for good. */
export interface Span {
  from: string
  until: string | null
}

/** What has to be written, one after the other. The database judges each. */
export type Change =
  | { kind: 'create'; validFrom: string; validUntil: string | null }
  | { kind: 'update'; template: Template; validFrom?: string; validUntil?: string | null }
  | { kind: 'remove'; template: Template }

export const isValidOn = ({ validFrom, validUntil }: Template, date: string): boolean =>
  (validFrom === null || validFrom <= date) && (validUntil === null || validUntil >= date)

/** Of a cell's templates the next that begins after a date. */
export const comingAfter = (templates: Template[], date: string): Template | undefined =>
  templates
    .filter(({ validFrom }) => validFrom !== null && validFrom > date)
    .sort((a, b) => String(a.validFrom).localeCompare(String(b.validFrom)))[0]

/** How a cell is switched on for a span: by prolonging what ended the day before, else anew. */
export function switchOn(templates: Template[], { from, until }: Span): Change[] {
  const before = templates.find(({ validUntil }) => validUntil === plusDays(from, -1))
  return [
    before
      ? { kind: 'update', template: before, validUntil: until }
      : { kind: 'create', validFrom: from, validUntil: until },
  ]
}

/** How a template is switched off for a span: what was before it and what comes after it stays. */
export function switchOff(template: Template, { from, until }: Span): Change[] {
  const after =
    until !== null && (template.validUntil === null || template.validUntil > until) ? plusDays(until, 1) : null
  if (template.validFrom !== null && template.validFrom >= from) {
    return after ? [{ kind: 'update', template, validFrom: after }] : [{ kind: 'remove', template }]
  }
  return [
    { kind: 'update', template, validUntil: plusDays(from, -1) },
    ...(after ? [{ kind: 'create' as const, validFrom: after, validUntil: template.validUntil }] : []),
  ]
}
