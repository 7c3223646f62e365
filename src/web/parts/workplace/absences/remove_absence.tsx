import { graphql } from '../../../data/generated/gql.ts'
import { request } from '../../../data/session.ts'
import { useText } from '../../../text/language.ts'
import { absencesTexts } from '../../../text/manage/schedule/absences.ts'
import { showToast } from '../../feedback/toast.tsx'
import { Confirm } from '../../form/confirm.tsx'
import { useAbsenceWords } from './absence_words.ts'
import type { Absence } from './use_absences.ts'

const Remove = graphql(`
  mutation RemoveAbsence($clinicId: BigInt!, $absenceId: BigInt!) {
    removeAbsence(input: { clinicId: $clinicId, absenceId: $absenceId }) { absence { id } }
  }
`)

interface RemoveAbsenceProps {
  absence: Absence
  removed(): void
  close(): void
}

/** Asks before it removes an absence. */
export function RemoveAbsence({ absence, removed, close }: RemoveAbsenceProps) {
  const { t } = useText(absencesTexts)
  const { nameOf } = useAbsenceWords()
  return (
    <Confirm
      title={t.removeTitle}
      submit={t.remove}
      confirm={async () => {
        await request(Remove, { clinicId: absence.clinicId, absenceId: absence.id })
        showToast(t.removed)
        removed()
        close()
      }}
      close={close}
    >
      <p>{nameOf(absence)}</p>
      <p>{t.removeLead}</p>
    </Confirm>
  )
}
