import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import type { ManageWebhooksQuery, NotificationKind } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { useErrorText } from '../../parts/feedback/error_text.ts'
import { Empty } from '../../parts/feedback/notice.tsx'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Confirm } from '../../parts/form/confirm.tsx'
import { Field } from '../../parts/form/field.tsx'
import type { Fields } from '../../parts/form/form.tsx'
import { FormSheet } from '../../parts/form/form_sheet.tsx'
import { Sheet } from '../../parts/layout/sheet.tsx'
import { Listing } from '../../parts/listing.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { kinds, messagesTexts } from '../../text/manage/messages.ts'
import { webhooksTexts } from '../../text/manage/webhooks.ts'
import { AddButton, currentEntry, EntryActions } from '../parts/entries.tsx'
import { Section } from '../parts/section.tsx'

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

// Webhooks receive no reminders.
const sentKinds = kinds.filter(
  (kind) => kind !== 'BOOKING_REMINDER' && kind !== 'SLOT_OFFERED' && kind !== 'PAYMENT_DUE',
)

/** The webhooks, by which the clinic's own systems are notified of its bookings. */
export function WebhooksSection() {
  const { t } = useText(webhooksTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  const [edited, setEdited] = useState<Webhook | 'new'>()
  const [ended, setEnded] = useState<Webhook>()
  const [secret, setSecret] = useState<string>()
  const query = usePaginatedQuery(ManageWebhooks, { clinicId: clinic.id }, (result) => result.webhookEndpoints)
  return (
    <Section
      title={common.section.webhooks}
      lead={t.lead}
      action={<AddButton press={() => setEdited('new')}>{t.add}</AddButton>}
    >
      <Listing
        query={query}
        empty={
          <Empty title={t.emptyTitle}>
            <p>{t.empty}</p>
          </Empty>
        }
      >
        {(webhook) => (
          <WebhookRow
            webhook={webhook}
            edit={() => setEdited(webhook)}
            deactivate={() => setEnded(webhook)}
            changed={query.refetch}
          />
        )}
      </Listing>
      {edited && (
        <WebhookSheet
          webhook={currentEntry(query, edited)}
          added={setSecret}
          changed={query.refetch}
          close={() => setEdited(undefined)}
        />
      )}
      {secret && <SecretSheet secret={secret} close={() => setSecret(undefined)} />}
      {ended && (
        <Confirm
          title={t.deactivateTitle}
          submit={common.deactivate}
          confirm={async () => {
            await edit(ended, { isActive: false })
            query.refetch()
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

const edit = ({ clinicId, id, rowVersion }: Webhook, patch: object) =>
  request(EditWebhook, { clinicId, id, patch: { ...patch, rowVersion } })

interface WebhookRowProps {
  webhook: Webhook
  edit(): void
  deactivate(): void
  changed(): void
}

function WebhookRow({ webhook, edit: open, deactivate, changed }: WebhookRowProps) {
  const { t } = useText(webhooksTexts)
  const { t: common } = useText(manageTexts)
  const { t: messages } = useText(messagesTexts)
  const errorText = useErrorText()
  const { url, kinds: sent, wantsEventHead, disabledBecause, isActive } = webhook
  const reactivate = () =>
    void edit(webhook, { isActive: true })
      .catch((error) => showToast(errorText(error)))
      .then(changed)
  return (
    <>
      <div className="row-words">
        <h2 className="row-title">{url}</h2>
        <p className="row-more">{sent.map((kind) => kind && messages.kinds[kind]).join(', ')}</p>
        {wantsEventHead && <p className="row-more">{t.eventHead}</p>}
        {disabledBecause && (
          <p className="row-more">{disabledBecause === 'gone' ? t.disabledGone : t.disabledNotPublic}</p>
        )}
      </div>
      <EntryActions
        name={url}
        isActive={isActive}
        edit={open}
        end={deactivate}
        endText={common.deactivate}
        reactivate={reactivate}
      />
    </>
  )
}

interface WebhookSheetProps {
  /** Undefined to add a webhook. */
  webhook: Webhook | undefined
  /** Called with the secret of an added webhook, which is shown only once. */
  added(secret: string | undefined): void
  changed(): void
  close(): void
}

function WebhookSheet({ webhook, added, changed, close }: WebhookSheetProps) {
  const { t } = useText(webhooksTexts)
  const { t: common } = useText(manageTexts)
  const { t: messages } = useText(messagesTexts)
  const { clinic } = useWorkplace()

  async function save({ url = '', wantsEventHead, ...fields }: Fields) {
    const chosen: NotificationKind[] = sentKinds.filter((kind) => fields[kind] !== undefined)
    const values = { url, kinds: chosen, wantsEventHead: wantsEventHead !== undefined }
    if (webhook) {
      await edit(webhook, values)
      showToast(common.saved)
    } else {
      const made = await request(AddWebhook, { clinicId: clinic.id, ...values })
      added(made.createWebhookEndpoint?.newWebhookEndpoint?.secret ?? undefined)
    }
    changed()
    close()
  }

  return (
    <FormSheet
      key={webhook?.rowVersion}
      title={webhook ? t.edit(webhook.url) : t.add}
      submit={webhook ? common.save : common.add}
      onSubmit={save}
      fieldOf={({ code }) => (code === 'check_violation' || code === 'webhook_url_refused' ? 'url' : undefined)}
      reload={changed}
      close={close}
    >
      <Field
        label={t.url}
        name="url"
        type="url"
        defaultValue={webhook?.url}
        hint={t.urlHint}
        maxLength={2000}
        required
      />
      <fieldset className="checks one-column">
        <legend className="field-label">{t.kinds}</legend>
        {sentKinds.map((kind) => (
          <label key={kind} className="check">
            <input type="checkbox" name={kind} defaultChecked={!webhook || webhook.kinds.includes(kind)} />
            <span>{messages.kinds[kind]}</span>
          </label>
        ))}
        <label className="check">
          <input type="checkbox" name="wantsEventHead" defaultChecked={webhook?.wantsEventHead} />
          <span>{t.eventHead}</span>
        </label>
      </fieldset>
    </FormSheet>
  )
}

/** Shows the secret that signs the requests to a new webhook. */
function SecretSheet({ secret, close }: { secret: string; close(): void }) {
  const { t } = useText(webhooksTexts)
  const { t: common } = useText(manageTexts)
  return (
    <Sheet title={t.secretTitle} close={close}>
      <p>{t.secretLead}</p>
      <Field label={t.secret} value={secret} readOnly onFocus={({ target }) => target.select()} />
      <div className="form-end">
        <button
          type="button"
          className="button primary"
          onClick={() => navigator.clipboard?.writeText(secret).then(() => showToast(common.copied))}
        >
          {common.copy}
        </button>
        <button type="button" className="button" onClick={close}>
          {t.done}
        </button>
      </div>
    </Sheet>
  )
}
