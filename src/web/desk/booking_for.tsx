import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { useSearchParams } from 'wouter'
import { graphql } from '../data/generated/gql.ts'
import { useQuery } from '../data/use_query.ts'
import { Pending } from '../parts/feedback/pending.tsx'
import { Icon } from '../parts/icon.tsx'
import { useWorkplace } from '../parts/workplace/workplace.tsx'
import { bookingForTexts } from '../text/desk/booking_for.ts'
import { useText } from '../text/language.ts'

const PatientToBook = graphql(`
  query PatientToBook($clinicId: BigInt!, $customerId: BigInt!) {
    clinicCustomer(clinicId: $clinicId, customerId: $customerId) { customerId fullName }
  }
`)

interface BookingFor {
  /** A patient in the clinic's records who needs a time. */
  patient?: { id: string; name: string }
  /** Whether the patient whom the address names is not known yet. */
  pending: boolean
  stop(): void
}

const BookingForContext = createContext<BookingFor>({ pending: false, stop() {} })

/** The patient to book a time for. The parameter `for` of the address names them; they stay while other days are shown. */
export const useBookingFor = (): BookingFor => useContext(BookingForContext)

export function BookingForProvider({ children }: { children: ReactNode }) {
  const { clinic, isDesk } = useWorkplace()
  const [parameters] = useSearchParams()
  const [patient, setPatient] = useState<BookingFor['patient']>()
  const wanted = isDesk ? /^\d{1,18}$/.exec(parameters.get('for') ?? '')?.[0] : undefined
  const { data, pending } = useQuery(PatientToBook, wanted ? { clinicId: clinic.id, customerId: wanted } : null)
  const found = data?.clinicCustomer
  useEffect(() => {
    if (wanted && found?.customerId === wanted) setPatient({ id: found.customerId, name: found.fullName })
  }, [wanted, found])
  const value = useMemo(
    () => ({ ...(patient && { patient }), pending, stop: () => setPatient(undefined) }),
    [patient, pending],
  )
  return <BookingForContext value={value}>{children}</BookingForContext>
}

/** Shows the patient to book a time for, with a button to stop. */
export function BookingForBanner() {
  const { t } = useText(bookingForTexts)
  const { patient, pending, stop } = useBookingFor()
  return (
    <div className="moving-place" role="status">
      <Pending when={pending} />
      {patient && (
        <div className="moving">
          <Icon name="person" />
          <p>
            <strong>{t.banner(patient.name)}</strong> {t.lead}
          </p>
          <button type="button" className="button small" onClick={stop}>
            {t.stop}
          </button>
        </div>
      )}
    </div>
  )
}
