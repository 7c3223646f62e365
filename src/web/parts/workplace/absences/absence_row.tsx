import { useText } from '../../../text/language.ts'
import { absencesTexts } from '../../../text/manage/schedule/absences.ts'
import { RowButton } from '../../listing.tsx'
import { useWorkplace } from '../workplace.tsx'
import { useAbsenceWords } from './absence_words.ts'
import type { Absence } from './use_absences.ts'

interface AbsenceRowProps {
  absence: Absence
  change(): void
  remove(): void
}

/** An absence in the list, with what the person may do with it. */
export function AbsenceRow({ absence, change, remove }: AbsenceRowProps) {
  const { t } = useText(absencesTexts)
  const { isDesk, maySeeTo } = useWorkplace()
  const { span, nameOf } = useAbsenceWords()
  const { kind, doctorId, doctor, note } = absence
  const mayRemove = isDesk || (doctorId !== null && maySeeTo(doctorId))
  return (
    <>
      <div className="row-words">
        <h2 className="row-title">
          <span className={`kind ${kind.toLowerCase()}`} aria-hidden="true" /> {t.kind[kind]},{' '}
          {doctor?.fullName ?? t.everyone}
        </h2>
        <p>{span(absence)}</p>
        {note && <p className="row-more">{note}</p>}
      </div>
      {mayRemove && (
        <div className="row-actions">
          {kind !== 'EXTERNAL' && (
            <RowButton of={nameOf(absence)} press={change}>
              {t.changeIt}
            </RowButton>
          )}
          <RowButton of={nameOf(absence)} ends press={remove}>
            {t.remove}
          </RowButton>
        </div>
      )}
    </>
  )
}
