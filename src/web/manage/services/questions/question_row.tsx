import { graphql } from '../../../data/generated/gql.ts'
import { request } from '../../../data/session.ts'
import { useErrorText } from '../../../parts/feedback/error_text.ts'
import { showToast } from '../../../parts/feedback/toast.tsx'
import { RowButton } from '../../../parts/listing.tsx'
import { useText } from '../../../text/language.ts'
import { manageTexts } from '../../../text/manage/common.ts'
import { servicesTexts } from '../../../text/manage/services.ts'
import { ActiveTag } from '../../parts/section.tsx'
import { MoveButtons } from '../move_buttons.tsx'
import type { Question } from './managed_question.ts'

export const EditQuestion = graphql(`
  mutation EditQuestion($clinicId: BigInt!, $id: BigInt!, $patch: ServiceQuestionPatch!) {
    updateServiceQuestion(input: { clinicId: $clinicId, id: $id, patch: $patch }) { serviceQuestion { id } }
  }
`)

/** A question in the reader's language. */
export const wordsOf = ({ question, questions }: Question, language: string): string =>
  (questions as Record<string, string>)[language] ?? question

interface QuestionRowProps {
  question: Question
  /** The ids of all questions, in their order. */
  ids: string[]
  reorder(ids: string[]): Promise<unknown>
  edit(): void
  remove(): void
  changed(): void
}

export function QuestionRow({ question, ids, reorder, edit, remove, changed }: QuestionRowProps) {
  const { t, language } = useText(servicesTexts)
  const { t: common } = useText(manageTexts)
  const errorText = useErrorText()
  const { clinicId, id, kind, choices, choicesByLanguage, isRequired, isActive, rowVersion } = question
  const words = wordsOf(question, language)
  const shown = (choicesByLanguage as Record<string, string[]>)[language] ?? choices
  async function reactivate() {
    await request(EditQuestion, { clinicId, id, patch: { isActive: true, rowVersion } }).then(
      () => showToast(common.saved),
      (error) => showToast(errorText(error)),
    )
    changed()
  }
  return (
    <>
      <div className="row-words">
        <h2 className="row-title">{words}</h2>
        <p className="fields">
          {kind === 'CHOICE' ? shown.join(', ') : t.kinds[kind]}
          {isRequired && ` · ${t.required}`}
        </p>
      </div>
      {!isActive && <ActiveTag active={false} />}
      <div className="row-actions">
        <MoveButtons name={words} id={id} ids={ids} reorder={reorder} changed={changed} />
        <RowButton of={words} press={edit}>
          {common.edit}
        </RowButton>
        {isActive ? (
          <RowButton of={words} ends press={remove}>
            {common.remove}
          </RowButton>
        ) : (
          <RowButton of={words} press={reactivate}>
            {common.reactivate}
          </RowButton>
        )}
      </div>
    </>
  )
}
