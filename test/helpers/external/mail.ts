import { ownerUrlOf } from '../database/cluster.ts'
import { type Program, startProgram } from '../programs/program.ts'
import type { TestServer } from '../programs/server.ts'
import { eventually } from '../time/eventually.ts'
import { type Mail, smtpPeer } from './peers.ts'

/** The decoded part of a mail with this content type; empty if the mail has none. */
export function partOf(raw: string, type: string): string {
  const parts = raw.split(/\r\n--[^\r\n]+\r\n/).map((part) => part.split(/\r\n\r\n([\s\S]*)/))
  const [headers = '', text = ''] = parts.find(([headers]) => headers?.includes(`Content-Type: ${type}`)) ?? []
  const encoding = /Content-Transfer-Encoding: (\S+)/.exec(headers)?.[1]
  if (encoding === 'base64') return Buffer.from(text, 'base64').toString()
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return encoding === 'quoted-printable' ? Buffer.from(bytes, 'latin1').toString() : text
}

interface Mailboxes {
  /** The text of the next mail to an address that was not read before. Waits until it arrives. */
  read(address: string): Promise<string>
  /** The next mail to an address as it was sent. */
  readRaw(address: string): Promise<string>
}

/** A worker that sends the mails of these pages to an SMTP server, for all tests of a file. */
export function mailboxes(pages: Pick<TestServer, 'url' | 'database'>): Mailboxes {
  let smtp: Awaited<ReturnType<typeof smtpPeer>>
  let worker: Program
  const wasRead = new Set<Mail>()
  beforeAll(async () => {
    smtp = await smtpPeer()
    worker = await startProgram('worker', {
      env: {
        DATABASE_URL: ownerUrlOf(pages.database),
        PUBLIC_URL: pages.url,
        SMTP_URL: smtp.url,
        MAIL_FROM: 'appointments@medislot.example',
      },
    })
  })
  afterAll(async () => {
    await worker?.stop()
    await smtp?.close()
  })
  async function readRaw(address: string): Promise<string> {
    const next = () => smtp.mails.find((mail) => mail.to.includes(address) && !wasRead.has(mail))
    await eventually(async () => next() !== undefined, `a mail to ${address} arrives`)
    const mail = next() as Mail
    wasRead.add(mail)
    return mail.raw
  }
  return { readRaw, read: async (address) => partOf(await readRaw(address), 'text/plain') }
}
