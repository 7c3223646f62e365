import { useState } from 'react'
import { useLocation } from 'wouter'
import { download } from '../../data/download.ts'
import { graphql } from '../../data/generated/gql.ts'
import { request, signOut } from '../../data/session.ts'
import { Form } from '../../parts/form/form.tsx'
import { Sheet } from '../../parts/layout/sheet.tsx'
import { useText } from '../../text/language.ts'
import { bookingsTexts } from '../../text/patient/bookings.ts'
import { profileTexts } from '../../text/patient/profile.ts'

const ExportData = graphql(`
  query ExportData {
    exportCustomer { formatVersion exportedAt profile account clinicRecords bookings notifications events family }
  }
`)
const EraseData = graphql(`
  mutation EraseData($customerId: BigInt!) {
    eraseCustomer(input: { customerId: $customerId }) { clientMutationId }
  }
`)

/** Lets a patient download or erase the data about them. */
export function OwnData({ id }: { id: string }) {
  const { t } = useText(profileTexts)
  const { t: bookingsText } = useText(bookingsTexts)
  const [, go] = useLocation()
  const [erasing, setErasing] = useState(false)
  return (
    <section className="card padded" aria-labelledby="data">
      <h2 id="data">{t.data}</h2>
      <p>{t.dataLead}</p>
      <Form
        submit={t.export}
        onSubmit={async () => {
          const { exportCustomer } = await request(ExportData, {})
          download('medislot.json', 'application/json', JSON.stringify(exportCustomer, null, 2))
        }}
        aside={
          <button type="button" className="button quiet-danger" onClick={() => setErasing(true)}>
            {t.erase}
          </button>
        }
      />
      {erasing && (
        <Sheet title={t.eraseTitle} close={() => setErasing(false)}>
          <p>{t.eraseLead}</p>
          <Form
            danger
            submit={t.eraseSubmit}
            onSubmit={async () => {
              await request(EraseData, { customerId: id })
              // The session ended with the account; this clears it in the browser, too.
              await signOut().catch(() => {})
              go('/')
            }}
            aside={
              <button type="button" className="button" onClick={() => setErasing(false)}>
                {bookingsText.keep}
              </button>
            }
          />
        </Sheet>
      )}
    </section>
  )
}
