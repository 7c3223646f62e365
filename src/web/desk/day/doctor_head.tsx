import { Link } from 'wouter'
import { Icon } from '../../parts/icon.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { dayTexts } from '../../text/desk/day.ts'
import { withdrawDayTexts } from '../../text/desk/withdraw_day.ts'
import { nameIn, useText } from '../../text/language.ts'
import { type Doctor, fieldsOf } from './doctors.ts'

interface DoctorHeadProps {
  doctor: Doctor
  date: string
  open(): void
}

/** The name of a doctor above their column, and the button that opens their day. */
export function DoctorHead({ doctor, date, open }: DoctorHeadProps) {
  const { t, language } = useText(withdrawDayTexts)
  const { t: dayText } = useText(dayTexts)
  const { clinic, maySeeTo } = useWorkplace()
  return (
    <>
      <h2 id={`column-${doctor.id}`} className="doctor-name">
        <Link href={`/desk/${clinic.id}/week/${doctor.id}?date=${date}`} title={dayText.week(doctor.fullName)}>
          {doctor.fullName}
        </Link>
        <small>
          {fieldsOf(doctor)
            .map((field) => nameIn(language, field))
            .join(', ')}
        </small>
      </h2>
      {maySeeTo(doctor.id) && (
        <button
          type="button"
          className="icon-button"
          aria-haspopup="dialog"
          aria-label={`${t.open}, ${doctor.fullName}`}
          title={t.open}
          onClick={open}
        >
          <Icon name="withdrawDay" />
        </button>
      )}
    </>
  )
}
