import { Agent, fetch as request } from 'undici'
import { type ArePublic, NotPublicError, publicLookup, requirePublic } from '../../http/public_addresses.ts'
import { ReadingError } from './reading_error.ts'

/** How long reading a calendar may take, milliseconds. */
const mostMs = 30_000
/** How much is read of a calendar, bytes after decompression. */
const mostBytes = 2 * 1024 * 1024
const mostRedirects = 3

type Fetch = typeof globalThis.fetch

/**
 * A fetch() for reading one calendar at an address that a person entered. With `arePublic` (production), it requests public
 * addresses by https only, also after redirects. All answers together have a length and a time limit; a redirect to another
 * origin is followed without the password. Throws ReadingError.
 */
export function guardedFetch(arePublic: ArePublic | undefined): { fetch: Fetch; close: () => Promise<void> } {
  const agent = new Agent(arePublic ? { connect: { lookup: publicLookup(arePublic) } } : {})
  const signal = AbortSignal.timeout(mostMs)
  let bytesLeft = mostBytes

  async function read(stream: AsyncIterable<Uint8Array> | null): Promise<Uint8Array<ArrayBuffer>> {
    const chunks: Uint8Array[] = []
    for await (const chunk of stream ?? []) {
      bytesLeft -= chunk.length
      if (bytesLeft < 0) throw new ReadingError('too_large')
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  }

  async function get(url: URL, init: RequestInit, redirects: number): Promise<Response> {
    if (arePublic) await requirePublic(url, arePublic)
    const answer = await request(url, { ...(init as object), redirect: 'manual', dispatcher: agent })
    const location = answer.headers.get('location')
    if (answer.status >= 300 && answer.status < 400 && location && init.redirect !== 'manual') {
      await answer.body?.cancel()
      if (redirects >= mostRedirects) throw new ReadingError('unreachable', 'too many redirects')
      return get(new URL(location, url), withoutPassword(init, url, new URL(location, url)), redirects + 1)
    }
    const body = [204, 205, 304].includes(answer.status) ? null : await read(answer.body)
    const headers = new Headers([...answer.headers].filter(([name]) => !/^content-(encoding|length)$/.test(name)))
    return new Response(body, { status: answer.status, headers })
  }

  return {
    fetch: async (input, init = {}) => {
      const url = new URL(input instanceof Request ? input.url : String(input))
      try {
        return await get(url, { ...init, signal }, 0)
      } catch (error) {
        throw asReadingError(error as Error)
      }
    },
    close: () => agent.close(),
  }
}

function withoutPassword(init: RequestInit, from: URL, to: URL): RequestInit {
  if (from.origin === to.origin) return init
  const headers = new Headers(init.headers)
  headers.delete('authorization')
  return { ...init, headers }
}

/** Errors of fetch() hide what happened in their cause. */
function asReadingError(error: Error): ReadingError {
  if (error instanceof ReadingError) return error
  const cause = error.cause instanceof Error ? error.cause : error
  const reason = cause instanceof NotPublicError ? 'not_public' : 'unreachable'
  return new ReadingError(reason, cause.message, { cause })
}
