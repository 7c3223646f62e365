import { Pool } from 'undici'

/** Answers of a server to POST requests with JSON bodies. */
export interface Load {
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<{ status: number; text: string }>
  get(path: string, headers?: Record<string, string>): Promise<{ status: number; text: string }>
  close(): Promise<void>
}

/** Requests to a server over this many keep-alive connections, one at a time on each, like as many browsers. */
export function loadOn(url: string, connections: number): Load {
  const pool = new Pool(url, { connections, pipelining: 1, headersTimeout: 60_000 })
  const ask = async (method: 'GET' | 'POST', path: string, headers: Record<string, string>, body: string | null) => {
    const response = await pool.request({ method, path, headers, body })
    return { status: response.statusCode, text: await response.body.text() }
  }
  return {
    post: (path, body, headers = {}) =>
      ask('POST', path, { 'content-type': 'application/json', ...headers }, JSON.stringify(body)),
    get: (path, headers = {}) => ask('GET', path, headers, null),
    close: () => pool.destroy(),
  }
}

/** Runs `work` for the items, this many at a time; gives the milliseconds of each, in the order of the items. */
export async function atATime<T>(clients: number, items: T[], work: (item: T) => Promise<unknown>): Promise<number[]> {
  const took: number[] = Array(items.length)
  let next = 0
  await Promise.all(
    Array.from({ length: Math.min(clients, items.length) }, async () => {
      for (let i = next++; i < items.length; i = next++) {
        const began = performance.now()
        await work(items[i] as T)
        took[i] = performance.now() - began
      }
    }),
  )
  return took
}

/** Items per second, this many at a time. */
export async function perSecond<T>(clients: number, items: T[], work: (item: T) => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await atATime(clients, items, work)
  return (items.length * 1000) / (performance.now() - began)
}
