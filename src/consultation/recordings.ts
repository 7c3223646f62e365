import type { GetObjectCommandInput, S3Client } from '@aws-sdk/client-s3'

export interface StoreSettings {
  /** `{clinic}` stands for the id of the clinic. */
  bucket: string
  accessKeyId: string
  secretAccessKey: string
  region: string
  /** By default that of AWS in the region. */
  url?: string | undefined
}
export interface RecordingSettings {
  recordings?: StoreSettings | undefined
}

/** Where the files of recordings are: a bucket, or one for each clinic. A key begins with the id of the clinic and a slash. */
export interface RecordingStore {
  /** An address that takes one file of this kind and size by PUT until then. */
  uploadUrl(key: string, file: { contentType: string; bytes: number }, until: Date): Promise<string>
  /** An address from which the file is downloaded under this name until then. */
  downloadUrl(key: string, file: { contentType: string; name: string }, until: Date): Promise<string>
  /** How many bytes the file has; null if there is none. Throws when the storage does not answer or refuses. */
  sizeOf(key: string): Promise<number | null>
  /** Deletes the file; does nothing if there is none. Throws as sizeOf does. */
  remove(key: string): Promise<void>
}

/** How long an answer of the storage may take, milliseconds. */
const longestMs = 8000
/** AWS accepts links of at most a week; ours last for an hour at most, whatever the clocks say. */
const longestLinkSeconds = 3600

const addressOf = ({ url, region }: StoreSettings) => url ?? `https://s3.${region}.amazonaws.com`

/** The origin to which browsers upload and from which they download. */
export const originOfStore = (settings: StoreSettings): string => new URL(addressOf(settings)).origin

/** The storage that the operator has set up; undefined if there is none. */
export const createRecordingStore = ({ recordings }: RecordingSettings): RecordingStore | undefined =>
  recordings && s3Store(recordings)

async function loadClient(settings: StoreSettings) {
  const { accessKeyId, secretAccessKey, region } = settings
  const [sdk, { getSignedUrl }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('@aws-sdk/s3-request-presigner'),
  ])
  const client: S3Client = new sdk.S3Client({
    endpoint: addressOf(settings),
    region,
    credentials: { accessKeyId, secretAccessKey },
    // The bucket is in the path, so that all clinics have one origin, which the pages' policy names.
    forcePathStyle: true,
    // No checksum of an empty body in links for uploads.
    requestChecksumCalculation: 'WHEN_REQUIRED',
  })
  return { sdk, client, getSignedUrl }
}

const secondsUntil = (until: Date) =>
  Math.min(longestLinkSeconds, Math.max(1, Math.round((until.getTime() - Date.now()) / 1000)))

function s3Store(settings: StoreSettings): RecordingStore {
  // The SDK is loaded when a recording is first used: it takes a sixth of a second.
  let loading: ReturnType<typeof loadClient> | undefined
  const ready = () => {
    loading ??= loadClient(settings)
    return loading
  }
  const objectOf = (key: string) => ({
    Bucket: settings.bucket.replace('{clinic}', key.split('/')[0] as string),
    Key: key,
  })

  return {
    async uploadUrl(key, { contentType, bytes }, until) {
      const { sdk, client, getSignedUrl } = await ready()
      const command = new sdk.PutObjectCommand({ ...objectOf(key), ContentType: contentType, ContentLength: bytes })
      return getSignedUrl(client, command, {
        expiresIn: secondsUntil(until),
        signableHeaders: new Set(['host', 'content-type', 'content-length']),
      })
    },
    async downloadUrl(key, { contentType, name }, until) {
      const { sdk, client, getSignedUrl } = await ready()
      const input: GetObjectCommandInput = {
        ...objectOf(key),
        ResponseContentType: contentType,
        ResponseContentDisposition: `attachment; filename="${name}"`,
        ResponseCacheControl: 'no-store',
      }
      return getSignedUrl(client, new sdk.GetObjectCommand(input), { expiresIn: secondsUntil(until) })
    },
    async sizeOf(key) {
      const { sdk, client } = await ready()
      const abortSignal = AbortSignal.timeout(longestMs)
      try {
        const { ContentLength } = await client.send(new sdk.HeadObjectCommand(objectOf(key)), { abortSignal })
        return ContentLength ?? 0
      } catch (error) {
        if (error instanceof sdk.NotFound) return null
        throw error
      }
    },
    async remove(key) {
      const { sdk, client } = await ready()
      const abortSignal = AbortSignal.timeout(longestMs)
      await client.send(new sdk.DeleteObjectCommand(objectOf(key)), { abortSignal })
    },
  }
}
