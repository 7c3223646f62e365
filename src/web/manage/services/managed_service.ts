import { graphql } from '../../data/generated/gql.ts'
import type { ManagedServiceFragment } from '../../data/generated/graphql.ts'

export type ManagedService = ManagedServiceFragment

graphql(`
  fragment ManagedService on Service {
    clinicId id name names preparation preparations mode specializationId bookableBy patients isActive takesResources rowVersion
    duration { days hours minutes } bufferBefore { days hours minutes } bufferAfter { days hours minutes }
    startEvery { days hours minutes }
    leadTime { years months days hours minutes seconds }
    horizon { years months days hours minutes seconds }
    cancellationCutoff { years months days hours minutes seconds }
    doctorServices { totalCount }
    serviceQuestions(filter: { isActive: { equalTo: true } }) { totalCount }
  }
`)
