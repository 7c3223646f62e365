import { useState } from 'react'
import { Notice } from '../parts/notice.tsx'
import { Sheet } from '../parts/sheet.tsx'
import { useWorkplace } from '../staff/clinic.tsx'
import { clock, longDate } from '../time.ts'
import { useWithdrawDay } from './actions.ts'
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

/** Withdraws a doctor's day, after showing who will be told. */
export function DoctorSheet({ doctor, date, slots, close, done }: DoctorSheetProps) {
  const { t, locale } = useDeskText()
  const { clinic } = useWorkplace()
  const withdrawDay = useWithdrawDay()
  const [told, setTold] = useState<DeskSlot[]>()
  const left = slots.filter((slot) => slot.slotDate === date && slot.status !== 'WITHDRAWN' && !isOver(slot))
  const visits = left.filter((slot) => standOf(slot) === 'booked' || standOf(slot) === 'arrived')
  // Afterwards the grid does not know any more who they were.
  const [listed, setListed] = useState<DeskSlot[]>()

  async function withdraw(reason: string | undefined) {
    setListed(visits)
    const ended = await withdrawDay({
      clinicId: clinic.id,
      doctorId: doctor.id,
      slotDate: date,
      ...(reason && { reason }),
    })
    setTold(ended)
    done(ended)
  }

  const shown = told ? (listed ?? []) : visits
  return (
    <Sheet title={t.withdrawDay.title(doctor.fullName)} close={close}>
      <div className="slot-sheet">
        <p className="slot-when">{longDate(date, locale)}</p>
        {told ? (
          <Notice tone="good">{<p>{t.withdrawDay.done(told.length)}</p>}</Notice>
        ) : (
          <p>{left.length === 0 ? t.withdrawDay.nothing : t.withdrawDay.lead(left.length)}</p>
        )}
        {!told && left.length > 0 && (
          <p>{visits.length === 0 ? t.withdrawDay.nobody : t.withdrawDay.told(visits.length)}</p>
        )}
        {shown.length > 0 && (
          <ul className="told">
            {shown.map(({ id, startsAt, clinicCustomer }) => (
              <li key={id}>
                <span>{clock(startsAt, clinic.timeZone, locale)}</span>
                <strong>{clinicCustomer?.fullName}</strong>
                <small>
                  {[clinicCustomer?.phone, clinicCustomer?.email].filter(Boolean).join(' · ') ||
                    t.withdrawDay.unreachable}
                </small>
              </li>
            ))}
          </ul>
        )}
        {!told && left.length > 0 && <EndForm submit={t.withdrawDay.submit} act={withdraw} keep={close} />}
      </div>
    </Sheet>
  )
}
