import { readFile } from 'node:fs/promises'

const FOLDER = new URL('../../../contracts/messages/', import.meta.url)

/** The example of each message that a service consumes by `contracts/messages/consumers.json`, as its owner wrote it. */
export async function consumedExamples(service: string): Promise<{ type: string; data: object }[]> {
  const consumers = (await readJson('consumers.json')) as Record<string, string[]>
  const types = Object.keys(consumers).filter((type) => consumers[type]?.includes(service))
  return Promise.all(types.map(async (type) => ({ type, data: (await readJson(`${type}.example.json`)) as object })))
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(file, FOLDER), 'utf8'))
}
