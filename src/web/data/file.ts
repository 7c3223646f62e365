import { Refusal, Unreachable } from './client.ts'
import { positionHeaders } from './position.ts'
import { accessToken } from './session.ts'

/** Loads a file of the REST API for the person who is signed in. Throws Refusal or Unreachable. */
export async function loadFile(path: string): Promise<Blob> {
  const token = await accessToken()
  let response: Response
  try {
    response = await fetch(`/api${path}`, {
      headers: { ...positionHeaders(), ...(token && { authorization: `Bearer ${token}` }) },
    })
    if (response.ok) return await response.blob()
  } catch (error) {
    throw new Unreachable('The server cannot be reached.', { cause: error })
  }
  const { detail, code, details } = (await response.json().catch(() => ({}))) as {
    detail?: string
    code?: string
    details?: Record<string, unknown>
  }
  throw new Refusal(detail ?? response.statusText, code ?? 'internal_error', details)
}
