import { graphql } from '../../../data/generated/gql.ts'
import { request } from '../../../data/session.ts'
import { showToast } from '../../../parts/feedback/toast.tsx'
import { Confirm } from '../../../parts/form/confirm.tsx'
import { useText } from '../../../text/language.ts'
import { manageTexts } from '../../../text/manage/common.ts'
import { servicesTexts } from '../../../text/manage/services.ts'
import type { Question } from './managed_question.ts'
import { wordsOf } from './question_row.tsx'

const RemoveServiceQuestion = graphql(`
  mutation RemoveServiceQuestion($clinicId: BigInt!, $questionId: BigInt!, $rowVersion: Int!) {
    removeServiceQuestion(input: { clinicId: $clinicId, questionId: $questionId, rowVersion: $rowVersion }) {
      serviceQuestion { id }
    }
  }
`)
const QuestionIsThere = graphql(`
  query QuestionIsThere($clinicId: BigInt!, $id: BigInt!) { serviceQuestion(clinicId: $clinicId, id: $id) { id } }
`)

interface RemoveQuestionProps {
  question: Question
  changed(): void
  close(): void
}

/** Asks before a question is removed. One that was answered becomes inactive. */
export function RemoveQuestion({ question, changed, close }: RemoveQuestionProps) {
  const { t, language } = useText(servicesTexts)
  const { t: common } = useText(manageTexts)
  const { clinicId, id, rowVersion } = question
  const words = wordsOf(question, language)

  async function remove() {
    await request(RemoveServiceQuestion, { clinicId, questionId: id, rowVersion })
    const { serviceQuestion: kept } = await request(QuestionIsThere, { clinicId, id })
    showToast(kept ? t.questionKept : t.questionRemoved)
    changed()
    close()
  }

  return (
    <Confirm title={t.removeQuestion} submit={common.remove} confirm={remove} close={close}>
      <p>{words}</p>
      <p>{t.removeQuestionLead}</p>
    </Confirm>
  )
}
