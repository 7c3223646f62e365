import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import type { FamilyQuery } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { Problem } from '../../parts/feedback/notice.tsx'
import { useText } from '../../text/language.ts'
import { familyTexts } from '../../text/patient/family.ts'

const ClaimCustomer = graphql(`
  mutation ClaimCustomer($id: BigInt!, $clinicId: BigInt, $for: BigInt) {
    claimCustomer(input: { customerId: $id, clinicId: $clinicId, forCustomerId: $for }) { clientMutationId }
  }
`)

interface RecordsProps {
  records: readonly (NonNullable<FamilyQuery['claimableRecords']>['nodes'][number] | null)[]
  dependants: { id: string; fullName: string }[]
  changed(): Promise<void>
}

/** Records that clinics made with the patient's e-mail address. The patient says to whom each belongs. */
export function RecordsToClaim({ records, dependants, changed }: RecordsProps) {
  const { t } = useText(familyTexts)
  const [error, setError] = useState<unknown>()
  const found = records.flatMap((record) => (record?.customerId ? [record] : []))
  if (found.length === 0) return null
  const claim = (id: string, clinicId: string | null, whose: string | null) =>
    request(ClaimCustomer, { id, clinicId, for: whose }).then(changed, (refusal: unknown) => setError(refusal))
  return (
    <div className="records">
      <h3>{t.records}</h3>
      <p>{t.recordsLead}</p>
      {error !== undefined && <Problem error={error} retry={() => setError(undefined)} />}
      <ul className="family">
        {found.map(({ customerId, clinicId, fullName, clinicName }) => (
          <li key={`${clinicId}-${customerId}`}>
            <span>
              <strong>{fullName}</strong>
              <small>{clinicName}</small>
            </span>
            <fieldset className="record-choices">
              <legend className="visually-hidden">{t.choices(fullName ?? '', clinicName ?? '')}</legend>
              <button type="button" className="button" onClick={() => void claim(customerId as string, clinicId, null)}>
                {t.mine}
              </button>
              {dependants.map((dependant) => (
                <button
                  type="button"
                  className="button"
                  key={dependant.id}
                  onClick={() => void claim(customerId as string, clinicId, dependant.id)}
                >
                  {t.isOf(dependant.fullName)}
                </button>
              ))}
            </fieldset>
          </li>
        ))}
      </ul>
    </div>
  )
}
