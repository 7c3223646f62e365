/** The room of an online visit. */
export interface Room {
  /** Its name, which nobody can guess. */
  room: string
  /** What the provider returned when the room was prepared; for a doctor's own room, its address. */
  reference: string | null
  opensAt: Date
  closesAt: Date
}

/** A person who joins. */
export interface Guest {
  role: 'patient' | 'doctor'
  name: string
}

/**
 * A service that holds rooms for online visits. All methods may be repeated, and throw an Error when the service does
 * not answer or refuses.
 */
export interface Provider {
  /** Makes the room, or moves it to its present times. Returns what has to be known to join it; null for nothing. */
  prepare(room: Room): Promise<string | null>
  /** The address at which this person joins now; null if the visit has only medislot's own page. */
  joinUrl(room: Room, guest: Guest): Promise<string | null>
  /** Removes the room. */
  drop(room: Room): Promise<void>
}

/** The services by the names that app_public.policies.consultation_provider has. */
export type Providers = Record<'presence' | 'link' | 'jitsi' | 'daily', Provider>
