import { useState } from 'react'
import { useSearchParams } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { Empty } from '../../parts/feedback/notice.tsx'
import { Listing } from '../../parts/listing.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { servicesTexts } from '../../text/manage/services.ts'
import { AddButton } from '../parts/entries.tsx'
import { Section } from '../parts/section.tsx'
import { EndService } from './end_service.tsx'
import type { ManagedService } from './managed_service.ts'
import { QuestionsPage } from './questions/questions.tsx'
import { ServiceDoctors } from './service_doctors.tsx'
import { ServiceNeeds } from './service_needs.tsx'
import { ServiceRow } from './service_row.tsx'
import { ServiceSheet } from './service_sheet.tsx'

const ManageServices = graphql(`
  query ManageServices($clinicId: BigInt!, $after: Cursor) {
    services(
      filter: { clinicId: { equalTo: $clinicId } }, first: 50, after: $after, orderBy: [POSITION_ASC, ID_ASC]
    ) {
      nodes { ...ManagedService }
      pageInfo { hasNextPage endCursor }
    }
  }
`)
const ReorderServices = graphql(`
  mutation ReorderServices($clinicId: BigInt!, $serviceIds: [BigInt]!) {
    reorderServices(input: { clinicId: $clinicId, serviceIds: $serviceIds }) { services { id } }
  }
`)

/** The services of a clinic; with ?service=… in the address, the questions of one. */
export function ServicesSection() {
  const service = useSearchParams()[0].get('service')
  return service ? <QuestionsPage key={service} serviceId={service} /> : <ServiceList />
}

type Opened = { of: ManagedService | undefined; dialog: 'edit' | 'doctors' | 'needs' | 'end' }

function ServiceList() {
  const { t } = useText(servicesTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  const [opened, setOpened] = useState<Opened>()
  const query = usePaginatedQuery(ManageServices, { clinicId: clinic.id }, ({ services }) => services, { all: true })
  const services = query.data?.nodes ?? []
  const open = (dialog: Opened['dialog'], of?: ManagedService) => setOpened({ of, dialog })
  return (
    <Section
      title={common.section.services}
      lead={t.lead}
      action={<AddButton press={() => open('edit')}>{t.add}</AddButton>}
    >
      <Listing
        query={query}
        empty={
          <Empty title={t.emptyTitle}>
            <p>{t.empty}</p>
          </Empty>
        }
      >
        {(service) => (
          <ServiceRow
            service={service}
            ids={services.map(({ id }) => id)}
            reorder={(serviceIds) => request(ReorderServices, { clinicId: clinic.id, serviceIds })}
            open={(dialog) => open(dialog, service)}
            changed={query.refetch}
          />
        )}
      </Listing>
      {opened && (
        <Dialog
          dialog={opened.dialog}
          // The current row, after somebody else's change was loaded.
          service={services.find(({ id }) => id === opened.of?.id) ?? opened.of}
          changed={query.refetch}
          close={() => setOpened(undefined)}
        />
      )}
    </Section>
  )
}

interface DialogProps {
  dialog: Opened['dialog']
  service: ManagedService | undefined
  changed(): void
  close(): void
}

function Dialog({ dialog, service, ...props }: DialogProps) {
  if (dialog === 'edit' || !service) return <ServiceSheet service={service} {...props} />
  // The key loads the doctors again when somebody else has changed them.
  if (dialog === 'doctors') return <ServiceDoctors key={service.rowVersion} service={service} {...props} />
  if (dialog === 'needs') return <ServiceNeeds key={service.rowVersion} service={service} {...props} />
  return <EndService service={service} {...props} />
}
