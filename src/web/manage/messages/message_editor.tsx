import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Confirm } from '../../parts/form/confirm.tsx'
import { Field } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { messagesTexts } from '../../text/manage/messages.ts'
import { MessageBody } from './message_body.tsx'
import { type MessageOf, MessagePreview, type Text, usePreview } from './message_preview.tsx'

const AddText = graphql(`
  mutation AddText($text: NotificationTextInput!) {
    createNotificationText(input: { notificationText: $text }) { notificationText { rowVersion } }
  }
`)
const EditText = graphql(`
  mutation EditText($clinicId: BigInt!, $kind: NotificationKind!, $channel: String!, $language: String!, $patch: NotificationTextPatch!) {
    updateNotificationText(
      input: { clinicId: $clinicId, kind: $kind, channel: $channel, language: $language, patch: $patch }
    ) { notificationText { rowVersion } }
  }
`)
const RemoveText = graphql(`
  mutation RemoveText($clinicId: BigInt!, $kind: NotificationKind!, $channel: String!, $language: String!) {
    deleteNotificationText(input: { clinicId: $clinicId, kind: $kind, channel: $channel, language: $language }) {
      notificationText { kind }
    }
  }
`)

interface MessageEditorProps {
  of: MessageOf
  /** The clinic's own text, if it has one. */
  stored: (Text & { rowVersion: number }) | undefined
  standard: Text
  changed(): void
}

/** Edits the text of a message, beside a preview. */
export function MessageEditor({ of, stored, standard, changed }: MessageEditorProps) {
  const { t } = useText(messagesTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  const [text, setText] = useState<Text>(stored ?? standard)
  const [reverting, setReverting] = useState(false)
  const { preview, fault } = usePreview(of, text)

  async function save() {
    const values = { subject: of.channel === 'email' ? text.subject : '', body: text.body }
    await (stored
      ? request(EditText, { clinicId: clinic.id, ...of, patch: { ...values, rowVersion: stored.rowVersion } })
      : request(AddText, { text: { clinicId: clinic.id, ...of, ...values } }))
    showToast(common.saved)
    changed()
  }

  return (
    <div className="editor">
      <div className="card padded">
        <Form
          guarded
          submit={common.save}
          onSubmit={save}
          fieldOf={({ code, detail }) =>
            code === 'text_not_understood' ? String(detail.argument ?? 'body') : undefined
          }
          reload={changed}
          aside={
            stored && (
              <button type="button" className="button" onClick={() => setReverting(true)}>
                {t.revert}
              </button>
            )
          }
        >
          <p>
            <span className={`tag${stored ? ' booked' : ''}`}>{stored ? t.own : t.standard}</span>
          </p>
          <TextFields of={of} text={text} fault={fault} change={setText} />
        </Form>
      </div>
      <MessagePreview of={of} {...preview} isFaulty={fault !== undefined} />
      {reverting && <RevertDialog of={of} reverted={changed} close={() => setReverting(false)} />}
    </div>
  )
}

interface TextFieldsProps {
  of: MessageOf
  text: Text
  fault: ReturnType<typeof usePreview>['fault']
  change(text: Text): void
}

/** The subject of an e-mail, and the body. */
function TextFields({ of, text, fault, change }: TextFieldsProps) {
  const { t } = useText(messagesTexts)
  return (
    <>
      {of.channel === 'email' && (
        <Field
          label={t.subject}
          name="subject"
          value={text.subject}
          error={fault?.argument === 'subject' ? fault.words : undefined}
          maxLength={200}
          required
          onChange={({ target }) => change({ ...text, subject: target.value })}
        />
      )}
      <MessageBody
        value={text.body}
        error={fault?.argument === 'body' ? fault.words : undefined}
        max={of.channel === 'sms' ? 600 : 10_000}
        kind={of.kind}
        change={(body) => change({ ...text, body })}
      />
    </>
  )
}

interface RevertDialogProps {
  of: MessageOf
  reverted(): void
  close(): void
}

/** Asks whether to remove the clinic's own text, so that the standard is used. */
function RevertDialog({ of, reverted, close }: RevertDialogProps) {
  const { t } = useText(messagesTexts)
  const { clinic } = useWorkplace()
  const revert = async () => {
    await request(RemoveText, { clinicId: clinic.id, ...of })
    showToast(t.reverted)
    reverted()
  }
  return (
    <Confirm title={t.revertTitle} submit={t.revert} confirm={revert} close={close}>
      <p>{t.revertLead}</p>
    </Confirm>
  )
}
