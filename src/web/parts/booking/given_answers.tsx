import { useText } from '../../text/language.ts'
import { serviceTexts } from '../../text/shared/services.ts'

interface Answer {
  questionId: string
  wording: string
  answer: string
  question: { question: string; questions: unknown; choices: (string | null)[]; choicesByLanguage: unknown } | null
}

/** What a patient answered to the questions of a service. */
export function GivenAnswers({ answers }: { answers: (Answer | null)[] }) {
  const { t, language } = useText(serviceTexts)
  if (answers.length === 0) return null
  return (
    <dl className="own-note" aria-label={t.answers}>
      {answers.map((it) => {
        if (!it) return null
        const { question, wording } = it
        // A question that was changed later is shown as the patient was asked.
        const isSame = question?.question === wording
        const words = isSame && (question.questions as Record<string, string>)[language]
        const choices = isSame ? (question.choicesByLanguage as Record<string, string[]>)[language] : undefined
        const chosen = question?.choices.indexOf(it.answer) ?? -1
        const plain = question?.choices.length === 0 && /^(yes|no)$/.test(it.answer)
        return (
          <div key={it.questionId}>
            <dt>{words || wording}</dt>
            <dd>{choices?.[chosen] ?? (plain ? t[it.answer as 'yes' | 'no'] : it.answer)}</dd>
          </div>
        )
      })}
    </dl>
  )
}
