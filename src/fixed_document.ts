import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Request, RequestHandler } from 'express'

const compress = promisify(gzip)

/**
 * Serves a document that stays the same while the server runs. Its bytes and its entity tag are made once, its
 * compressed form by the first request that accepts one, and all responses share them: a request copies nothing.
 * A client asks again each time and gets 304 for what it has, so that a new release is seen at once.
 */
export function fixedDocument(type: string, content: string | Buffer): RequestHandler<object> {
  const bytes = Buffer.from(content)
  // Weak: it is the same for the compressed form.
  const tag = `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
  let compressed: Promise<Buffer> | undefined

  return async (request, response) => {
    response.type(type).set({ etag: tag, 'cache-control': 'no-cache' }).vary('Accept-Encoding')
    if (isFresh(request as Request, tag)) return void response.status(304).end()
    const zipped = Boolean(request.acceptsEncodings('gzip'))
    compressed ??= zipped ? (compress(bytes) as Promise<Buffer>) : undefined
    const sent = zipped && compressed ? await compressed : bytes
    if (zipped) response.set('content-encoding', 'gzip')
    response.set('content-length', String(sent.length))
    response.end(request.method === 'HEAD' ? undefined : sent)
  }
}

/** Whether the client has what this tag stands for, as If-None-Match says. A list of tags, weak or not, or `*`. */
function isFresh(request: Request, tag: string): boolean {
  const known = request.get('if-none-match')
  if (known === undefined) return false
  return known.trim() === '*' || known.split(',').some((each) => each.trim().replace(/^W\//, '') === tag.slice(2))
}
