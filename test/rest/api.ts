import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { cloneDatabase } from '../helpers/cluster.ts'
import { type Connection, connect } from '../helpers/connection.ts'
import type { Claims, Db } from '../helpers/database.ts'
import { startServer } from '../helpers/program.ts'
import { tokenOf, tokenSettings } from '../helpers/tokens.ts'

/** A response, its body read. */
export interface Reply {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: what it is, the OpenAPI document says, and each reply is held against it.
  body: any
  text: string
}

export interface Sent {
  /** Sent as JSON; a string as it is. */
  body?: unknown
  headers?: Record<string, string>
}

/** Sends a request below /api, as somebody. Throws when the response is not what openapi.json says. */
export type Client = (method: string, path: string, sent?: Sent) => Promise<Reply>

export interface RestServer {
  url: string
  /** The owner's connection to its database, with which rows are made. */
  owner: Connection & Db
  /** A client with a token for these claims; without any, an anonymous one. */
  as(claims?: Claims): Promise<Client>
  tokenOf(claims: Claims): Promise<string>
  stop(): Promise<void>
}

/** The real server on a database of its own. Call stop() when done. */
export async function serveRest(): Promise<RestServer> {
  const database = await cloneDatabase()
  const owner = await connect(database.url)
  const server = await startServer(database.serverUrl, { JWT_SECRET: tokenSettings.jwtSecret, LOG_LEVEL: 'warn' })
  const documented = await documentedResponses()

  return {
    url: server.url,
    owner: owner as Connection & Db,
    tokenOf,
    async as(claims) {
      const authorization = claims?.sub ? { authorization: `Bearer ${await tokenOf(claims)}` } : {}
      return async (method, path, { body, headers } = {}) => {
        const response = await fetch(`${server.url}/api${path}`, {
          method,
          redirect: 'manual',
          headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...authorization, ...headers },
          ...(body !== undefined && { body: bytesOf(body) }),
        })
        const text = await response.text()
        const reply = { status: response.status, headers: response.headers, body: text && JSON.parse(text), text }
        documented(method, path, reply)
        return reply
      }
    },
    async stop() {
      await owner.close()
      const code = await server.stop()
      await database.drop()
      if (code !== 0) throw new Error(`the server ended with ${code}:\n${server.stderr()}`)
    },
  }
}

interface Operation {
  responses: Record<string, { content?: Record<string, { schema: object }> }>
}

/** Holds a response against openapi.json: its status, its content type and its body. Throws naming what is not so. */
async function documentedResponses(): Promise<(method: string, path: string, reply: Reply) => void> {
  const document = JSON.parse(await readFile(join(import.meta.dirname, '../../openapi.json'), 'utf8'))
  const ajv = new Ajv2020({ allErrors: true, strict: false })
  ;(addFormats as unknown as (ajv: Ajv2020) => void)(ajv)
  const compiled = new Map<object, ValidateFunction>()
  const paths = Object.entries(document.paths as Record<string, Record<string, Operation>>).map(
    ([path, operations]) => [new RegExp(`^${path.replace(/\{\w+\}/g, '[0-9]{1,18}')}$`), operations] as const,
  )

  return (method, path, { status, headers, body, text }) => {
    const operations = paths.find(([pattern]) => pattern.test(path.split('?')[0] ?? ''))?.[1]
    const operation = operations?.[method === 'HEAD' ? 'get' : method.toLowerCase()]
    const fault = (what: string) => new Error(`${method} ${path} answered ${status}, ${what}: ${text}`)
    // What is at no address, or does not know the method, is told as any other problem.
    const responses = operation?.responses ?? document.paths['/me'].get.responses
    const expected = responses[status] ?? (status >= 400 ? responses.default : undefined)
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

const bytesOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body))
