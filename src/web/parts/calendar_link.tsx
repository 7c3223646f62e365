import { useState } from 'react'
import { graphql } from '../data/generated/gql.ts'
import { request } from '../data/session.ts'
import { useText } from '../text/language.ts'
import { calendarLinkTexts } from '../text/shared/calendar_link.ts'
import { Field } from './form/field.tsx'
import { Form } from './form/form.tsx'

const CreateCalendarLink = graphql(`
  mutation CreateCalendarLink($clinicId: BigInt, $doctorId: BigInt, $renew: Boolean!) {
    createCalendarLink(input: { clinicId: $clinicId, doctorId: $doctorId, renew: $renew }) { calendarLink { path } }
  }
`)
const RevokeCalendarLink = graphql(`
  mutation RevokeCalendarLink($clinicId: BigInt, $doctorId: BigInt) {
    revokeCalendarLink(input: { clinicId: $clinicId, doctorId: $doctorId }) { result }
  }
`)

interface CalendarLinkProps {
  /** Undefined for the person's own appointments. */
  clinicId?: string
  /** Undefined for the whole clinic. */
  doctorId?: string
}

/** Shows the address at which a calendar program subscribes to a calendar, renews it, and ends it. */
export function CalendarLink({ clinicId, doctorId }: CalendarLinkProps) {
  const { t } = useText(calendarLinkTexts)
  const [address, setAddress] = useState<string>()
  const [said, setSaid] = useState<string>()
  const calendar = { clinicId: clinicId ?? null, doctorId: doctorId ?? null }
  async function show(renew: boolean) {
    const { createCalendarLink } = await request(CreateCalendarLink, { ...calendar, renew })
    setAddress(`${location.origin}${createCalendarLink?.calendarLink?.path}`)
    setSaid(renew ? t.renewed : undefined)
  }
  return (
    <div className="calendar-link">
      {address === undefined ? (
        <Form plain submit={t.show} onSubmit={() => show(false)} />
      ) : (
        <>
          <Field label={t.address} hint={t.hint} value={address} readOnly onFocus={({ target }) => target.select()} />
          <button
            type="button"
            className="button"
            onClick={() => void navigator.clipboard?.writeText(address).then(() => setSaid(t.copied))}
          >
            {t.copy}
          </button>
          <Form plain submit={t.renew} onSubmit={() => show(true)} />
          <Form
            plain
            danger
            submit={t.revoke}
            onSubmit={async () => {
              await request(RevokeCalendarLink, calendar)
              setAddress(undefined)
              setSaid(t.revoked)
            }}
          />
        </>
      )}
      {said && (
        <p className="quiet" role="status">
          {said}
        </p>
      )}
    </div>
  )
}
