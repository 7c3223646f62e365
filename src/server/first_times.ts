import { LRUCache } from 'lru-cache'
import type { GraphQLInstance } from '../graphql/instance.ts'
import { log } from '../process/log.ts'
import { Deadline } from '../request/deadline.ts'

// The first free times of the front page as HTML, so that a slow phone shows them before the script has arrived. The
// script replaces them with its own list (src/web/patient/search/), whose markup this is.

/** How long times may be out of date, milliseconds. The pages request them again. */
const maxAge = 5_000
/** Without an answer of the database within this time, milliseconds, the page is sent without times. */
const patience = 1_000
/** As many times as a doctor's card shows at first, so that what is below a card does not move. */
const shownOfDoctor = 8

const document = `query FirstTimes($nearTimeZone: String) {
  availableSlots(pageSize: 60, nearTimeZone: $nearTimeZone) {
    clinicId clinicName doctorId doctorName bookingSlotId slotDate startsAt localStart zoneDistance
    doctor { doctorSpecializations(first: 3) { nodes { specialization { name names } } } }
  }
}`

interface Slot {
  clinicId: string
  clinicName: string
  doctorId: string
  doctorName: string
  bookingSlotId: string
  slotDate: string
  startsAt: string
  localStart: string
  zoneDistance: number | null
  doctor: {
    doctorSpecializations: { nodes: { specialization: { name: string; names: Record<string, string> } }[] }
  } | null
}

const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)

/** A time zone of the country of a language tag, such as Europe/Berlin for de and de-DE. */
function timeZoneOf(locale: string): string | undefined {
  const { region } = new Intl.Locale(locale).maximize()
  return region && new Intl.Locale('und', { region }).getTimeZones?.()?.[0]
}

/** Returns the first free times for a locale as HTML; '' if there are none or the database does not answer in time. */
export function firstTimes(graphql: GraphQLInstance): (locale: string, language: string) => Promise<string> {
  const known = new LRUCache<string, Promise<string>>({ max: 200, ttl: maxAge })
  return (locale, language) => {
    const current = known.get(locale)
    if (current) return current
    const rendered = find(graphql, timeZoneOf(locale))
      .then((slots) => renderTimes(slots, locale, language))
      .catch((error) => {
        log.warn({ err: error }, 'the front page is sent without its first free times')
        return ''
      })
    known.set(locale, rendered)
    return rendered
  }
}

async function find(graphql: GraphQLInstance, nearTimeZone: string | undefined): Promise<Slot[]> {
  const { data, errors } = await graphql.run({
    document,
    variables: { nearTimeZone },
    claims: {},
    deadline: new Deadline(patience),
  })
  if (!errors) return (data?.availableSlots ?? []) as Slot[]
  // PostgreSQL may know fewer time zones than Node.
  if (nearTimeZone && errors[0]?.extensions.code === 'unknown_time_zone') return find(graphql, undefined)
  throw errors[0]
}

/** The times of the nearest clinics by day and doctor. */
export function renderTimes(slots: Slot[], locale: string, language: string): string {
  const near = slots.filter(({ zoneDistance }) => (zoneDistance ?? 0) <= 1)
  const days = [...Map.groupBy(near.length > 0 ? near : slots, ({ slotDate }) => slotDate)].sort(([a], [b]) =>
    a < b ? -1 : 1,
  )
  return days.map(([date, ofDay]) => renderDay(date, ofDay, locale, language)).join('')
}

function renderDay(date: string, slots: Slot[], locale: string, language: string): string {
  const format = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' })
  const doctors = [...Map.groupBy(slots, ({ doctorId }) => doctorId).values()]
  const cards = doctors.map((ofDoctor) => `<li>${renderDoctor(ofDoctor, locale, language)}</li>`).join('')
  return `<section class="day"><h2>${escaped(format.format(new Date(date)))}</h2><ul class="doctor-days">${cards}</ul></section>`
}

function renderDoctor(slots: Slot[], locale: string, language: string): string {
  const [first] = slots
  if (!first) return ''
  const fields = (first.doctor?.doctorSpecializations.nodes ?? []).map(
    ({ specialization: { name, names } }) => names[language] ?? name,
  )
  const more = slots.length > shownOfDoctor + 1 ? `<li><span class="time more">…</span></li>` : ''
  const times = slots.slice(0, more ? shownOfDoctor : undefined).map((slot) => `<li>${renderTime(slot, locale)}</li>`)
  return (
    `<article class="card doctor-day"><header><h3>${escaped(first.doctorName)}</h3>` +
    `<p class="fields">${escaped(fields.join(', '))}</p><p class="where">${escaped(first.clinicName)}</p></header>` +
    `<ul class="times">${times.join('')}${more}</ul></article>`
  )
}

function renderTime({ clinicId, bookingSlotId, doctorId, startsAt, localStart }: Slot, locale: string): string {
  const format = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' })
  const address = `/book/${clinicId}/${bookingSlotId}?${new URLSearchParams({ doctor: doctorId, at: startsAt })}`
  const time = format.format(new Date(`2000-01-01T${localStart.slice(0, 8)}Z`))
  return `<a class="time" href="${escaped(address)}">${escaped(time)}</a>`
}
