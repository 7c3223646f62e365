import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import type { ManageMessagesQuery, NotificationKind } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { useErrorText } from '../../parts/feedback/error_text.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Select } from '../../parts/form/field.tsx'
import { Loaded } from '../../parts/listing.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { type Channel, kinds, messagesTexts, type TextLanguage } from '../../text/manage/messages.ts'
import { Section } from '../parts/section.tsx'
import { FailedMessages } from './failed_messages.tsx'
import { MessageEditor } from './message_editor.tsx'

const ManageMessages = graphql(`
  query ManageMessages($clinicId: BigInt!) {
    notificationRules(filter: { clinicId: { equalTo: $clinicId } }, first: 100) { nodes { kind channel } }
    notificationTexts(filter: { clinicId: { equalTo: $clinicId } }, first: 100) {
      nodes { kind channel language subject body rowVersion }
    }
    defaultNotificationTexts(first: 100) { nodes { kind channel language subject body } }
  }
`)
const AddRule = graphql(`
  mutation AddRule($rule: NotificationRuleInput!) {
    createNotificationRule(input: { notificationRule: $rule }) { notificationRule { kind } }
  }
`)
const RemoveRule = graphql(`
  mutation RemoveRule($clinicId: BigInt!, $kind: NotificationKind!, $channel: String!) {
    deleteNotificationRule(input: { clinicId: $clinicId, kind: $kind, channel: $channel }) { notificationRule { kind } }
  }
`)

const channels: Channel[] = ['email', 'sms']
const languages: TextLanguage[] = ['en', 'de']

/** The messages to patients: which are sent, over which channels, their texts, and those that did not arrive. */
export function MessagesSection() {
  const { t } = useText(messagesTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  const query = useQuery(ManageMessages, { clinicId: clinic.id })
  return (
    <Section title={common.section.messages} lead={t.lead}>
      <Loaded query={query} skeleton="block">
        {(data) => (
          <>
            <Rules rules={data.notificationRules?.nodes ?? []} changed={query.refetch} />
            <Texts data={data} changed={query.refetch} />
          </>
        )}
      </Loaded>
      <FailedMessages />
    </Section>
  )
}

interface RulesProps {
  rules: readonly ({ kind: NotificationKind; channel: string } | null)[]
  changed(): void
}

function Rules({ rules, changed }: RulesProps) {
  const { t } = useText(messagesTexts)
  const { clinic } = useWorkplace()
  const errorText = useErrorText()
  async function set(kind: NotificationKind, channel: Channel, on: boolean) {
    const rule = { clinicId: clinic.id, kind, channel }
    await (on ? request(AddRule, { rule }) : request(RemoveRule, rule)).catch((error) => showToast(errorText(error)))
    changed()
  }
  return (
    <section className="card padded rules" aria-labelledby="rules">
      <h2 id="rules">{t.rules}</h2>
      <p className="hint">{t.rulesLead}</p>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t.kind}</th>
            {channels.map((channel) => (
              <th key={channel} scope="col">
                {t.channels[channel]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {kinds.map((kind) => (
            <tr key={kind}>
              <th scope="row">{t.kinds[kind]}</th>
              {channels.map((channel) => (
                <td key={channel}>
                  <input
                    type="checkbox"
                    className="tick"
                    aria-label={t.ruleOf(t.kinds[kind], t.channels[channel])}
                    checked={rules.some((rule) => rule?.kind === kind && rule.channel === channel)}
                    onChange={({ target }) => set(kind, channel, target.checked)}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Texts({ data, changed }: { data: ManageMessagesQuery; changed(): void }) {
  const { t, language: own } = useText(messagesTexts)
  const [kind, setKind] = useState<NotificationKind>('BOOKING_CONFIRMED')
  const [channel, setChannel] = useState<Channel>('email')
  const [language, setLanguage] = useState<TextLanguage>(own)
  const isIt = (text: { kind: NotificationKind; channel: string; language: string } | null) =>
    text?.kind === kind && text.channel === channel && text.language === language
  const stored = data.notificationTexts?.nodes.find(isIt) ?? undefined
  const standard = data.defaultNotificationTexts?.nodes.find(isIt)
  return (
    <section className="below" aria-labelledby="texts">
      <h2 id="texts">{t.texts}</h2>
      <p className="hint">{t.textsLead}</p>
      <div className="filters">
        <Select label={t.kind} value={kind} onChange={(value) => setKind(value as NotificationKind)}>
          {kinds.map((each) => (
            <option key={each} value={each}>
              {t.kinds[each]}
            </option>
          ))}
        </Select>
        <Select label={t.channel} value={channel} onChange={(value) => setChannel(value as Channel)}>
          {channels.map((each) => (
            <option key={each} value={each}>
              {t.channels[each]}
            </option>
          ))}
        </Select>
        <Select label={t.language} value={language} onChange={(value) => setLanguage(value as TextLanguage)}>
          {languages.map((each) => (
            <option key={each} value={each}>
              {t.languages[each]}
            </option>
          ))}
        </Select>
      </div>
      {standard && (
        <MessageEditor
          key={`${kind} ${channel} ${language} ${stored?.rowVersion}`}
          of={{ kind, channel, language }}
          stored={stored}
          standard={standard}
          changed={changed}
        />
      )}
    </section>
  )
}
