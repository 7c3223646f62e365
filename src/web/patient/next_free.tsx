import { Link } from 'wouter'
import { Notice, Problem } from '../parts/notice.tsx'
import { useText } from '../text/language.ts'
import { dayAndClock } from '../time.ts'
import { useAsked } from '../use_query.ts'
import { type Search, searchAddress } from './search.ts'
import { nextFree } from './search_slots.ts'
import { SlotList } from './slot_list.tsx'
import { bookAddress, freeSlots } from './slots.ts'

interface NextFreeProps {
  clinicId: string
  doctorId: string
  startsAt: string | undefined
  /** What the time was refused with. */
  code: string
  /** The search that led to the time. */
  search: Search
}

/**
 * What to do when a time is gone: the next free times of the doctor from there on, or else from now on, and the next one
 * that the search would find.
 */
export function NextFree({ clinicId, doctorId, startsAt, code, search }: NextFreeProps) {
  const { t, locale } = useText()
  const key = JSON.stringify([clinicId, doctorId, startsAt, search])
  const { data, error, again } = useAsked(key, async (signal) => {
    const ofDoctor = { clinicId, doctorId, pageSize: 9 }
    const [later, ofSearch] = await Promise.all([
      startsAt ? freeSlots({ ...ofDoctor, fromTime: startsAt }, signal) : [],
      nextFree(search, signal),
    ])
    return { ofDoctor: later.length > 0 ? later : await freeSlots(ofDoctor, signal), ofSearch }
  })
  if (error !== undefined) return <Problem error={error} again={again} />
  const { ofDoctor = [], ofSearch } = data ?? {}
  const isElsewhere = ofSearch && !ofDoctor.some(({ bookingSlotId }) => bookingSlotId === ofSearch.bookingSlotId)
  return (
    <>
      <Notice tone="bad" title={/^slot_(taken|held)$/.test(code) ? t.book.takenTitle : t.book.goneTitle}>
        <p>{t.refusal[code]}</p>
        {data && <p>{ofDoctor.length > 0 ? t.book.nextOfDoctor : t.book.noneOfDoctor}</p>}
      </Notice>
      <SlotList
        slots={ofDoctor}
        draw={(slot, content) => (
          <Link href={bookAddress(slot, search)} replace className="time">
            {content}
          </Link>
        )}
      />
      {isElsewhere && (
        <p className="next-of-search">
          {t.book.nextOfSearch}{' '}
          <Link href={bookAddress(ofSearch, search)} replace>
            {dayAndClock(ofSearch.startsAt, ofSearch.timeZone, locale)}, {ofSearch.doctorName}, {ofSearch.clinicName}
          </Link>
        </p>
      )}
      <Link href={searchAddress(search)} className="button">
        {t.book.searchOn}
      </Link>
    </>
  )
}
