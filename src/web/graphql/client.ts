import type { TypedDocumentString } from './generated/graphql.ts'

/** The API refused: `code` is a registered name (docs/error-codes.md), `detail` what it adds for programs. */
export class Refusal extends Error {
  readonly code: string
  readonly detail: Record<string, unknown>

  constructor(message: string, code: string, detail: Record<string, unknown> = {}) {
    super(message)
    this.code = code
    this.detail = detail
  }
}

/** The server could not be reached. */
export class Unreachable extends Error {}

interface Answer {
  data?: unknown
  /** Says when the access token was not usable: what was answered is what everybody may see. */
  extensions?: { accessToken?: string }
  errors?: { message: string; extensions?: { code?: string; detail?: Record<string, unknown> } }[]
}

/** Posts JSON and gives `data` of an answer in GraphQL's form. Throws Refusal, Unreachable, or an AbortError. */
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
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    })
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

/** Runs a document for whoever the access token belongs to, or for nobody. Throws as post() does. */
export async function run<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  accessToken?: string,
  signal?: AbortSignal,
): Promise<Result> {
  const headers: Record<string, string> = accessToken ? { authorization: `Bearer ${accessToken}` } : {}
  return (await post('/graphql', { query: document.toString(), variables }, headers, signal)) as Result
}
