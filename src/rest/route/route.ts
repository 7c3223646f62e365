/** A JSON schema as in OpenAPI 3.1. */
export type JsonSchema = Record<string, unknown>

/** A validated request; see Route.variables. */
export interface Input {
  /** Ids in the path, by their names in it. */
  path: Record<string, string>
  /** Query parameters with the types of their schemas; absent ones are undefined. */
  query: Record<string, string | boolean | undefined>
  body: Record<string, unknown>
  /** The result of `locate`. */
  located?: string
  /** Fields of the body that only repeat what the resource has (Body.returned). */
  returned: Record<string, unknown>
  /** The version that the row must have, undefined for any; see conditional.ts. */
  rowVersion: number | undefined
  /** For a list: the page size, and the cursor of the page before. */
  first: number
  after: string | undefined
}

/** A list as a CSV file. */
export interface Csv {
  /** The fields of an item, in the order of the columns. The first line of the file names them. */
  columns: readonly string[]
  /** The columns of numbers; in all others, a text that a spreadsheet would read as a formula gets an apostrophe before it. */
  numbers: readonly string[]
  /** The name of the file. */
  file: string
}

/** The body of a request: an input type of the GraphQL schema with some changes. */
export interface Body {
  type: string
  /** Fields that come from elsewhere: the path, If-Match. */
  omit?: readonly string[]
  /** Fields that the type does not require but the endpoint does. Null is a valid value. */
  require?: readonly string[]
  /** PUT: fields that are left out become null. */
  replaces?: boolean
  /** No field is required, so there may be no body. */
  optional?: boolean
  /**
   * The body may be what GET returned: read-only fields are accepted when they have the resource's values, and its rowVersion
   * counts like If-Match. Fields that are named here depend on others, so that their former values are accepted, too.
   */
  returned?: readonly string[]
}

/** How the answer of an endpoint becomes a file. */
export interface FileAnswer {
  /** The media type. */
  type: string
  /** Rises when files that are made of the same answer become other files: it is a part of their entity tags. */
  layout: number
  make(answer: unknown): Promise<{ name: string; bytes: Buffer }>
}

/**
 * A statement that reads the rows of a list with cursors, for a read that is so frequent that its time counts: running a
 * document takes the server three times as long. It runs with the rights of the caller, and test/rest/lists.test.ts compares
 * its answers with those of the document.
 */
export interface Statement {
  /** Its columns have the names of the fields. Gives no row when there is nothing at the address, one of nulls for an empty list. */
  text: string
  values: (input: Input) => unknown[]
}

/**
 * One endpoint. The table of these (routes/index.ts) is the REST API: a route has a GraphQL document, and says how a request
 * becomes its variables, and its data the response. The database has the rules and the rights.
 */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below /api; `{…}` are ids. */
  path: string
  /** Name of the operation in OpenAPI. */
  id: string
  summary: string
  /** Who may use it, for the documentation; the database decides. */
  rights: string
  document: string
  /** The look-up (locate.ts) of the clinic, or of an id by a name, before the document runs, and its key. */
  locate?: { what: string; by: (input: Input) => string | undefined }
  /** Where `locate` is not needed: the look-up of the clinic of the row that the address names, after clinics were moved. */
  row?: Route['locate']
  variables: (input: Input) => Record<string, unknown>
  /** Runs instead of `locate` and the document, which still describes the answer. */
  statement?: Statement
  /** The path of the answer in the data: 'createClinic.clinic'; for a list, the connection. Without it there is no body. */
  answer?: string
  /** The answer is a page of a connection, a page of a plain list whose rows have cursors, or a whole plain list. */
  list?: 'connection' | 'cursors' | 'whole'
  /** The answer is sent as a file that is made of it. */
  file?: FileAnswer
  /** A list that is sent as a file with all its pages; see csv.ts. */
  csv?: Csv
  /** Fields of every answer that do not come from the data. */
  constants?: Record<string, string>
  /** Success, by default 200, or 204 without an answer. */
  status?: 201
  /** The address of a created resource; `{…}` are fields of the answer. */
  location?: string
  query?: Record<string, JsonSchema>
  /** Parameters of `query` that must be given. */
  needs?: readonly string[]
  body?: Body
  /** The refusal when there is no such row, or none that the caller may see. */
  notFound?: string
  /** Aliases of the document that must not be null, and the refusal when one is: rows to which the query refers. */
  mustExist?: Record<string, string>
  /** Refusals besides those of every endpoint of its kind. */
  errors?: readonly string[]
  /** If-Match is supported: the document has $rowVersion, or `variables` passes it on. */
  versioned?: boolean
  /**
   * Contains tokens or passwords: runs outside our transaction, since the count of failures must be stored although the request
   * is refused, and is never stored under an Idempotency-Key.
   */
  secret?: boolean
}

/** The schema of an id. */
export const id: JsonSchema = { type: 'string', pattern: '^[0-9]{1,18}$' }

/** An object without the fields that are undefined: a GraphQL filter must not be empty. */
export function given<Value>(fields: Record<string, Value | undefined>): Record<string, Value> {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, Value] => entry[1] !== undefined))
}

/** `{ equalTo }`, or undefined for undefined. */
export const equalTo = (value: unknown) => (value === undefined ? undefined : { equalTo: value })

/** The part of a list's document for paging. */
export const pageInfo = 'pageInfo { hasNextPage endCursor }'
