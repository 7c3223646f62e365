import { graphql } from '../../data/generated/gql.ts'
import type { ChosenServiceFragment } from '../../data/generated/graphql.ts'
import { Field, Select } from '../../parts/form/field.tsx'
import { nameIn, useText } from '../../text/language.ts'
import { serviceTexts } from '../../text/shared/services.ts'
import { minutesOf } from '../../time/interval.ts'

export const ChosenService = graphql(`
  fragment ChosenService on Service {
    name names preparation preparations patients mode isPriced
    duration { days hours minutes } bufferBefore { days hours minutes }
    doctorServices(first: 1, filter: { doctorId: { equalTo: $doctorId } }) {
      nodes { duration { days hours minutes } }
    }
    serviceQuestions(first: 50, orderBy: [POSITION_ASC], filter: { isActive: { equalTo: true } }) {
      nodes { id question questions kind choices choicesByLanguage isRequired maxLength }
    }
  }
`)

type Service = ChosenServiceFragment
type Question = NonNullable<Service['serviceQuestions']['nodes'][number]>

/** How many minutes the visit takes with the doctor; undefined for one slot. */
export const lengthOf = ({ duration, doctorServices }: Service): number | undefined =>
  minutesOf(doctorServices.nodes[0]?.duration ?? duration) || undefined

/** Whether only patients with an account can book it: guests are new to the clinic. */
export const needsAccount = ({ patients }: Service): boolean => patients === 'RETURNING'

interface SummaryProps {
  service: { name: string; names: unknown; preparation: string | null; preparations: unknown }
  minutes?: number | undefined
}

/** What a visit is for, how long it takes, and what to bring. */
export function ServiceSummary({ service, minutes }: SummaryProps) {
  const { t, language } = useText(serviceTexts)
  const preparation = (service.preparations as Record<string, string>)[language] ?? service.preparation
  return (
    <div className="chosen-service">
      <p className="visit-service">
        {nameIn(language, service)}
        {minutes && <span> · {t.minutes(minutes)}</span>}
      </p>
      {preparation && (
        <p className="own-note">
          <span>{t.preparation}</span>
          {preparation}
        </p>
      )}
    </div>
  )
}

const fieldOf = (id: string) => `answer-${id}`

/** The fields for the questions of a service. */
export function Questions({ service }: { service: Service }) {
  return service.serviceQuestions.nodes.map(
    (question) => question && <QuestionField key={question.id} question={question} />,
  )
}

function QuestionField({ question }: { question: Question }) {
  const { t, language } = useText(serviceTexts)
  const { id, kind, choices, choicesByLanguage, isRequired, maxLength } = question
  const label = (question.questions as Record<string, string>)[language] ?? question.question
  if (kind === 'TEXT') {
    return <Field label={label} name={fieldOf(id)} long maxLength={maxLength} required={isRequired} />
  }
  const shown = (choicesByLanguage as Record<string, string[]>)[language] ?? choices
  const options = kind === 'YES_NO' ? [t.yes, t.no] : shown
  const values = kind === 'YES_NO' ? ['yes', 'no'] : choices
  return (
    <Select label={label} name={fieldOf(id)} required={isRequired} defaultValue="">
      <option value="">{t.choose}</option>
      {values.map((value, n) => (
        <option key={value} value={value ?? ''}>
          {options[n]}
        </option>
      ))}
    </Select>
  )
}

/** The answers in a sent form, as bookSlot takes them. */
export const answersIn = (fields: Record<string, string>) =>
  Object.entries(fields).flatMap(([name, answer]) => {
    const id = /^answer-(\d+)$/.exec(name)?.[1]
    return id && answer ? [{ questionId: id, answer }] : []
  })
