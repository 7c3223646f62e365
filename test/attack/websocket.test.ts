import { once } from 'node:events'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { WebSocket } from 'ws'
import { aTarget, type Target } from './target.ts'

// WebSockets whose client violates the protocol: each is closed with a reason. The limits of frames and subscriptions
// are tested in test/graphql/serving/transport.test.ts.

let target: Target
beforeAll(async () => {
  target = await aTarget()
})
afterAll(() => target?.stop())

async function open() {
  const socket = new WebSocket(`${target.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  const closed = once(socket, 'close').then(([code]) => code as number)
  await once(socket, 'open')
  return { socket, closed }
}
const init = JSON.stringify({ type: 'connection_init' })
const subscribe = JSON.stringify({ type: 'subscribe', id: '1', payload: { query: '{ __typename }' } })

it.each<[string, number, (string | Buffer)[]]>([
  ['says nothing', 4408, []],
  ['asks before it is known', 4401, [subscribe]],
  ['begins twice', 4429, [init, init]],
  ['is no JSON', 4400, ['{']],
  ['is no message', 4400, ['{"type": "hello"}']],
  ['is bytes', 4400, [Buffer.from([0, 1, 2, 255])]],
  ['is text that is no UTF-8', 1007, []],
])('one that %s is closed: %i', async (what, code, messages) => {
  const { socket, closed } = await open()
  for (const message of messages) socket.send(message)
  if (what.endsWith('UTF-8')) {
    // A text frame that claims to be text: ws itself would not send it.
    const raw = (socket as unknown as { _socket: NodeJS.WritableStream })._socket
    raw.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]))
  }
  expect(await closed).toBe(code)
})

it('two hundred silent connections are closed, and their resources are freed', async () => {
  const before = await target.memory()
  const silent = await Promise.all(Array.from({ length: 200 }, () => open()))
  expect(new Set(await Promise.all(silent.map(({ closed }) => closed)))).toEqual(new Set([4408]))
  expect((await target.memory()) - before).toBeLessThan(100)
  expect(target.faults()).toEqual([])
})

it('a client that keeps sending requests and reads nothing is disconnected', async () => {
  const { socket, closed } = await open()
  const ping = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(90_000) } })
  socket.pause()
  let sent = 0
  // Each ping is answered with its payload. The buffers of the connection hold some megabytes, and the server one.
  while (socket.readyState === WebSocket.OPEN && sent < 1000) {
    await new Promise<unknown>((resolve) => socket.send(ping, resolve))
    sent++
  }
  socket.resume()
  expect(await closed).toBe(1006)
  expect(sent).toBeLessThan(1000)
})
