import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Settings, StartError } from '../process/settings.ts'

/**
 * Makes a server listen on the settings' HOST and PORT (or another setting for the port). When it is not set and the
 * default is taken, the next free port is used. Returns the address as a URL, and as text for people, which says so
 * when the port is not the usual one. Throws StartError, naming the variable, when it cannot listen there.
 */
export async function listen(
  server: Server,
  settings: Pick<Settings, 'host' | 'port' | 'portIsGiven'>,
  portSetting = 'PORT',
): Promise<{ url: string; displayUrl: string }> {
  const { host, portIsGiven } = settings
  for (let port = settings.port; ; port++) {
    try {
      await tryListen(server, port, host)
      const url = urlOf(server, host)
      return { url, displayUrl: port === settings.port ? url : `${url} (port ${settings.port} is taken)` }
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (isTaken && !portIsGiven && port < settings.port + 100) continue
      throw startError(error as NodeJS.ErrnoException, host, port, portSetting)
    }
  }
}

function urlOf(server: Server, host: string): string {
  // "Every address" is not an address that a browser could open.
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${(server.address() as AddressInfo).port}`
}

function startError(cause: NodeJS.ErrnoException, host: string, port: number, setting: string): StartError {
  switch (cause.code) {
    case 'EADDRINUSE':
      return new StartError(
        `${setting}: ${port} is taken by another program. Set ${setting} to a free one, or unset it.`,
        {
          cause,
        },
      )
    case 'EACCES':
      return new StartError(`${setting}: this user may not listen on ${port} (${cause.message})`, { cause })
    default:
      return new StartError(`HOST: cannot listen on ${host} (${cause.message})`, { cause })
  }
}

function tryListen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}
