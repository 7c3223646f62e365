import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { useErrorText } from '../../parts/feedback/error_text.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { deskWaitingTexts } from '../../text/desk/waiting.ts'
import { useText } from '../../text/language.ts'

const SetPriority = graphql(`
  mutation SetWaitingPriority($clinicId: BigInt!, $waitingId: BigInt!, $priority: Int!, $rowVersion: Int!) {
    setWaitingPriority(
      input: { clinicId: $clinicId, waitingId: $waitingId, priority: $priority, rowVersion: $rowVersion }
    ) { clientMutationId }
  }
`)

/** The priorities that the desk chooses from; the API accepts all from -100 to 100. */
const priorities = [
  ['high', 50],
  ['normal', 0],
  ['low', -50],
] as const

interface PriorityProps {
  entry: { id: string; priority: number; rowVersion: number }
  name: string
  changed(): void
}

/** Decides who is offered freed times first. */
export function Priority({ entry: { id, priority, rowVersion }, name, changed }: PriorityProps) {
  const { t } = useText(deskWaitingTexts)
  const { clinic } = useWorkplace()
  const errorText = useErrorText()
  const [error, setError] = useState<string>()
  const isOther = !priorities.some(([, value]) => value === priority)
  async function choose(value: string) {
    try {
      await request(SetPriority, { clinicId: clinic.id, waitingId: id, priority: Number(value), rowVersion })
      setError(undefined)
      showToast(t.prioritySet(name))
    } catch (thrown) {
      setError(errorText(thrown))
    }
    changed()
  }
  return (
    <label className="waiting-priority">
      <span className="visually-hidden">{t.priorityOf(name)}</span>
      <select
        value={priority}
        onChange={({ target }) => void choose(target.value)}
        aria-invalid={error ? true : undefined}
      >
        {priorities.map(([which, value]) => (
          <option key={which} value={value}>
            {t.priorities[which]}
          </option>
        ))}
        {isOther && <option value={priority}>{t.other(priority)}</option>}
      </select>
      {error && (
        <span className="field-error" role="alert">
          {error}
        </span>
      )}
    </label>
  )
}
