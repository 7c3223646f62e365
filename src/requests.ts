import { randomUUID } from 'node:crypto'
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { log } from './log.ts'

declare global {
  namespace Express {
    interface Request {
      /** Names the request in the log and to the client: the client's own X-Request-Id, or one made here. */
      id: string
    }
  }
}

/** Gives every request its id, sends it back as X-Request-Id, and logs the answer. Never the query string or a body. */
export const identifyRequests: RequestHandler = (request, response, next) => {
  const given = request.get('x-request-id')
  request.id = given && /^[\w-]{8,64}$/.test(given) ? given : randomUUID()
  response.set('x-request-id', request.id)
  const began = performance.now()
  response.once('close', () => {
    // Probes come every few seconds and say nothing new.
    const level = /^\/(healthz|readyz|metrics)$/.test(request.path) ? 'debug' : 'info'
    log[level](
      {
        requestId: request.id,
        method: request.method,
        path: request.path,
        status: response.statusCode,
        ms: Math.round(performance.now() - began),
        ...(response.writableFinished ? {} : { aborted: true }),
      },
      'request',
    )
  })
  next()
}

/**
 * Refuses a request that brings two authorizations: Node would take the first, and whoever passed the request on may have
 * judged the other.
 */
export const oneAuthorization: RequestHandler = (request, response, next) => {
  if ((request.headersDistinct.authorization?.length ?? 0) < 2) return next()
  tell(request, response, 400, 'There must be one Authorization header.')
}

/** Answers what no route took. */
export const notFound: RequestHandler = (request, response) => tell(request, response, 404)

/**
 * Answers what a route threw. A fault of the request, which Express and its parts mark by a status, is told as one.
 * Any other is ours, so it is logged whole and told without internals.
 */
export const internalError: ErrorRequestHandler = (error, request, response, next) => {
  const theirs = error?.status >= 400 && error.status < 500
  if (!theirs) log.error({ err: error, requestId: request.id }, 'request failed')
  if (response.headersSent) return next(error)
  tell(request, response, theirs ? error.status : 500)
}

/** The registered refusals that a status alone may mean, and their words; any other of the 400s is a bad request. */
const refusals: Record<number, [code: string, message: string]> = {
  404: ['not_found', 'There is nothing at this address.'],
  413: ['body_too_large', 'The body of the request is too large.'],
  415: ['unsupported_media_type', 'This media type is not supported.'],
  500: ['internal_error', 'An unexpected error occurred'],
}

function tell(request: Request, response: Response, status: number, said?: string): void {
  const [error, message] = refusals[status] ?? ['bad_request', 'The request is malformed.']
  response.status(status).json({ error, message: said ?? message, requestId: request.id })
}
