import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Request, RequestHandler } from 'express'

const compress = promisify(gzip)

/**
 * Serves a document that does not change while the server runs. Its bytes and its entity tag are made once, its compressed
 * form by the first request that accepts it, and all responses share them. Clients revalidate each time, and get 304 when
 * they have the current version, so that they see a new release at once.
 */
export function fixedDocument(type: string, content: string | Buffer): RequestHandler<object> {
  const bytes = Buffer.from(content)
  // Weak, since the compressed form has the same tag.
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

/** Whether If-None-Match, which is `*` or a list of tags, contains this tag. Weak and strong tags compare as equal. */
function isFresh(request: Request, tag: string): boolean {
  const known = request.get('if-none-match')
  if (known === undefined) return false
  return known.trim() === '*' || known.split(',').some((each) => each.trim().replace(/^W\//, '') === tag.slice(2))
}
