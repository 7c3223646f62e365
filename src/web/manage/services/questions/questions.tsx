import { useState } from 'react'
import { graphql } from '../../../data/generated/gql.ts'
import { request } from '../../../data/session.ts'
import { usePaginatedQuery } from '../../../data/use_paginated_query.ts'
import { useQuery } from '../../../data/use_query.ts'
import { Empty } from '../../../parts/feedback/notice.tsx'
import { Listing } from '../../../parts/listing.tsx'
import { useWorkplace } from '../../../parts/workplace/workplace.tsx'
import { nameIn, useText } from '../../../text/language.ts'
import { servicesTexts } from '../../../text/manage/services.ts'
import { AddButton, currentEntry } from '../../parts/entries.tsx'
import { Section } from '../../parts/section.tsx'
import type { Question } from './managed_question.ts'
import { QuestionRow } from './question_row.tsx'
import { QuestionSheet } from './question_sheet.tsx'
import { RemoveQuestion } from './remove_question.tsx'

const NamedService = graphql(`
  query NamedService($clinicId: BigInt!, $id: BigInt!) { service(clinicId: $clinicId, id: $id) { name names } }
`)
const ManageQuestions = graphql(`
  query ManageQuestions($clinicId: BigInt!, $serviceId: BigInt!, $after: Cursor) {
    serviceQuestions(
      filter: { clinicId: { equalTo: $clinicId }, serviceId: { equalTo: $serviceId } }
      first: 50, after: $after, orderBy: [POSITION_ASC, ID_ASC]
    ) {
      nodes { ...ManagedQuestion }
      pageInfo { hasNextPage endCursor }
    }
  }
`)
const ReorderQuestions = graphql(`
  mutation ReorderQuestions($clinicId: BigInt!, $serviceId: BigInt!, $questionIds: [BigInt]!) {
    reorderServiceQuestions(input: { clinicId: $clinicId, serviceId: $serviceId, questionIds: $questionIds }) {
      serviceQuestions { id }
    }
  }
`)

/** The questions of a service. */
export function QuestionsPage({ serviceId }: { serviceId: string }) {
  const { t, language } = useText(servicesTexts)
  const { clinic } = useWorkplace()
  const [edited, setEdited] = useState<Question | 'new'>()
  const [removed, setRemoved] = useState<Question>()
  const service = useQuery(NamedService, { clinicId: clinic.id, id: serviceId }).data?.service
  const query = usePaginatedQuery(
    ManageQuestions,
    { clinicId: clinic.id, serviceId },
    ({ serviceQuestions }) => serviceQuestions,
    { all: true },
  )
  const questions = query.data?.nodes ?? []
  return (
    <Section
      title={t.questionsOf(service ? nameIn(language, service) : '…')}
      lead={t.questionsLead}
      back={{ href: `/manage/${clinic.id}/services`, label: t.backToServices }}
      action={<AddButton press={() => setEdited('new')}>{t.addQuestion}</AddButton>}
    >
      <Listing query={query} empty={<Empty title={t.noQuestions} />}>
        {(question) => (
          <QuestionRow
            question={question}
            ids={questions.map(({ id }) => id)}
            reorder={(questionIds) => request(ReorderQuestions, { clinicId: clinic.id, serviceId, questionIds })}
            edit={() => setEdited(question)}
            remove={() => setRemoved(question)}
            changed={query.refetch}
          />
        )}
      </Listing>
      {edited && (
        <QuestionSheet
          serviceId={serviceId}
          question={currentEntry(query, edited)}
          changed={query.refetch}
          close={() => setEdited(undefined)}
        />
      )}
      {removed && <RemoveQuestion question={removed} changed={query.refetch} close={() => setRemoved(undefined)} />}
    </Section>
  )
}
