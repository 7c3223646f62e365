import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StoreSettings } from '../../../src/consultation/recordings.ts'

/** The key that the S3 server accepts. */
const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }

/** For servers that sign links and never call the storage: nothing listens at this address. */
export const unreachableStore: StoreSettings = {
  ...credentials,
  bucket: 'recordings-{clinic}',
  region: 'us-east-1',
  url: 'http://127.0.0.1:9',
}

/** The settings as a program reads them. */
export const storeEnv = ({ bucket, accessKeyId, secretAccessKey, region, url }: StoreSettings) => ({
  S3_BUCKET: bucket,
  S3_ACCESS_KEY_ID: accessKeyId,
  S3_SECRET_ACCESS_KEY: secretAccessKey,
  S3_REGION: region,
  ...(url && { S3_URL: url }),
})

/** What browsers of any origin may do with a bucket. */
const cors = `<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>
  <AllowedHeader>content-type</AllowedHeader></CORSRule></CORSConfiguration>`

/**
 * An S3 server on this machine with these buckets, which checks signatures, sizes and expiry as S3 does. Call close() when
 * done.
 */
export async function startS3(buckets: string[]): Promise<{ settings: StoreSettings; close(): Promise<void> }> {
  // Loaded here: those who only need settings do not need the server.
  const { default: S3rver } = await import('@20minutes/s3rver')
  const directory = await mkdtemp(join(tmpdir(), 'medislot-s3-'))
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: buckets.map((name) => ({ name, configs: [cors] })),
  })
  const { port } = await server.run()
  return {
    settings: { ...credentials, bucket: 'recordings', region: 'us-east-1', url: `http://127.0.0.1:${port}` },
    async close() {
      await server.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
