import { randomUUID } from 'node:crypto'
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { log } from '../process/log.ts'

declare global {
  namespace Express {
    interface Request {
      /** Identifies the request in the log and to the client: the client's X-Request-Id, or a generated one. */
      id: string
    }
  }
}

/** Gives every request an id, sends it back as X-Request-Id, and logs the request, without its query string and body. */
export const identifyRequests: RequestHandler = (request, response, next) => {
  const given = request.get('x-request-id')
  request.id = given && /^[\w-]{8,64}$/.test(given) ? given : randomUUID()
  response.set('x-request-id', request.id)
  const began = performance.now()
  response.once('close', () => {
    // Probes come every few seconds.
    const level = /^\/(healthz|readyz|metrics)$/.test(request.path) ? 'debug' : 'info'
    log[level](
      {
        requestId: request.id,
        method: request.method,
        // The name of a calendar file is the secret by which it is read.
        path: request.path.replace(/^\/calendars\/.*/s, '/calendars/…'),
        status: response.statusCode,
        ms: Math.round(performance.now() - began),
        ...(response.writableFinished ? {} : { aborted: true }),
      },
      'request',
    )
  })
  next()
}

/** While the server is stopping, each response ends its connection, so that the client's next request goes to another server. */
export const endConnectionsWhen =
  (isStopping: () => boolean): RequestHandler =>
  (_request, response, next) => {
    if (isStopping()) response.set('connection', 'close')
    next()
  }

/**
 * Refuses a request with two Authorization headers: Node would use the first, and a proxy in front may have checked the
 * other.
 */
export const oneAuthorization: RequestHandler = (request, response, next) => {
  if ((request.headersDistinct.authorization?.length ?? 0) < 2) return next()
  sendError(request, response, 400, 'There must be one Authorization header.')
}

/** Answers requests that no route has answered. */
export const notFound: RequestHandler = (request, response) => sendError(request, response, 404)

/**
 * Answers the error of a route. A client error, which Express marks with a status, is reported with that status. Any other
 * error is ours: it is logged in full and reported without details.
 */
export const internalError: ErrorRequestHandler = (error, request, response, next) => {
  const theirs = error?.status >= 400 && error.status < 500
  if (!theirs) log.error({ err: error, requestId: request.id }, 'request failed')
  if (response.headersSent) return next(error)
  sendError(request, response, theirs ? error.status : 500)
}

/** The registered refusals of errors that have only a status; any other 4xx is a bad request. */
const refusals: Record<number, [code: string, message: string]> = {
  404: ['not_found', 'There is nothing at this address.'],
  413: ['body_too_large', 'The body of the request is too large.'],
  415: ['unsupported_media_type', 'This media type is not supported.'],
  500: ['internal_error', 'An unexpected error occurred'],
}

function sendError(request: Request, response: Response, status: number, ownMessage?: string): void {
  const [error, message] = refusals[status] ?? ['bad_request', 'The request is malformed.']
  response.status(status).json({ error, message: ownMessage ?? message, requestId: request.id })
}
