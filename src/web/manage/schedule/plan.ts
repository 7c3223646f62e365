/** The columns of a stored template that a plan shows. Dates are local and inclusive; null means unlimited. */
export interface Template {
  timeSlotId: string
  weekday: number
  validFrom: string | null
  validUntil: string | null
  /** The service for which its slots are reserved; null for all. */
  serviceId: string | null
  service: { id: string; name: string; names: unknown } | null
}

/** The local dates, inclusive, to which a change applies; null means without end. */
export interface DateRange {
  from: string
  until: string | null
}

export const isValidOn = ({ validFrom, validUntil }: Template, date: string): boolean =>
  (validFrom === null || validFrom <= date) && (validUntil === null || validUntil >= date)

/** The first template of a cell that begins after a date. */
export const comingAfter = (templates: Template[], date: string): Template | undefined =>
  templates
    .filter(({ validFrom }) => validFrom !== null && validFrom > date)
    .sort((a, b) => String(a.validFrom).localeCompare(String(b.validFrom)))[0]
