import type { Refusal } from '../../../data/client.ts'
import type { QuestionKind } from '../../../data/generated/graphql.ts'
import type { Fields } from '../../../parts/form/form.tsx'
import { translatedField, translationsIn } from '../translations.tsx'
import type { Question } from './managed_question.ts'

/** The lines of a text, without empty ones. */
const linesOf = (text = ''): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

/** The question in a sent form. */
export function questionIn(fields: Fields, question: Question | undefined) {
  const stored = (question?.questions ?? {}) as Record<string, string>
  const kind = fields.kind as QuestionKind
  const lists = kind === 'CHOICE' ? ((question?.choicesByLanguage ?? {}) as Record<string, string[]>) : {}
  return {
    question: fields.question ?? '',
    questions: translationsIn(fields, 'questions', stored, (text) => text),
    kind,
    choices: linesOf(fields.choices),
    choicesByLanguage: translationsIn(fields, 'choicesByLanguage', lists, linesOf),
    isRequired: fields.isRequired !== undefined,
    ...(fields.maxLength && { maxLength: Number(fields.maxLength) }),
  }
}

/** The field that a refusal is about. */
export function refusedQuestionField({ code, detail }: Refusal, fields: Fields): string | undefined {
  const { argument } = detail
  if (argument === 'questions' || argument === 'choicesByLanguage') return translatedField(fields, argument)
  // The database refuses the list of choices as a whole, not one of its lines.
  if (code !== 'check_violation' || fields.choices === undefined) return undefined
  const count = linesOf(fields.choices).length
  const translated = ['en', 'de'].map((language) => `choicesByLanguage-${language}`)
  const unequal = translated.find((name) => fields[name] && linesOf(fields[name]).length !== count)
  return count >= 2 && count <= 20 && unequal ? unequal : 'choices'
}
