import { useText } from '../../../text/language.ts'
import { absencesTexts } from '../../../text/manage/schedule/absences.ts'
import { Select } from '../../form/field.tsx'
import { Icon } from '../../icon.tsx'
import { type ChoosableDoctor, DoctorOptions } from '../doctor_options.tsx'
import { useWorkplace } from '../workplace.tsx'

interface AbsenceBarProps {
  year: number
  setYear(year: number): void
  doctors: ChoosableDoctor[]
  /** The doctor whose absences are shown; '' for all. */
  whose: string
  setWhose(doctorId: string): void
  mayAdd: boolean
  add(): void
  addHolidays(): void
}

/** Above the absences: the choice of the year and the doctor, and the buttons that add absences and public holidays. */
export function AbsenceBar({ year, setYear, doctors, whose, setWhose, mayAdd, add, addHolidays }: AbsenceBarProps) {
  const { t } = useText(absencesTexts)
  const { isDesk, isManager } = useWorkplace()
  return (
    <div className="absence-bar">
      <nav className="year-steps" aria-label={t.year}>
        <button type="button" className="button icon-step" aria-label={t.previous} onClick={() => setYear(year - 1)}>
          <Icon name="arrowLeft" />
        </button>
        <strong aria-live="polite">{year}</strong>
        <button type="button" className="button icon-step" aria-label={t.next} onClick={() => setYear(year + 1)}>
          <Icon name="arrowRight" />
        </button>
      </nav>
      {isDesk && (
        <Select label={t.whose} value={whose} onChange={setWhose}>
          <option value="">{t.everyone}</option>
          <DoctorOptions doctors={doctors} />
        </Select>
      )}
      {isManager && (
        <button type="button" className="button" onClick={addHolidays}>
          {t.holidays}
        </button>
      )}
      {mayAdd && (
        <button type="button" className="button primary" onClick={add}>
          {t.add}
        </button>
      )}
    </div>
  )
}
