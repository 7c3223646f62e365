import { Link } from 'wouter'
import { Icon } from '../../parts/icon.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { overviewTexts } from '../../text/manage/overview.ts'

const steps = ['doctors', 'time-slots', 'templates', 'generation'] as const

const tags = { done: 'completed', next: 'booked', open: '' }

/** The steps that lead a new clinic to its first free time. */
export function Checklist({ done }: { done: Record<(typeof steps)[number], boolean> }) {
  const { t } = useText(overviewTexts)
  const { clinic } = useWorkplace()
  const next = steps.find((step) => !done[step])
  return (
    <section className="card padded" aria-labelledby="steps">
      <h2 id="steps">{t.stepsTitle}</h2>
      <p className="hint">{t.stepsLead}</p>
      <ol className="steps">
        {steps.map((step, n) => {
          const state = done[step] ? 'done' : step === next ? 'next' : 'open'
          return (
            <li key={step} className={state}>
              <span className="step-number" aria-hidden="true">
                {done[step] ? <Icon name="check" /> : n + 1}
              </span>
              <div>
                <Link href={`/manage/${clinic.id}/${step}`}>{t.steps[step].title}</Link>
                <p>{t.steps[step].text}</p>
              </div>
              <span className={`tag ${tags[state]}`}>{t[state]}</span>
            </li>
          )
        })}
      </ol>
    </section>
  )
}
