import { useState } from 'react'
import { useLocation } from 'wouter'
import { SignIn } from '../parts/account_forms.tsx'
import { Either, NewPasswordField } from '../parts/field.tsx'
import { Form } from '../parts/form.tsx'
import { Loading, Notice } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { acceptInvitation, useWho } from '../session.ts'
import { useStaffPagesText } from './text/staff.ts'
import { useWords } from './words.ts'

/** Where an invitation's link leads: /manage/accept#token. */
export function AcceptPage() {
  const { t } = useStaffPagesText()
  const words = useWords()
  const who = useWho()
  const [, go] = useLocation()
  // As it was when the page opened: signing in and joining must not lose it.
  const [token] = useState(() => location.hash.slice(1))
  const [isKnown, setIsKnown] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  if (who === undefined) return <Loading />

  const join = async (password?: string) => {
    setProblem(undefined)
    await acceptInvitation({ token, ...(password && { password }) })
    go('/desk', { replace: true })
  }
  const told = {
    onRefusal: (error: unknown) => {
      setProblem(error)
      return true
    },
  }
  return (
    <Page title={t.acceptTitle} lead={t.acceptLead} narrow>
      {!token && (
        <Notice tone="bad">
          <p>{t.noToken}</p>
        </Notice>
      )}
      {problem !== undefined && (
        <Notice tone="bad">
          <p>{words(problem)}</p>
        </Notice>
      )}
      {token && who && (
        <div className="card padded">
          <Form submit={t.accept} onSubmit={() => join()} {...told}>
            <p>{t.acceptAs(who.email ?? '')}</p>
            <p className="hint">{t.otherAccount}</p>
          </Form>
        </div>
      )}
      {token && who === null && (
        <div className="card padded">
          <Either
            legend={t.how}
            name="accept-is-new"
            first={t.acceptNew}
            second={t.acceptKnown}
            isSecond={isKnown}
            choose={setIsKnown}
          />
          {!isKnown ? (
            <Form submit={t.createAndJoin} onSubmit={({ password }) => join(password)} {...told}>
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
