import { useState } from 'react'
import { useLocation } from 'wouter'
import { acceptInvitation, useCurrentPerson } from '../../data/session.ts'
import { SignIn } from '../../parts/account_forms.tsx'
import { Loading, Notice } from '../../parts/feedback/notice.tsx'
import { NewPasswordField, TwoOptions } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useText } from '../../text/language.ts'
import { staffTexts } from '../../text/manage/staff.ts'

/** The page that the link of an invitation opens: /manage/accept#token=…. */
export function AcceptPage() {
  const { t } = useText(staffTexts)
  const person = useCurrentPerson()
  const [, go] = useLocation()
  // Read once when the page opens, so that signing in does not lose it.
  const [token] = useState(() => new URLSearchParams(location.hash.slice(1)).get('token') ?? '')
  const [isKnown, setIsKnown] = useState(false)
  if (person === undefined) return <Loading />

  const join = async (password?: string) => {
    await acceptInvitation({ token, ...(password && { password }) })
    go('/desk', { replace: true })
  }
  return (
    <Page title={t.acceptTitle} lead={t.acceptLead} narrow>
      {!token && (
        <Notice tone="bad">
          <p>{t.noToken}</p>
        </Notice>
      )}
      {token && person && (
        <div className="card padded">
          <Form submit={t.accept} onSubmit={() => join()}>
            <p>{t.acceptAs(person.email ?? '')}</p>
            <p className="hint">{t.otherAccount}</p>
          </Form>
        </div>
      )}
      {token && person === null && (
        <div className="card padded">
          <TwoOptions
            legend={t.how}
            name="accept-is-new"
            first={t.acceptNew}
            second={t.acceptKnown}
            isSecond={isKnown}
            choose={setIsKnown}
          />
          {!isKnown ? (
            <Form submit={t.createAndJoin} onSubmit={({ password }) => join(password)}>
              <p>{t.newLead}</p>
              <NewPasswordField label={t.password} />
            </Form>
          ) : (
            <>
              <p className="before-form">{t.knownLead}</p>
              <SignIn />
            </>
          )}
        </div>
      )}
    </Page>
  )
}
