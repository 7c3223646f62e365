import { ServiceQuestion } from '../../route/fragments.ts'
import { type Input, pageInfo, type Route } from '../../route/route.ts'

const managers = 'The clinic’s managers and administrators.'
const byService = { what: 'service', by: ({ path }: Input) => path.id } as const
const byQuestion = { what: 'question', by: ({ path }: Input) => path.id } as const

export const questions: Route[] = [
  {
    method: 'GET',
    path: '/services/{id}/questions',
    id: 'listServiceQuestions',
    summary: 'List what patients are asked when they book a service, in this order',
    rights: 'Everybody.',
    locate: byService,
    document: `query ServiceQuestions($clinicId: BigInt!, $id: BigInt!, $first: Int!, $after: Cursor) {
      serviceQuestions(
        first: $first, after: $after, orderBy: [POSITION_ASC, ID_ASC],
        filter: { clinicId: { equalTo: $clinicId }, serviceId: { equalTo: $id }, isActive: { equalTo: true } }
      ) { nodes { ...ServiceQuestion } ${pageInfo} }
    } ${ServiceQuestion}`,
    variables: ({ path, located, first, after }) => ({ ...path, clinicId: located, first, after }),
    answer: 'serviceQuestions',
    list: 'connection',
    notFound: 'service_not_found',
  },
  {
    method: 'POST',
    path: '/services/{id}/questions',
    id: 'createServiceQuestion',
    summary: 'Add a question to a service',
    rights: managers,
    locate: byService,
    document: `mutation CreateServiceQuestion($serviceQuestion: ServiceQuestionInput!) {
      createServiceQuestion(input: { serviceQuestion: $serviceQuestion }) { serviceQuestion { ...ServiceQuestion } }
    } ${ServiceQuestion}`,
    body: { type: 'ServiceQuestionInput', omit: ['clinicId', 'serviceId'] },
    variables: ({ path, located, body }) => ({
      serviceQuestion: { ...body, clinicId: located, serviceId: path.id },
    }),
    answer: 'createServiceQuestion.serviceQuestion',
    status: 201,
    notFound: 'service_not_found',
    errors: ['foreign_key_violation'],
  },
  {
    method: 'PATCH',
    path: '/questions/{id}',
    id: 'patchServiceQuestion',
    summary: 'Update a question: fields that are left out stay. Earlier answers keep the question as it was asked',
    rights: managers,
    locate: byQuestion,
    document: `mutation UpdateServiceQuestion($clinicId: BigInt!, $id: BigInt!, $patch: ServiceQuestionPatch!) {
      updateServiceQuestion(input: { clinicId: $clinicId, id: $id, patch: $patch }) {
        serviceQuestion { ...ServiceQuestion }
      }
    } ${ServiceQuestion}`,
    body: { type: 'ServiceQuestionPatch', omit: ['rowVersion'] },
    variables: ({ path, located, body, rowVersion }) => ({
      ...path,
      clinicId: located,
      patch: { ...body, rowVersion },
    }),
    answer: 'updateServiceQuestion.serviceQuestion',
    notFound: 'question_not_found',
    versioned: true,
  },
  {
    method: 'DELETE',
    path: '/questions/{id}',
    id: 'removeServiceQuestion',
    summary: 'Remove a question; one that was answered becomes inactive instead',
    rights: managers,
    locate: byQuestion,
    document: `mutation RemoveServiceQuestion($clinicId: BigInt!, $id: BigInt!, $rowVersion: Int) {
      removeServiceQuestion(input: { clinicId: $clinicId, questionId: $id, rowVersion: $rowVersion }) {
        serviceQuestion { id }
      }
    }`,
    variables: ({ path, located, rowVersion }) => ({ ...path, clinicId: located, rowVersion }),
    notFound: 'question_not_found',
    versioned: true,
  },
  {
    method: 'PUT',
    path: '/services/{id}/questions/order',
    id: 'reorderServiceQuestions',
    summary: 'Put the questions of a service in this order; those left out follow',
    rights: managers,
    locate: byService,
    document: `mutation ReorderServiceQuestions($clinicId: BigInt!, $id: BigInt!, $questionIds: [BigInt!]!) {
      reorderServiceQuestions(input: { clinicId: $clinicId, serviceId: $id, questionIds: $questionIds }) {
        serviceQuestions { ...ServiceQuestion }
      }
    } ${ServiceQuestion}`,
    body: { type: 'ReorderServiceQuestionsInput', omit: ['clinicId', 'serviceId'] },
    variables: ({ path, located, body }) => ({ ...path, clinicId: located, ...body }),
    answer: 'reorderServiceQuestions.serviceQuestions',
    list: 'whole',
    notFound: 'service_not_found',
    errors: ['question_not_found'],
  },
]
