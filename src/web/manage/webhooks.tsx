import { useState } from 'react'
import { graphql } from '../graphql/generated/gql.ts'
import type { ManageWebhooksQuery, NotificationKind } from '../graphql/generated/graphql.ts'
import { Field } from '../parts/field.tsx'
import { Empty } from '../parts/notice.tsx'
import { Sheet } from '../parts/sheet.tsx'
import { ask } from '../session.ts'
import { useWorkplace } from '../staff/clinic.tsx'
import { usePages } from '../use_pages.ts'
import { Confirm, FormSheet, Input } from './form.tsx'
import { say } from './say.tsx'
import { ActiveTag, Listing, RowButton, Section } from './section.tsx'
import { useManageText } from './text/common.ts'
import { kinds, useMessagesText } from './text/messages.ts'
import { useWebhooksText } from './text/webhooks.ts'
import { useWords } from './words.ts'

const ManageWebhooks = graphql(`
  query ManageWebhooks($clinicId: BigInt!, $after: Cursor) {
    webhookEndpoints(filter: { clinicId: { equalTo: $clinicId } }, first: 50, after: $after) {
      nodes { clinicId id url kinds isActive disabledBecause wantsEventHead rowVersion }
      pageInfo { hasNextPage endCursor }
    }
  }
`)
const AddWebhook = graphql(`
  mutation AddWebhook($clinicId: BigInt!, $url: String!, $kinds: [NotificationKind], $wantsEventHead: Boolean) {
    createWebhookEndpoint(
      input: { clinicId: $clinicId, url: $url, kinds: $kinds, wantsEventHead: $wantsEventHead }
    ) { newWebhookEndpoint { id url secret } }
  }
`)
const EditWebhook = graphql(`
  mutation EditWebhook($clinicId: BigInt!, $id: BigInt!, $patch: WebhookEndpointPatch!) {
    updateWebhookEndpoint(input: { clinicId: $clinicId, id: $id, patch: $patch }) { webhookEndpoint { id } }
  }
`)

type Webhook = NonNullable<NonNullable<ManageWebhooksQuery['webhookEndpoints']>['nodes'][number]>

// Reminders are for people.
const toldKinds = kinds.filter((kind) => kind !== 'BOOKING_REMINDER')

/** A clinic's own systems, told of its bookings. */
export function WebhooksSection() {
  const { t } = useWebhooksText()
  const { t: common } = useManageText()
  const { t: messages } = useMessagesText()
  const { clinic } = useWorkplace()
  const words = useWords()
  const [edited, setEdited] = useState<Webhook | 'new'>()
  const [ended, setEnded] = useState<Webhook>()
  const [secret, setSecret] = useState<string>()
  const asked = usePages(ManageWebhooks, { clinicId: clinic.id }, (result) => result.webhookEndpoints)
  const edit = ({ clinicId, id, rowVersion }: Webhook, patch: object) =>
    ask(EditWebhook, { clinicId, id, patch: { ...patch, rowVersion } })

  async function save(fields: Record<string, string | undefined>) {
    const { url = '' } = fields
    const chosen: NotificationKind[] = toldKinds.filter((kind) => fields[kind])
    const wantsEventHead = fields.wantsEventHead !== undefined
    if (edited === 'new') {
      const made = await ask(AddWebhook, { clinicId: clinic.id, url, kinds: chosen, wantsEventHead })
      setSecret(made.createWebhookEndpoint?.newWebhookEndpoint?.secret ?? undefined)
    } else if (edited) {
      await edit(edited, { url, kinds: chosen, wantsEventHead })
      say(common.saved)
    }
    asked.again()
    setEdited(undefined)
  }

  const stored =
    edited && edited !== 'new' ? (asked.data?.nodes.find(({ id }) => id === edited.id) ?? edited) : undefined
  return (
    <Section
      title={common.section.webhooks}
      lead={t.lead}
      action={
        <button type="button" className="button primary" onClick={() => setEdited('new')}>
          {t.add}
        </button>
      }
    >
      <Listing
        asked={asked}
        empty={
          <Empty title={t.emptyTitle}>
            <p>{t.empty}</p>
          </Empty>
        }
      >
        {(webhook) => (
          <>
            <div className="row-words">
              <h2 className="row-title">{webhook.url}</h2>
              <p className="row-more">{webhook.kinds.map((kind) => kind && messages.kinds[kind]).join(', ')}</p>
              {webhook.wantsEventHead && <p className="row-more">{t.eventHead}</p>}
              {webhook.disabledBecause && (
                <p className="row-more">{webhook.disabledBecause === 'gone' ? t.disabledGone : t.disabledNotPublic}</p>
              )}
            </div>
            {!webhook.isActive && <ActiveTag active={false} />}
            <div className="row-actions">
              <RowButton of={webhook.url} press={() => setEdited(webhook)}>
                {common.edit}
              </RowButton>
              {webhook.isActive ? (
                <RowButton of={webhook.url} ends press={() => setEnded(webhook)}>
                  {common.deactivate}
                </RowButton>
              ) : (
                <RowButton
                  of={webhook.url}
                  press={() =>
                    void edit(webhook, { isActive: true })
                      .catch((error) => say(words(error)))
                      .then(asked.again)
                  }
                >
                  {common.reactivate}
                </RowButton>
              )}
            </div>
          </>
        )}
      </Listing>
      {edited && (
        <FormSheet
          key={stored?.rowVersion}
          title={stored ? t.edit(stored.url) : t.add}
          submit={stored ? common.save : common.add}
          save={save}
          fieldOf={({ code }) => (code === 'check_violation' || code === 'webhook_url_refused' ? 'url' : undefined)}
          reload={asked.again}
          close={() => setEdited(undefined)}
        >
          <Input
            label={t.url}
            name="url"
            type="url"
            defaultValue={stored?.url}
            hint={t.urlHint}
            maxLength={2000}
            required
          />
          <fieldset className="checks one-column">
            <legend className="field-label">{t.kinds}</legend>
            {toldKinds.map((kind) => (
              <label key={kind} className="check">
                <input type="checkbox" name={kind} defaultChecked={!stored || stored.kinds.includes(kind)} />
                <span>{messages.kinds[kind]}</span>
              </label>
            ))}
            <label className="check">
              <input type="checkbox" name="wantsEventHead" defaultChecked={stored?.wantsEventHead} />
              <span>{t.eventHead}</span>
            </label>
          </fieldset>
        </FormSheet>
      )}
      {secret && (
        <Sheet title={t.secretTitle} close={() => setSecret(undefined)}>
          <p>{t.secretLead}</p>
          <Field label={t.secret} value={secret} readOnly onFocus={({ target }) => target.select()} />
          <div className="form-end">
            <button
              type="button"
              className="button primary"
              onClick={() => navigator.clipboard?.writeText(secret).then(() => say(common.copied))}
            >
              {common.copy}
            </button>
            <button type="button" className="button" onClick={() => setSecret(undefined)}>
              {t.done}
            </button>
          </div>
        </Sheet>
      )}
      {ended && (
        <Confirm
          title={t.deactivateTitle}
          submit={common.deactivate}
          confirm={async () => {
            await edit(ended, { isActive: false })
            asked.again()
            setEnded(undefined)
          }}
          close={() => setEnded(undefined)}
        >
          <p>{ended.url}</p>
          <p>{t.deactivateLead}</p>
        </Confirm>
      )}
    </Section>
  )
}
