import { useState } from 'react'
import { tel } from '../contact_links.ts'
import { Notice } from '../parts/notice.tsx'
import { Sheet } from '../parts/sheet.tsx'
import { useWorkplace } from '../staff/clinic.tsx'
import { clock, longDate } from '../time.ts'
import { useQuery } from '../use_query.ts'
import { DeskWithoutAddress, type EndedBooking, useWithdrawDay } from './actions.ts'
import { EndForm } from './end_form.tsx'
import { type DeskSlot, isOver, standOf } from './slots.ts'
import { useDeskText } from './text.ts'

interface DoctorSheetProps {
  doctor: { id: string; fullName: string }
  date: string
  slots: DeskSlot[]
  close(): void
  done(slots: DeskSlot[]): void
}

/** Withdraws a doctor's day, after showing who will be notified and who has to be phoned. */
export function DoctorSheet({ doctor, date, slots, close, done }: DoctorSheetProps) {
  const { t, locale } = useDeskText()
  const { clinic } = useWorkplace()
  const withdrawDay = useWithdrawDay()
  const [ended, setEnded] = useState<EndedBooking[]>()
  const left = slots.filter((slot) => slot.slotDate === date && slot.status !== 'WITHDRAWN' && !isOver(slot))
  const booked = left
    .filter((slot) => standOf(slot) === 'booked' || standOf(slot) === 'arrived')
    // Nobody is notified of an appointment that has begun, and nobody has to be phoned about it.
    .map((slot) => ({ ...slot, isAhead: Date.parse(slot.startsAt) > Date.now() }))

  const { data } = useQuery(
    DeskWithoutAddress,
    booked.length > 0
      ? {
          clinicId: clinic.id,
          customerIds: booked.flatMap(({ customerId }) => (customerId ? [customerId] : [])),
          kind: 'SLOT_WITHDRAWN' as const,
        }
      : null,
  )
  const withoutAddress = new Set<string | undefined>(data?.customersWithoutAddress?.flatMap((id) => (id ? [id] : [])))

  async function withdraw(reason: string | undefined) {
    const bookings = await withdrawDay({
      clinicId: clinic.id,
      doctorId: doctor.id,
      slotDate: date,
      ...(reason && { reason }),
    })
    setEnded(bookings)
    done(bookings.flatMap(({ bookingSlot }) => (bookingSlot ? [bookingSlot] : [])))
  }

  const people = ended
    ? ended.map(({ id, startsAt, isToPhone, clinicCustomer }) => ({
        id,
        startsAt,
        clinicCustomer,
        isToPhone,
        isAhead: Date.parse(startsAt) > Date.now(),
      }))
    : booked.map(({ id, startsAt, isAhead, clinicCustomer }) => ({
        id,
        startsAt,
        clinicCustomer,
        isToPhone: isAhead && withoutAddress.has(clinicCustomer?.customerId),
        isAhead,
      }))
  const toPhone = people.filter(({ isToPhone }) => isToPhone)
  const notified = people.filter(({ isToPhone, isAhead }) => isAhead && !isToPhone)
  const isKnown = ended !== undefined || data !== undefined
  const list = (of: typeof people) => (
    <ul className="told">
      {of.map(({ id, startsAt, clinicCustomer, isToPhone }) => (
        <li key={id}>
          <span>{clock(startsAt, clinic.timeZone, locale)}</span>
          <strong>{clinicCustomer?.fullName}</strong>
          {isToPhone && (
            <small>
              {clinicCustomer?.phone ? (
                <a href={tel(clinicCustomer.phone)}>{clinicCustomer.phone}</a>
              ) : (
                t.withdrawDay.unreachable
              )}
            </small>
          )}
        </li>
      ))}
    </ul>
  )
  return (
    <Sheet title={t.withdrawDay.title(doctor.fullName)} close={close}>
      <div className="slot-sheet">
        <p className="slot-when">{longDate(date, locale)}</p>
        {ended ? (
          <Notice tone="good">{<p>{t.withdrawDay.done(ended.length)}</p>}</Notice>
        ) : (
          <p>{left.length === 0 ? t.withdrawDay.nothing : t.withdrawDay.lead(left.length)}</p>
        )}
        {!ended && left.length > 0 && (
          <p>{booked.length === 0 ? t.withdrawDay.nobody : t.withdrawDay.cancelled(booked.length)}</p>
        )}
        {isKnown && toPhone.length > 0 && (
          <section aria-label={t.withdrawDay.toPhone(toPhone.length)}>
            <p>{t.withdrawDay.toPhone(toPhone.length)}</p>
            {list(toPhone)}
          </section>
        )}
        {isKnown && notified.length > 0 && (
          <section aria-label={t.withdrawDay.notified(notified.length)}>
            <p>{t.withdrawDay.notified(notified.length)}</p>
            {list(notified)}
          </section>
        )}
        {!ended && left.length > 0 && <EndForm submit={t.withdrawDay.submit} act={withdraw} keep={close} />}
      </div>
    </Sheet>
  )
}
