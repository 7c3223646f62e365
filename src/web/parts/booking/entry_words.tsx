import { graphql } from '../../data/generated/gql.ts'
import type { WaitingEntryWordsFragment } from '../../data/generated/graphql.ts'
import { nameIn, useText } from '../../text/language.ts'
import { waitingEntryTexts } from '../../text/shared/waiting_entry.ts'
import { minutesOf } from '../../time/interval.ts'
import { localClock } from '../../time/local_clock.ts'
import { dateText, dayAndClock, localDate } from '../../time/time.ts'

// What EntryWords shows; queries include it.
export const WaitingEntryWords = graphql(`
  fragment WaitingEntryWords on WaitingList {
    service { name names } doctor { fullName } specialization { name names }
    weekdays notBefore notAfter fromDate untilDate minNotice { days hours minutes }
    booking { startsAt: visitStartsAt }
  }
`)

type Entry = WaitingEntryWordsFragment

/** A Monday; the weekdays after it have the names of the others. */
const monday = Date.UTC(2024, 0, 1)

/** Functions that tell an entry of a waiting list in words. */
export function useEntryWords() {
  const { t, language, locale } = useText(waitingEntryTexts)
  const day = (date: string) => dateText(date, locale, { day: 'numeric', month: 'short', year: 'numeric' })
  const weekday = (number: number) =>
    dateText(new Date(monday + (number - 1) * 86_400_000).toISOString().slice(0, 10), locale, { weekday: 'short' })

  const titleOf = ({ service, specialization, doctor }: Entry) => {
    const what = service ?? specialization
    return [what ? nameIn(language, what) : t.anyTime, doctor && t.withDoctor(doctor.fullName)]
      .filter(Boolean)
      .join(' ')
  }
  const hoursOf = ({ notBefore, notAfter }: Entry) => {
    const [from, until] = [notBefore && localClock(notBefore, locale), notAfter && localClock(notAfter, locale)]
    if (from && until) return t.between(from, until)
    return from ? t.notBefore(from) : until && t.notAfter(until)
  }
  const conditionsOf = (entry: Entry, timeZone: string) => {
    const hours = Math.ceil(minutesOf(entry.minNotice) / 60)
    return [
      entry.fromDate > localDate(undefined, timeZone) && t.from(day(entry.fromDate)),
      t.until(day(entry.untilDate)),
      entry.weekdays?.flatMap((number) => (number ? [weekday(number)] : [])).join(', '),
      hoursOf(entry),
      hours > 0 && t.notice(hours),
    ]
      .filter(Boolean)
      .join(' · ')
  }
  const movesOf = ({ booking }: Entry, timeZone: string) =>
    booking && t.moves(dayAndClock(booking.startsAt, timeZone, locale, 'medium'))
  return { titleOf, conditionsOf, movesOf, weekday }
}

interface EntryWordsProps {
  entry: Entry
  timeZone: string
}

/** The times that suit the patient, and the appointment that would be moved. */
export function EntryConditions({ entry, timeZone }: EntryWordsProps) {
  const { conditionsOf, movesOf } = useEntryWords()
  const moves = movesOf(entry, timeZone)
  return (
    <>
      <p className="row-more">{conditionsOf(entry, timeZone)}</p>
      {moves && <p className="row-more">{moves}</p>}
    </>
  )
}
