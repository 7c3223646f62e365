import { useRef, useState } from 'react'
import { graphql } from '../../../data/generated/gql.ts'
import type { QuestionKind } from '../../../data/generated/graphql.ts'
import { request } from '../../../data/session.ts'
import { showToast } from '../../../parts/feedback/toast.tsx'
import { Field, Select } from '../../../parts/form/field.tsx'
import type { Fields } from '../../../parts/form/form.tsx'
import { FormSheet } from '../../../parts/form/form_sheet.tsx'
import { useWorkplace } from '../../../parts/workplace/workplace.tsx'
import { useText } from '../../../text/language.ts'
import { manageTexts } from '../../../text/manage/common.ts'
import { servicesTexts } from '../../../text/manage/services.ts'
import { Translations } from '../translations.tsx'
import type { Question } from './managed_question.ts'
import { questionIn, refusedQuestionField } from './question_in.ts'
import { EditQuestion } from './question_row.tsx'

const AddQuestion = graphql(`
  mutation AddQuestion($serviceQuestion: ServiceQuestionInput!) {
    createServiceQuestion(input: { serviceQuestion: $serviceQuestion }) { serviceQuestion { id } }
  }
`)

interface QuestionSheetProps {
  serviceId: string
  /** Undefined to add a question. */
  question: Question | undefined
  changed(): void
  close(): void
}

/** Edits a question of a service, and how it is answered. */
export function QuestionSheet({ serviceId, question, changed, close }: QuestionSheetProps) {
  const { t } = useText(servicesTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  const sent = useRef<Fields>({})

  async function save(fields: Fields) {
    sent.current = fields
    const values = questionIn(fields, question)
    if (question) {
      const { clinicId, id, rowVersion } = question
      await request(EditQuestion, { clinicId, id, patch: { ...values, rowVersion } })
    } else await request(AddQuestion, { serviceQuestion: { ...values, clinicId: clinic.id, serviceId } })
    showToast(common.saved)
    changed()
    close()
  }

  return (
    <FormSheet
      key={question?.rowVersion}
      title={question ? t.editQuestion : t.addQuestion}
      submit={question ? common.save : common.add}
      onSubmit={save}
      fieldOf={(refusal) => refusedQuestionField(refusal, sent.current)}
      reload={changed}
      close={close}
    >
      <QuestionFields question={question} />
    </FormSheet>
  )
}

function QuestionFields({ question }: { question: Question | undefined }) {
  const { t } = useText(servicesTexts)
  const [kind, setKind] = useState<QuestionKind>(question?.kind ?? 'TEXT')
  const stored = (question?.questions ?? {}) as Record<string, string>
  return (
    <>
      <Field label={t.question} name="question" defaultValue={question?.question} maxLength={300} required />
      <Translations name="questions" label={t.question} stored={stored} maxLength={300} />
      <label className="check">
        <input type="checkbox" name="isRequired" defaultChecked={question?.isRequired} />
        <span>{t.isRequired}</span>
      </label>
      <Select label={t.kind} name="kind" value={kind} onChange={(chosen) => setKind(chosen as QuestionKind)}>
        {(['TEXT', 'CHOICE', 'YES_NO'] as const).map((each) => (
          <option key={each} value={each}>
            {t.kinds[each]}
          </option>
        ))}
      </Select>
      {kind === 'TEXT' && (
        <Field
          label={t.maxLength}
          name="maxLength"
          type="number"
          min={1}
          max={2000}
          defaultValue={question?.maxLength ?? 500}
          required
        />
      )}
      {kind === 'CHOICE' && <Choices question={question} />}
    </>
  )
}

function Choices({ question }: { question: Question | undefined }) {
  const { t } = useText(servicesTexts)
  const lists = Object.entries((question?.choicesByLanguage ?? {}) as Record<string, string[]>)
  return (
    <>
      <Field
        label={t.choices}
        name="choices"
        defaultValue={question?.choices.join('\n')}
        hint={t.choicesHint}
        maxLength={2100}
        long={4}
        required
      />
      <Translations
        name="choicesByLanguage"
        label={t.choices}
        stored={Object.fromEntries(lists.map(([language, list]) => [language, list.join('\n')]))}
        hint={t.choicesTranslationHint}
        maxLength={2100}
        long={4}
      />
    </>
  )
}
