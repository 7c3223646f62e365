import { useState } from 'react'
import { useLocation } from 'wouter'
import { download } from '../download.ts'
import { graphql } from '../graphql/generated/gql.ts'
import { Form } from '../parts/form.tsx'
import { Sheet } from '../parts/sheet.tsx'
import { ask, signOut } from '../session.ts'
import { useText } from '../text/language.ts'

const ExportData = graphql(`
  query ExportData {
    exportCustomer { formatVersion exportedAt profile account clinicRecords bookings notifications events }
  }
`)
const EraseData = graphql(`
  mutation EraseData($customerId: BigInt!) {
    eraseCustomer(input: { customerId: $customerId }) { clientMutationId }
  }
`)

/** All that is held about a patient: to take along, or to be gone. */
export function OwnData({ id }: { id: string }) {
  const { t } = useText()
  const [, go] = useLocation()
  const [erasing, setErasing] = useState(false)
  return (
    <section className="card padded" aria-labelledby="data">
      <h2 id="data">{t.profile.data}</h2>
      <p>{t.profile.dataLead}</p>
      <Form
        submit={t.profile.export}
        onSubmit={async () => {
          const { exportCustomer } = await ask(ExportData, {})
          download('medislot.json', 'application/json', JSON.stringify(exportCustomer, null, 2))
        }}
        aside={
          <button type="button" className="button quiet-danger" onClick={() => setErasing(true)}>
            {t.profile.erase}
          </button>
        }
      />
      {erasing && (
        <Sheet title={t.profile.eraseTitle} close={() => setErasing(false)}>
          <p>{t.profile.eraseLead}</p>
          <Form
            danger
            submit={t.profile.eraseSubmit}
            onSubmit={async () => {
              await ask(EraseData, { customerId: id })
              // The session is gone with the account; this forgets it here, too.
              await signOut().catch(() => {})
              go('/')
            }}
            aside={
              <button type="button" className="button" onClick={() => setErasing(false)}>
                {t.bookings.keep}
              </button>
            }
          />
        </Sheet>
      )}
    </section>
  )
}
