import { graphql } from '../../../data/generated/gql.ts'
import type { ManagedQuestionFragment } from '../../../data/generated/graphql.ts'

export type Question = ManagedQuestionFragment

graphql(`
  fragment ManagedQuestion on ServiceQuestion {
    clinicId id question questions kind choices choicesByLanguage isRequired maxLength isActive rowVersion
  }
`)
