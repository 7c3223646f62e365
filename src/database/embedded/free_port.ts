import { createServer } from 'node:net'

/** The first TCP port from `first` on that is free at `host`. */
export async function freePort(first: number, host = '127.0.0.1'): Promise<number> {
  for (let port = first; port < 65_536; port++) {
    if (await isFree(port, host)) return port
  }
  throw new Error(`no free port from ${first} on`)
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)))
  })
}
