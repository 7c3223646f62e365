import type { World } from '../sql/rights/two_clinics.ts'

/** A call of a function of the API, and its outcome for everybody. */
export interface Call {
  /** By their names in SQL. */
  given?(world: World): Record<string, unknown>
  /** The outcome: 'done', or the name of the refusal. In the order of `people`. */
  outcomes: string[]
  /** For callers who are signed in and are not a customer, if the outcome differs from Bob's. */
  withoutCustomer?: string
  /** For Ann's guardian, if the outcome differs from Ann's. */
  guardian?: string
  /** For a patient who has nothing to do with Ann, Bob and clinic A, if the outcome differs from Bob's. */
  stranger?: string
  /** For a patient who has not confirmed the address of the account, if the outcome differs from a stranger's. */
  unconfirmed?: string
  /** The arguments in GraphQL, by their names in SQL, where the server changes them on their way. */
  inGraphQL?(world: World): Record<string, unknown>
  /** A refusal that is recorded, so SQL returns it and the API turns it into the error. */
  recorded?: string
}
