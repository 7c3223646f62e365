import { type DailySettings, daily } from './daily.ts'
import { type JitsiSettings, jitsi } from './jitsi.ts'
import type { Provider, Providers } from './provider.ts'

export interface ConsultationSettings {
  jitsi?: JitsiSettings | undefined
  daily?: DailySettings | undefined
}

/** A page of medislot that shows who has come. */
const presence: Provider = { prepare: async () => null, joinUrl: async () => null, drop: async () => {} }

const ownAddress = (address: string | null): string => {
  if (!address) throw new Error('the doctor has no room (doctorRooms)')
  return address
}

/** A doctor's own room at some provider: it is always there, and everybody has the same address. */
const link: Provider = {
  prepare: async ({ reference }) => ownAddress(reference),
  joinUrl: async ({ reference }) => ownAddress(reference),
  drop: async () => {},
}

function missing(settings: string): Provider {
  const refuse = () => Promise.reject(new Error(`the operator has not set ${settings}`))
  return { prepare: refuse, joinUrl: refuse, drop: refuse }
}

/** The providers that a clinic's policy may name. One that the operator has not set up throws at every call. */
export const createProviders = (settings: ConsultationSettings): Providers => ({
  presence,
  link,
  jitsi: settings.jitsi ? jitsi(settings.jitsi) : missing('JITSI_URL, JITSI_APP_ID and JITSI_APP_SECRET'),
  daily: settings.daily ? daily(settings.daily) : missing('DAILY_API_KEY'),
})
