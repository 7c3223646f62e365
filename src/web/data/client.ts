import type { TypedDocumentString } from './generated/graphql.ts'
import { positionHeaders, storeChange, storePosition } from './position.ts'

/** An error that the API reports: `code` is a registered name (docs/api/error-codes.md), `detail` has data for programs. */
export class Refusal extends Error {
  readonly code: string
  readonly detail: Record<string, unknown>

  constructor(message: string, code: string, detail: Record<string, unknown> = {}) {
    super(message)
    this.code = code
    this.detail = detail
  }
}

/** The server could not be reached, or did not answer in time. */
export class Unreachable extends Error {}

interface Answer {
  data?: unknown
  /** Set if the access token was not valid: then the result is what anonymous visitors see. */
  extensions?: { accessToken?: string }
  errors?: { message: string; extensions?: { code?: string; detail?: Record<string, unknown> } }[]
}

// Longer than the server works on any request. An answer that has not come by then never comes.
const requestLimit = 60_000

/** Aborts with the given signal, or when the time for a request is over. */
function withinLimit(signal?: AbortSignal): AbortSignal {
  const control = new AbortController()
  setTimeout(() => control.abort(), requestLimit)
  return signal ? AbortSignal.any([signal, control.signal]) : control.signal
}

/** Posts JSON and returns the `data` of a GraphQL response. Throws Refusal, Unreachable, or an AbortError. */
export async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<unknown> {
  let answer: Answer
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...positionHeaders(), ...headers },
      body: JSON.stringify(body),
      signal: withinLimit(signal),
    })
    storePosition(response)
    answer = (await response.json()) as Answer
  } catch (error) {
    if (signal?.aborted) throw error
    throw new Unreachable('The server cannot be reached.', { cause: error })
  }
  const [error] = answer.errors ?? []
  if (error) throw new Refusal(error.message, error.extensions?.code ?? 'internal_error', error.extensions?.detail)
  if (answer.extensions?.accessToken) throw new Refusal('The access token is not usable.', 'unauthenticated')
  return answer.data
}

/** Runs a document for the owner of an access token, or anonymously. Throws as post() does. */
export async function run<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  accessToken?: string,
  signal?: AbortSignal,
): Promise<Result> {
  const headers: Record<string, string> = accessToken ? { authorization: `Bearer ${accessToken}` } : {}
  const query = document.toString()
  const result = (await post('/graphql', { query, variables }, headers, signal)) as Result
  if (query.startsWith('mutation')) storeChange()
  return result
}
