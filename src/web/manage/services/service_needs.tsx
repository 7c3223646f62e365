import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import type { Fields } from '../../parts/form/form.tsx'
import { FormSheet } from '../../parts/form/form_sheet.tsx'
import { Sheet } from '../../parts/layout/sheet.tsx'
import { Loaded } from '../../parts/listing.tsx'
import { nameIn, useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { roomsTexts } from '../../text/manage/rooms.ts'
import { type Resource, useResources } from '../rooms/use_resources.ts'
import type { ManagedService } from './managed_service.ts'

const NeedsOfService = graphql(`
  query NeedsOfService($clinicId: BigInt!, $serviceId: BigInt!, $after: Cursor) {
    serviceNeeds(
      filter: { clinicId: { equalTo: $clinicId }, serviceId: { equalTo: $serviceId } }, first: 100, after: $after
    ) {
      nodes { need resourceId }
      pageInfo { hasNextPage endCursor }
    }
  }
`)
const SetServiceNeeds = graphql(`
  mutation SetServiceNeeds($clinicId: BigInt!, $serviceId: BigInt!, $needs: JSON!, $rowVersion: Int!) {
    setServiceNeeds(
      input: { clinicId: $clinicId, serviceId: $serviceId, needs: $needs, rowVersion: $rowVersion }
    ) { service { id } }
  }
`)

interface ServiceNeedsProps {
  service: ManagedService
  changed(): void
  close(): void
}

/** Says which rooms and equipment a visit to a service takes. */
export function ServiceNeeds({ service, changed, close }: ServiceNeedsProps) {
  const { t, language } = useText(roomsTexts)
  const { clinicId, id } = service
  const resources = useResources()
  const needs = usePaginatedQuery(NeedsOfService, { clinicId, serviceId: id }, ({ serviceNeeds }) => serviceNeeds, {
    all: true,
  })
  const title = t.needsOf(nameIn(language, service))
  // The form is shown when everything has been loaded. Saving it removes what is not ticked in it.
  if (!resources.data || !needs.data) {
    return (
      <Sheet title={title} close={close}>
        <Loaded<unknown> query={needs.data ? resources : needs}>{() => null}</Loaded>
      </Sheet>
    )
  }
  const present = needs.data.nodes
  const shown = resources.data.nodes.filter(
    (resource) => resource.isActive || present.some(({ resourceId }) => resourceId === resource.id),
  )
  const numbers = [...new Set(present.map(({ need }) => need))].toSorted((a, b) => a - b)
  const groups = numbers.map((number) =>
    present.filter(({ need }) => need === number).map(({ resourceId }) => resourceId),
  )
  return <NeedsForm title={title} service={service} resources={shown} groups={groups} changed={changed} close={close} />
}

interface NeedsFormProps extends ServiceNeedsProps {
  title: string
  resources: Resource[]
  /** The ids of the resources that each need has at present. */
  groups: string[][]
}

function NeedsForm({ title, service, resources, groups: present, changed, close }: NeedsFormProps) {
  const { t } = useText(roomsTexts)
  const { t: common } = useText(manageTexts)
  const [groups, setGroups] = useState(present.length > 0 ? present : [[]])
  const { clinicId, id, rowVersion } = service

  async function save(_: Fields) {
    const needs = groups.filter((group) => group.length > 0)
    await request(SetServiceNeeds, { clinicId, serviceId: id, needs, rowVersion })
    showToast(common.saved)
    changed()
    close()
  }
  const tick = (index: number, resource: string, isTicked: boolean) =>
    setGroups(
      groups.map((group, i) =>
        i === index && isTicked ? [...group, resource] : group.filter((each) => i !== index || each !== resource),
      ),
    )

  return (
    <FormSheet
      title={title}
      lead={<p>{t.needsLead}</p>}
      submit={common.save}
      onSubmit={save}
      reload={changed}
      close={close}
    >
      {resources.length === 0 && <p className="missing">{t.emptyTitle}</p>}
      {groups.map((group, index) => (
        <fieldset key={index} className="checks">
          <legend className="field-label">{index === 0 ? t.oneOf : t.andOneOf}</legend>
          {resources
            // A resource serves one need.
            .filter((each) => !groups.some((other, i) => i !== index && other.includes(each.id)))
            .map((each) => (
              <label key={each.id} className="check">
                <input
                  type="checkbox"
                  name={`need-${index}-${each.id}`}
                  checked={group.includes(each.id)}
                  onChange={({ target }) => tick(index, each.id, target.checked)}
                />
                <span>{each.name}</span>
              </label>
            ))}
        </fieldset>
      ))}
      {groups.at(-1)?.length !== 0 && groups.flat().length < resources.length && (
        <button type="button" className="button" onClick={() => setGroups([...groups, []])}>
          {t.another}
        </button>
      )}
    </FormSheet>
  )
}
