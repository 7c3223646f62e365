import type { ReactNode } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { useQuery } from '../../data/use_query.ts'
import { nameIn, useText } from '../../text/language.ts'
import { onlineTexts } from '../../text/shared/online.ts'
import { serviceTexts } from '../../text/shared/services.ts'
import { minutesOf } from '../../time/interval.ts'
import { Problem } from '../feedback/notice.tsx'
import { Pending } from '../feedback/pending.tsx'
import { Select } from '../form/field.tsx'

const ServicesToBook = graphql(`
  query ServicesToBook($filter: ServiceFilter) {
    services(first: 100, orderBy: [POSITION_ASC], filter: $filter) {
      nodes { id name names mode duration { days hours minutes } }
    }
  }
`)

interface ServiceFieldProps {
  clinic: string
  doctor?: string | undefined
  service: string | undefined
  choose(service: string | undefined): void
  /** Whether services that only the desk books are listed, too. */
  forDesk?: boolean
  /** Its place is kept free until it is loaded, so that nothing moves. */
  hasPlace?: boolean
  /** The label, instead of “What is the visit for?”. */
  label?: string
  /** The text for no choice. */
  none?: string | undefined
  /**
   * Where the visit takes place, for a service that is offered online and at the clinic. `online` is undefined until
   * the reader chooses, which means at the clinic.
   */
  place?: { online: boolean | undefined; choose(online: boolean | undefined): void }
}

/**
 * A field for the service of a visit, among those that may be booked at a clinic, or with a doctor. Shows nothing if
 * there is no choice.
 */
export default function ServiceField({
  clinic,
  doctor,
  service,
  choose,
  forDesk,
  hasPlace = false,
  label,
  none,
  place,
}: ServiceFieldProps): ReactNode {
  const { t, language } = useText(serviceTexts)
  const { t: online } = useText(onlineTexts)
  const { data, error, pending, refetch } = useQuery(ServicesToBook, {
    filter: {
      clinicId: { equalTo: clinic },
      isActive: { equalTo: true },
      ...(!forDesk && { bookableBy: { notEqualTo: 'DESK' } }),
      ...(doctor ? { doctorServices: { some: { doctorId: { equalTo: doctor } } } } : { doctorServicesExist: true }),
    },
  })
  if (error !== undefined) return <Problem error={error} retry={refetch} />
  const services = data?.services?.nodes.flatMap((node) => node ?? []) ?? []
  if (services.length === 0) return <Pending when={pending && !hasPlace} />
  return (
    <>
      <Select
        label={label ?? t.service}
        value={service ?? ''}
        onChange={(id) => {
          choose(id || undefined)
          place?.choose(undefined)
        }}
      >
        <option value="">{none ?? t.anyService}</option>
        {services.map(({ duration, ...it }) => (
          <option key={it.id} value={it.id}>
            {nameIn(language, it)}
            {duration && ` (${t.minutes(minutesOf(duration))})`}
            {it.mode === 'ONLINE' && `, ${online.online}`}
          </option>
        ))}
      </Select>
      {place && services.find(({ id }) => id === service)?.mode === 'EITHER' && (
        <Select
          label={online.place}
          value={place.online ? 'online' : 'clinic'}
          onChange={(chosen) => place.choose(chosen === 'online')}
        >
          <option value="clinic">{online.atClinic}</option>
          <option value="online">{online.online}</option>
        </Select>
      )}
    </>
  )
}
