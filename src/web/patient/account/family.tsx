import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { loadCurrentPerson, type Person } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { Problem } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { useText } from '../../text/language.ts'
import { familyTexts } from '../../text/patient/family.ts'
import { dateText } from '../../time/time.ts'
import { AddDependant, RemoveDependant } from './dependant_sheets.tsx'
import { dependantsIn } from './dependants.ts'
import { RecordsToClaim } from './records_to_claim.tsx'

const Family = graphql(`
  query Family {
    guardianships(first: 50, orderBy: [DEPENDANT_CUSTOMER_ID_ASC]) { nodes { ...Dependant } }
    claimableRecords(first: 20) { nodes { clinicId clinicName customerId fullName } }
  }
  fragment Dependant on Guardianship {
    guardianCustomerId relation until endedAt dependantCustomer { id fullName birthDate }
  }
`)
/** Whether a date, such as 2027-03-01, is within three months from now. */
const isSoon = (date: string) => Date.parse(date) - Date.now() < 92 * 86_400_000

/** The people for whom a patient books, and records of clinics that the patient can add. */
export function MyFamily({ person }: { person: Person }) {
  const { t, locale } = useText(familyTexts)
  const { data, error, pending, refetch } = useQuery(Family, {})
  const [adding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<{ id: string; fullName: string }>()
  if (error !== undefined) return <Problem error={error} retry={refetch} />
  const dependants = dependantsIn(data?.guardianships?.nodes, person)
  const changed = async () => {
    setAdding(false)
    setRemoving(undefined)
    refetch()
    await loadCurrentPerson()
  }
  const day = (date: string) => dateText(date, locale, { day: 'numeric', month: 'long', year: 'numeric' })
  return (
    <section className="card padded" aria-labelledby="family">
      <h2 id="family">{t.title}</h2>
      <p>{t.lead}</p>
      <Pending when={pending} />
      <ul className="family">
        {dependants.map(({ id, fullName, birthDate, relation, until }) => (
          <li key={id}>
            <span>
              <strong>{fullName}</strong>
              <small>
                {[t.relations[relation], birthDate && t.born(day(birthDate)), until && t.until(day(until))]
                  .filter(Boolean)
                  .join(' · ')}
              </small>
              {until && isSoon(until) && <small>{t.growsUp(fullName)}</small>}
            </span>
            <button
              type="button"
              className="button quiet-danger"
              aria-label={t.removeOf(fullName)}
              onClick={() => setRemoving({ id, fullName })}
            >
              {t.remove}
            </button>
          </li>
        ))}
      </ul>
      {data && dependants.length === 0 && <p className="quiet">{t.none}</p>}
      <button type="button" className="button" onClick={() => setAdding(true)}>
        {t.add}
      </button>
      <RecordsToClaim records={data?.claimableRecords?.nodes ?? []} dependants={dependants} changed={changed} />
      {adding && <AddDependant close={() => setAdding(false)} changed={changed} />}
      {removing && <RemoveDependant dependant={removing} close={() => setRemoving(undefined)} changed={changed} />}
    </section>
  )
}
