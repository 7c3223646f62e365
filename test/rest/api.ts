import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { shardCount } from '../helpers/database/cluster.ts'
import type { Claims } from '../helpers/database/database.ts'
import { ownServer, sharedServer, type TestServer } from '../helpers/programs/server.ts'
import { tokenOf } from '../helpers/programs/tokens.ts'
import { positionsSeen } from '../helpers/shards/positions.ts'

/** A response with its body. */
export interface Reply {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: every reply is compared with the OpenAPI document
  body: any
  text: string
}

export interface Sent {
  /** Sent as JSON; a string is sent as it is. */
  body?: unknown
  headers?: Record<string, string>
}

/** Sends a request below /api on behalf of a caller. Throws if the response does not match openapi.json. */
export type Client = (method: string, path: string, sent?: Sent) => Promise<Reply>

export interface RestServer extends Omit<TestServer, 'as'> {
  /** A client with a token for these claims, or an anonymous one without claims. */
  as(claims?: Claims): Promise<Client>
}

/**
 * The server that tests share, on a database that has the rows of others too; or, for a test that looks at all rows,
 * one of its own. A run with shards has only one server; there, the clinics of earlier files have no free slots left.
 * Call stop() when done.
 */
export async function serveRest({ own = false } = {}): Promise<RestServer> {
  const server = await (own && shardCount === 0 ? ownServer() : sharedServer())
  if (own && shardCount > 0) await server.owner.query(`update app_public.policies set lead_time = '365 days'`)
  return { ...server, as: await restClientsOf(server.url) }
}

/** Clients of a server at an address. */
export async function restClientsOf(url: string): Promise<RestServer['as']> {
  const documented = await documentedResponses()
  return async (claims) => {
    const authorization = claims?.sub ? { authorization: `Bearer ${await tokenOf(claims)}` } : {}
    const seen = positionsSeen()
    return async (method, path, { body, headers } = {}) => {
      const response = await fetch(`${url}/api${path}`, {
        method,
        redirect: 'manual',
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...authorization,
          ...seen.headers,
          ...headers,
        },
        ...(body !== undefined && { body: bytesOf(body) }),
      })
      seen.note(response)
      const text = await response.text()
      const reply = { status: response.status, headers: response.headers, body: bodyOf(response, text), text }
      documented(method, path, reply)
      return reply
    }
  }
}

interface Operation {
  responses: Record<string, { content?: Record<string, { schema: object }> }>
}

/**
 * Compares a response with openapi.json: its status, its content type and its body. Throws an error that names the
 * difference.
 */
async function documentedResponses(): Promise<(method: string, path: string, reply: Reply) => void> {
  const document = JSON.parse(await readFile(join(import.meta.dirname, '../../openapi.json'), 'utf8'))
  const ajv = new Ajv2020({ allErrors: true, strict: false })
  ;(addFormats as unknown as (ajv: Ajv2020) => void)(ajv)
  const compiled = new Map<object, ValidateFunction>()
  const paths = Object.entries(document.paths as Record<string, Record<string, Operation>>).map(
    ([path, operations]) => [new RegExp(`^${path.replace(/\{\w+\}/g, '[0-9]{1,18}')}$`), operations] as const,
  )

  function documented(method: string, path: string, status: number) {
    const operations = paths.find(([pattern]) => pattern.test(path.split('?')[0] ?? ''))?.[1]
    const operation = operations?.[method === 'HEAD' ? 'get' : method.toLowerCase()]
    // An unknown address or an unsupported method is answered as any other problem.
    const responses = operation?.responses ?? document.paths['/me'].get.responses
    return responses[status] ?? (status >= 400 ? responses.default : undefined)
  }

  return (method, path, { status, headers, body, text }) => {
    const fault = (what: string) => new Error(`${method} ${path} answered ${status}, ${what}: ${text}`)
    const expected = documented(method, path, status)
    if (!expected) throw fault('which is not documented')
    const type = headers.get('content-type')?.split(';')[0]
    const content = expected.content?.[type ?? '']
    if (!content) {
      if (text) throw fault(`as ${type}, which is not documented`)
      return
    }
    if (method === 'HEAD') return
    const validate = compiled.get(content) ?? ajv.compile({ ...content.schema, components: document.components })
    compiled.set(content, validate)
    if (!validate(body)) throw fault(ajv.errorsText(validate.errors))
  }
}

/** A file is compared as text. */
const bodyOf = ({ headers }: Response, text: string) =>
  /json/.test(headers.get('content-type') ?? '') && text ? JSON.parse(text) : text

const bytesOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body))
