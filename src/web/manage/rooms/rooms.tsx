import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { useErrorText } from '../../parts/feedback/error_text.ts'
import { Empty } from '../../parts/feedback/notice.tsx'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Confirm } from '../../parts/form/confirm.tsx'
import { Listing } from '../../parts/listing.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { roomsTexts } from '../../text/manage/rooms.ts'
import { minutesOf } from '../../time/interval.ts'
import { AddButton, currentEntry, EntryActions } from '../parts/entries.tsx'
import { Section } from '../parts/section.tsx'
import { EditResource, RoomSheet } from './room_sheet.tsx'
import { type Resource, useResources } from './use_resources.ts'

const RemoveResource = graphql(`
  mutation RemoveResource($clinicId: BigInt!, $resourceId: BigInt!, $rowVersion: Int!) {
    removeResource(input: { clinicId: $clinicId, resourceId: $resourceId, rowVersion: $rowVersion }) { resource { id } }
  }
`)
const ResourceIsThere = graphql(`
  query ResourceIsThere($clinicId: BigInt!, $id: BigInt!) { resource(clinicId: $clinicId, id: $id) { id } }
`)

/** The rooms and the equipment of a clinic. */
export function RoomsSection() {
  const { t } = useText(roomsTexts)
  const { t: common } = useText(manageTexts)
  const [edited, setEdited] = useState<Resource | 'new'>()
  const [removed, setRemoved] = useState<Resource>()
  const query = useResources()

  async function remove({ clinicId, id, name, rowVersion }: Resource) {
    await request(RemoveResource, { clinicId, resourceId: id, rowVersion })
    const { resource } = await request(ResourceIsThere, { clinicId, id })
    showToast(resource ? t.keptInactive(name) : t.removed(name))
    query.refetch()
    setRemoved(undefined)
  }

  return (
    <Section
      title={common.section.rooms}
      lead={t.lead}
      action={<AddButton press={() => setEdited('new')}>{t.add}</AddButton>}
    >
      <Listing
        query={query}
        empty={
          <Empty title={t.emptyTitle}>
            <p>{t.empty}</p>
          </Empty>
        }
      >
        {(resource) => (
          <RoomRow
            resource={resource}
            edit={() => setEdited(resource)}
            remove={() => setRemoved(resource)}
            changed={query.refetch}
          />
        )}
      </Listing>
      {edited && (
        <RoomSheet resource={currentEntry(query, edited)} changed={query.refetch} close={() => setEdited(undefined)} />
      )}
      {removed && (
        <Confirm
          title={t.removeTitle(removed.name)}
          submit={common.remove}
          confirm={() => remove(removed)}
          close={() => setRemoved(undefined)}
        >
          <p>{t.removeLead}</p>
        </Confirm>
      )}
    </Section>
  )
}

interface RoomRowProps {
  resource: Resource
  edit(): void
  remove(): void
  changed(): void
}

function RoomRow({ resource, edit, remove, changed }: RoomRowProps) {
  const { t } = useText(roomsTexts)
  const { t: common } = useText(manageTexts)
  const errorText = useErrorText()
  const { clinicId, id, name, type, turnover, isActive, rowVersion } = resource

  async function reactivate() {
    await request(EditResource, { clinicId, id, patch: { isActive: true, rowVersion } }).catch((error) =>
      showToast(errorText(error)),
    )
    changed()
  }

  return (
    <>
      <div className="row-words">
        <h2 className="row-title">{name}</h2>
        <p className="row-more">
          {t.types[type]}
          {minutesOf(turnover) > 0 && ` · ${t.after(minutesOf(turnover))}`}
        </p>
      </div>
      <EntryActions
        name={name}
        isActive={isActive}
        edit={edit}
        end={remove}
        endText={common.remove}
        reactivate={reactivate}
      />
    </>
  )
}
