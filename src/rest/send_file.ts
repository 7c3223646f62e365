import { createHash } from 'node:crypto'
import type { Request, Response } from 'express'
import type { Answer } from './execute.ts'
import type { FileAnswer } from './route/route.ts'

/**
 * Sends the answer of an endpoint as the file that is made of it. The entity tag is that of what the file is made of, so that a
 * caller who has the file gets 304 without its being made again. The headers of the answer are set already.
 */
export async function sendFile(
  request: Request,
  response: Response,
  { type, layout, make }: FileAnswer,
  { body }: Answer,
): Promise<void> {
  const digest = createHash('sha256').update(`${layout} ${body}`).digest('base64url')
  response.set('etag', `"${digest.slice(0, 22)}"`)
  if (request.fresh) return void response.status(304).end()
  const { name, bytes } = await make(JSON.parse(body))
  response.type(type).attachment(name).send(bytes)
}
