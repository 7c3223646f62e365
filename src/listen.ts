import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Settings, StartError } from './settings.ts'

/**
 * Makes a server listen on the settings' HOST and PORT. A PORT that nobody set gives way to the next free one. Gives the
 * address as a URL, and with a remark for people when it is another than they expect. Throws StartError, naming the variable, when the port or the host cannot be had.
 */
export async function listen(
  server: Server,
  settings: Pick<Settings, 'host' | 'port' | 'portIsGiven'>,
): Promise<{ url: string; said: string }> {
  const { host, portIsGiven } = settings
  for (let port = settings.port; ; port++) {
    try {
      await tryListen(server, port, host)
      const { port: actual } = server.address() as AddressInfo
      // "Every address" is no address to open.
      const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
      const url = `http://${name.includes(':') ? `[${name}]` : name}:${actual}`
      return { url, said: port === settings.port ? url : `${url} (port ${settings.port} is taken)` }
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException
      if (code === 'EADDRINUSE' && !portIsGiven && port < settings.port + 100) continue
      if (code === 'EADDRINUSE') {
        throw new StartError(`PORT: ${port} is taken by another program. Set PORT to a free one, or unset it.`, {
          cause,
        })
      }
      if (code === 'EACCES') throw new StartError(`PORT: this user may not listen on ${port} (${message})`, { cause })
      throw new StartError(`HOST: cannot listen on ${host} (${message})`, { cause })
    }
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
