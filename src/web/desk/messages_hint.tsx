import { graphql } from '../graphql/generated/gql.ts'
import { useWorkplace } from '../staff/clinic.tsx'
import { useQuery } from '../use_query.ts'
import { useDeskText } from './text.ts'

const DeskRules = graphql(`
  query DeskRules($clinicId: BigInt!) {
    notificationRules(
      filter: { clinicId: { equalTo: $clinicId }, kind: { in: [BOOKING_CONFIRMED, BOOKING_REMINDER] } }
      first: 10
    ) { nodes { kind channel } }
  }
`)

/** What a new patient has to give to get messages from this clinic, by the channels it sends over. */
export function MessagesHint() {
  const { t } = useDeskText()
  const { clinic } = useWorkplace()
  const rules = useQuery(DeskRules, { clinicId: clinic.id }).data?.notificationRules?.nodes
  if (!rules) return null
  const needed = (kind: string) => {
    const channels = rules.flatMap((rule) => (rule?.kind === kind ? [rule.channel] : []))
    return channels.length > 1 ? t.slot.needed.both : t.slot.needed[channels[0] as 'email' | 'sms']
  }
  const [confirmation, reminder] = [needed('BOOKING_CONFIRMED'), needed('BOOKING_REMINDER')]
  const sentences =
    !confirmation && !reminder
      ? [t.slot.neither]
      : confirmation === reminder
        ? [t.slot.noMessages(confirmation)]
        : [confirmation && t.slot.noConfirmation(confirmation), reminder && t.slot.noReminder(reminder)]
  return <p className="hint">{sentences.filter(Boolean).join(' ')}</p>
}
