import { graphql } from '../../data/generated/gql.ts'
import { useQuery } from '../../data/use_query.ts'
import { Pending } from '../../parts/feedback/pending.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { slotTexts } from '../../text/desk/slot.ts'
import { useText } from '../../text/language.ts'

const DeskRules = graphql(`
  query DeskRules($clinicId: BigInt!) {
    notificationRules(
      filter: { clinicId: { equalTo: $clinicId }, kind: { in: [BOOKING_CONFIRMED, BOOKING_REMINDER] } }
      first: 10
    ) { nodes { kind channel } }
  }
`)

/** Which contact a new patient has to give to get messages from this clinic. */
export function MessagesHint() {
  const { t } = useText(slotTexts)
  const { clinic } = useWorkplace()
  const { data, pending } = useQuery(DeskRules, { clinicId: clinic.id })
  const rules = data?.notificationRules?.nodes
  if (!rules) return <Pending when={pending} />
  const needed = (kind: string) => {
    const channels = rules.flatMap((rule) => (rule?.kind === kind ? [rule.channel] : []))
    return channels.length > 1 ? t.needed.both : t.needed[channels[0] as 'email' | 'sms']
  }
  const [confirmation, reminder] = [needed('BOOKING_CONFIRMED'), needed('BOOKING_REMINDER')]
  const sentences =
    !confirmation && !reminder
      ? [t.neither]
      : confirmation === reminder
        ? [t.noMessages(confirmation)]
        : [confirmation && t.noConfirmation(confirmation), reminder && t.noReminder(reminder)]
  return <p className="hint">{sentences.filter(Boolean).join(' ')}</p>
}
