import { positionsSeen } from '../shards/positions.ts'

/** A GraphQL response. */
export interface Answer<Data = Record<string, unknown>> {
  data?: Data | null
  errors?: { message: string; path?: (string | number)[]; extensions?: { code?: string } & Record<string, unknown> }[]
}

/** Sends a GraphQL document with variables and returns the whole response, with its errors. */
export type GraphQLClient = <Data = Record<string, unknown>>(
  document: string,
  variables?: Record<string, unknown>,
) => Promise<Answer<Data>>

/** A client of the server at an address (as in Program.url), signed in when given an access token. */
export function graphqlClient(url: string, accessToken?: string): GraphQLClient {
  const seen = positionsSeen()
  return async <Data>(document: string, variables: Record<string, unknown> = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(accessToken ? { authorization: `Bearer ${accessToken}` } : {}),
        ...seen.headers,
      },
      body: JSON.stringify({ query: document, variables }),
    })
    seen.note(response)
    return (await response.json()) as Answer<Data>
  }
}

/** The data of a response without errors; otherwise throws an error that names them. */
export async function dataOf<Data>(answer: Promise<Answer<Data>>): Promise<Data> {
  const { data, errors } = await answer
  if (errors || !data) throw new Error(`GraphQL answered with errors: ${JSON.stringify(errors)}`)
  return data
}

/** Asserts that a response is a refusal with this code in `extensions.code`, and returns that error. */
export async function expectGraphQLRefusal(answer: Promise<Answer<unknown>>, code: string) {
  const { data, errors } = await answer
  const found = errors?.find((error) => error.extensions?.code === code)
  if (!found) throw new Error(`expected to be refused with ${code}, but got ${JSON.stringify({ data, errors })}`)
  return found
}
