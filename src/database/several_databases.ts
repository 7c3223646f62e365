// How the databases of an installation with shards reach each other. Commands import this, so nothing of the server is here.

/** A shard's address with the login of another: all databases of an installation have the same logins. */
export function withLoginOf(url: string, address: string): string {
  const { username, password } = new URL(url)
  const shard = new URL(address)
  shard.username = username
  shard.password = password
  return shard.href
}

/** The number of the global database. Shards have numbers from 1 on. */
export const globalNumber = 0

/** The ids of a shard begin with its number times this; those of the global database are smaller. */
export const idsOfShard = 1_000_000_000_000

/** The number of the database that made an id. */
export const databaseOfId = (id: string): number => Math.floor(Number(id) / idsOfShard)

/** The subscription by which a shard gets people, and the one by which the global database gets the shard's clinics. */
export const peopleOf = (shard: number) => `medislot_people_${shard}`
export const clinicsOf = (shard: number) => `medislot_clinics_${shard}`
