import { useState } from 'react'
import { useQuery } from '../../data/use_query.ts'
import { tel } from '../../parts/contact_links.ts'
import { Notice } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { Sheet } from '../../parts/layout/sheet.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { withdrawDayTexts } from '../../text/desk/withdraw_day.ts'
import { useText } from '../../text/language.ts'
import { clock, longDate } from '../../time/time.ts'
import { DeskWithoutAddress, type EndedBooking, useWithdrawDay } from '../data/actions.ts'
import { type DeskSlot, isOver, stateOf } from '../data/slots.ts'
import { EndForm } from '../slot/end_form.tsx'

interface DoctorSheetProps {
  doctor: { id: string; fullName: string }
  date: string
  slots: DeskSlot[]
  close(): void
  done(slots: DeskSlot[]): void
}

/** Withdraws a doctor's day, after showing who will be notified and who has to be phoned. */
export function DoctorSheet({ doctor, date, slots, close, done }: DoctorSheetProps) {
  const { t, locale } = useText(withdrawDayTexts)
  const { clinic } = useWorkplace()
  const withdrawDay = useWithdrawDay()
  const [ended, setEnded] = useState<EndedBooking[]>()
  const left = slots.filter((slot) => slot.slotDate === date && slot.status !== 'WITHDRAWN' && !isOver(slot))
  const booked = left.filter((slot) => stateOf(slot) === 'booked' || stateOf(slot) === 'arrived')
  const { expected, pending } = usePeopleOf(booked)
  const people = ended ? ended.map(toPerson) : expected

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

  return (
    <Sheet title={t.title(doctor.fullName)} close={close}>
      <div className="slot-sheet">
        <p className="slot-when">{longDate(date, locale)}</p>
        {ended ? (
          <Notice tone="good">{<p>{t.done(ended.length)}</p>}</Notice>
        ) : (
          <p>{left.length === 0 ? t.nothing : t.lead(left.length)}</p>
        )}
        {!ended && left.length > 0 && <p>{booked.length === 0 ? t.nobody : t.cancelled(booked.length)}</p>}
        <Pending when={pending} />
        {people && <Contacts people={people} />}
        {!ended && left.length > 0 && <EndForm submit={t.submit} act={withdraw} keep={close} />}
      </div>
    </Sheet>
  )
}

/** The patient of an appointment. */
interface Person {
  id: string
  startsAt: string
  clinicCustomer: { fullName: string; phone: string | null } | null
  isToPhone: boolean
  /** For an appointment that has begun there is no notification and no phone call. */
  isAhead: boolean
}

const toPerson = ({ id, startsAt, clinicCustomer, isToPhone }: EndedBooking): Person => ({
  id,
  startsAt,
  clinicCustomer,
  isToPhone,
  isAhead: Date.parse(startsAt) > Date.now(),
})

/** The patients of booked slots: who would be notified or has to be phoned; undefined until that is known. */
function usePeopleOf(booked: DeskSlot[]): { expected: Person[] | undefined; pending: boolean } {
  const { clinic } = useWorkplace()
  const { data, pending } = useQuery(
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
  const expected = booked.map(({ id, startsAt, clinicCustomer }): Person => {
    const isAhead = Date.parse(startsAt) > Date.now()
    const isToPhone = isAhead && withoutAddress.has(clinicCustomer?.customerId)
    return { id, startsAt, clinicCustomer, isToPhone, isAhead }
  })
  return { expected: data && expected, pending }
}

/** Who has to be phoned, and who is notified. */
function Contacts({ people }: { people: Person[] }) {
  const { t } = useText(withdrawDayTexts)
  const toPhone = people.filter(({ isToPhone }) => isToPhone)
  const notified = people.filter(({ isToPhone, isAhead }) => isAhead && !isToPhone)
  return (
    <>
      {toPhone.length > 0 && <People label={t.toPhone(toPhone.length)} people={toPhone} />}
      {notified.length > 0 && <People label={t.notified(notified.length)} people={notified} />}
    </>
  )
}

interface PeopleProps {
  label: string
  people: Person[]
}

/** The patients of some appointments, with the phone numbers of those who have to be phoned. */
function People({ label, people }: PeopleProps) {
  const { t, locale } = useText(withdrawDayTexts)
  const { clinic } = useWorkplace()
  return (
    <section aria-label={label}>
      <p>{label}</p>
      <ul className="contact-list">
        {people.map(({ id, startsAt, clinicCustomer, isToPhone }) => (
          <li key={id}>
            <span>{clock(startsAt, clinic.timeZone, locale)}</span>
            <strong>{clinicCustomer?.fullName}</strong>
            {isToPhone && (
              <small>
                {clinicCustomer?.phone ? <a href={tel(clinicCustomer.phone)}>{clinicCustomer.phone}</a> : t.unreachable}
              </small>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
