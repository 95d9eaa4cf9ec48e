import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

export interface MessageContract {
  type: string
  /** The service that publishes it. */
  owner: string
  /** The queues that it goes to, each named by its service but `webhooks`, which is notifications', from `consumers.json`. */
  consumers: string[]
  /** JSON Schema 2020-12 of `data`. */
  schema: Record<string, unknown>
  example: unknown
}

const FOLDER = new URL('../../../contracts/messages/', import.meta.url)

/** Everything in `contracts/messages`, by type in order. Fails on a schema without an example. */
export async function readMessageContracts(): Promise<MessageContract[]> {
  const consumers = (await readJson('consumers.json')) as Record<string, string[]>
  const types = (await readdir(fileURLToPath(FOLDER)))
    .map((file) => /^([a-z]+\.[a-z-]+\.v\d+)\.json$/.exec(file)?.[1])
    .filter((type) => type !== undefined)
    .sort()
  return Promise.all(
    types.map(async (type) => ({
      type,
      owner: type.slice(0, type.indexOf('.')),
      consumers: consumers[type] ?? [],
      schema: (await readJson(`${type}.json`)) as Record<string, unknown>,
      example: await readJson(`${type}.example.json`),
    })),
  )
}

/** The schema of what surrounds `data`, and an example. */
export async function readEnvelope(): Promise<Pick<MessageContract, 'schema' | 'example'>> {
  return {
    schema: (await readJson('envelope.json')) as Record<string, unknown>,
    example: await readJson('envelope.example.json'),
  }
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(file, FOLDER), 'utf8'))
}
