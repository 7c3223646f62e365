import { Link } from 'wouter'
import { Notice, Problem } from '../parts/notice.tsx'
import { useText } from '../text/language.ts'
import { useAsked } from '../use_query.ts'
import { SlotList } from './slot_list.tsx'
import { bookAddress, freeSlots } from './slots.ts'

interface NextFreeProps {
  clinicId: string
  doctorId: string
  startsAt: string | undefined
}

/** What to do when somebody was faster: the doctor's next free times from there on, or else from now on. */
export function NextFree({ clinicId, doctorId, startsAt }: NextFreeProps) {
  const { t } = useText()
  const { data, error, again } = useAsked(`${clinicId}/${doctorId}/${startsAt}`, async (signal) => {
    const ofDoctor = { clinicId, doctorId, pageSize: 9 }
    const later = startsAt ? await freeSlots({ ...ofDoctor, fromTime: startsAt }, signal) : []
    return later.length > 0 ? later : freeSlots(ofDoctor, signal)
  })
  if (error !== undefined) return <Problem error={error} again={again} />
  return (
    <>
      <Notice tone="bad" title={t.book.takenTitle}>
        {data && <p>{data.length > 0 ? t.book.taken : t.book.takenNone}</p>}
      </Notice>
      {data && (
        <SlotList
          slots={data}
          draw={(slot, content) => (
            <Link href={bookAddress(slot)} replace className="time">
              {content}
            </Link>
          )}
        />
      )}
      <Link href="/" className="button">
        {t.book.searchOn}
      </Link>
    </>
  )
}
