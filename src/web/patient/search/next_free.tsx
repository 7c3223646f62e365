import { useContext } from 'react'
import { Link } from 'wouter'
import { useAsync } from '../../data/use_query.ts'
import { AreaErrorTextsContext } from '../../parts/feedback/error_text.ts'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { useText } from '../../text/language.ts'
import { bookTexts } from '../../text/patient/book.ts'
import { errorTexts } from '../../text/shared/errors/errors.ts'
import { dayAndClock } from '../../time/time.ts'
import { type Search, searchAddress } from './search.ts'
import { nextFree } from './search_slots.ts'
import { SlotList } from './slot_list.tsx'
import { bookAddress, freeSlots } from './slots.ts'

interface NextFreeProps {
  clinicId: string
  doctorId: string
  startsAt: string | undefined
  /** The error code of the refusal. */
  code: string
  /** The search that led to the slot. */
  search: Search
}

/**
 * Shown when a time is no longer available: the next free times of the doctor after it, or else from now on, and the
 * next free time of the search.
 */
export function NextFree({ clinicId, doctorId, startsAt, code, search }: NextFreeProps) {
  const { t, locale } = useText(bookTexts)
  const { t: errors, language } = useText(errorTexts)
  const ofArea = useContext(AreaErrorTextsContext)[language]
  const key = JSON.stringify([clinicId, doctorId, startsAt, search])
  const { data, error, pending, refetch } = useAsync(key, async (signal) => {
    const ofDoctor = { clinicId, doctorId, serviceId: search.service, pageSize: 9 }
    const [later, ofSearch] = await Promise.all([
      startsAt ? freeSlots({ ...ofDoctor, fromTime: startsAt }, signal) : [],
      nextFree(search, signal),
    ])
    return { ofDoctor: later.length > 0 ? later : await freeSlots(ofDoctor, signal), ofSearch }
  })
  if (error !== undefined) return <Problem error={error} retry={refetch} />
  const { ofDoctor = [], ofSearch } = data ?? {}
  const isElsewhere = ofSearch && !ofDoctor.some(({ bookingSlotId }) => bookingSlotId === ofSearch.bookingSlotId)
  return (
    <>
      <Notice tone="bad" title={/^slot_(taken|held)$/.test(code) ? t.takenTitle : t.goneTitle}>
        <p>{ofArea[code] ?? errors[code]}</p>
        {data && <p>{ofDoctor.length > 0 ? t.nextOfDoctor : t.noneOfDoctor}</p>}
      </Notice>
      <Pending when={pending} />
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
          {t.nextOfSearch}{' '}
          <Link href={bookAddress(ofSearch, search)} replace>
            {dayAndClock(ofSearch.startsAt, ofSearch.timeZone, locale)}, {ofSearch.doctorName}, {ofSearch.clinicName}
          </Link>
        </p>
      )}
      <Link href={searchAddress(search)} className="button">
        {t.searchOn}
      </Link>
    </>
  )
}
