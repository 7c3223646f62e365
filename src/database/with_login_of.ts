/** A shard's address with the login of another: all databases of an installation have the same logins. */
export function withLoginOf(url: string, address: string): string {
  const { username, password } = new URL(url)
  const shard = new URL(address)
  shard.username = username
  shard.password = password
  return shard.href
}
