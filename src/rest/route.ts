/** A JSON schema, as OpenAPI 3.1 has it. */
export type JsonSchema = Record<string, unknown>

/** What a request asks, checked and named; see Route.variables. */
export interface Input {
  /** Ids in the path, by their names in it. */
  path: Record<string, string>
  /** Parameters as their schemas type them; absent ones are undefined. */
  query: Record<string, string | boolean | undefined>
  body: Record<string, unknown>
  /** Of what `locate` names. */
  located?: string
  /** Fields of the body that only repeat what the resource has (Body.returned). */
  returned: Record<string, unknown>
  /** The version that the row must have, undefined for any; see conditional.ts. */
  rowVersion: number | undefined
  /** Of a list: how many, and behind which cursor. */
  first: number
  after: string | undefined
}

/** What the body of a request is: an input type of the GraphQL schema, changed a little. */
export interface Body {
  type: string
  /** Fields that come from elsewhere: the path, If-Match. */
  omit?: readonly string[]
  /** Fields that the type leaves open and the endpoint asks for, null being a value. */
  require?: readonly string[]
  /** PUT: what is left out becomes null. */
  replaces?: boolean
  /** Nothing of it is required, so there may be no body at all. */
  optional?: boolean
  /**
   * It may be what GET returned: fields that only the answer has are accepted when they say what the resource has, and
   * its rowVersion like If-Match. Fields named here follow from others, so that what they said before is accepted, too.
   */
  returned?: readonly string[]
}

/**
 * One endpoint. The table of these (routes/index.ts) is the REST API: a row names a GraphQL document and how a request
 * becomes its variables and its data the response. Rules and rights are the database's.
 */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below /api; `{…}` are ids. */
  path: string
  /** Name of the operation in OpenAPI. */
  id: string
  summary: string
  /** Who may, in words, for the documentation; judged by the database. */
  rights: string
  document: string
  /** Which locate (locate.ts) finds the clinic, or an id by name, before the document runs, and what it is given. */
  locate?: { what: string; by: (input: Input) => string | undefined }
  variables: (input: Input) => Record<string, unknown>
  /** Where the answer is in the data: 'createClinic.clinic'. Of a list: the connection. Without it nothing is answered. */
  answer?: string
  /** The answer is a page of a connection, or of a plain list whose rows carry a cursor; or a plain list as a whole. */
  list?: 'connection' | 'cursors' | 'whole'
  /** Fields of every answer that do not come from the data. */
  constants?: Record<string, string>
  /** Success, by default 200, or 204 without an answer. */
  status?: 201
  /** Of something created: its address, `{…}` being fields of the answer. */
  location?: string
  query?: Record<string, JsonSchema>
  body?: Body
  /** What is answered when there is no such row, or none the caller may see. */
  notFound?: string
  /** Aliases of the document that must not be null, and what is answered when one is: what the query refers to. */
  mustExist?: Record<string, string>
  /** Refusals besides those that every endpoint of its kind has. */
  errors?: readonly string[]
  /** If-Match is judged: the document takes $rowVersion, or the variables put it somewhere. */
  versioned?: boolean
  /**
   * Carries tokens or passwords: runs outside our transaction, since a counted failure must stay though it is refused,
   * and is never stored under an Idempotency-Key.
   */
  secret?: boolean
}

/** The schema of an id. */
export const id: JsonSchema = { type: 'string', pattern: '^[0-9]{1,18}$' }

/** An object without the fields that are undefined: a GraphQL filter must not be empty. */
export function given<Value>(fields: Record<string, Value | undefined>): Record<string, Value> {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, Value] => entry[1] !== undefined))
}

/** `{ equalTo }`, or undefined when nothing is asked for. */
export const equalTo = (value: unknown) => (value === undefined ? undefined : { equalTo: value })

/** The part of a list's document that pages it. */
export const pageInfo = 'pageInfo { hasNextPage endCursor }'
