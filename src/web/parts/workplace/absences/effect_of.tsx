import { useText } from '../../../text/language.ts'
import { absencesTexts } from '../../../text/manage/schedule/absences.ts'
import { Field, TwoOptions } from '../../form/field.tsx'
import { Affected } from './affected.tsx'
import type { Effect } from './use_effect_of.ts'

interface EffectOfProps {
  effect: Effect
  isCancelled: boolean
  choose(isCancelled: boolean): void
}

/** What an absence changes, and the choice what happens to the appointments in it. */
export function EffectOf({ effect, isCancelled, choose }: EffectOfProps) {
  const { t } = useText(absencesTexts)
  const { freeSlots, bookedVisits, bookings } = effect
  const toPhone = bookings.filter(({ isToPhone }) => isToPhone)
  const notified = bookings.filter(({ isToPhone, isAhead }) => isAhead && !isToPhone)
  return (
    <>
      <p role="status">
        {t.free(freeSlots)} {bookedVisits === 0 ? t.nobody : t.booked(bookedVisits)}
      </p>
      {bookedVisits > 0 && (
        <>
          <TwoOptions
            legend={t.handling}
            name="handling"
            isSecond={isCancelled}
            choose={choose}
            first={t.list}
            second={t.cancel}
          />
          {isCancelled ? (
            <>
              <Affected title={t.toPhone(toPhone.length)} bookings={toPhone} withPhone />
              <Affected title={t.notified(notified.length)} bookings={notified} more={bookedVisits - bookings.length} />
              <Field label={t.reason} name="reason" maxLength={500} autoComplete="off" />
            </>
          ) : (
            <Affected title={t.listLead} bookings={bookings} more={bookedVisits - bookings.length} />
          )}
        </>
      )}
    </>
  )
}
