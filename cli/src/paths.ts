import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the clone. */
export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** The data folder: the flag, else GUICHET_DATA, else `.guichet` in the clone. */
export function dataFolder(flag: string | undefined): string {
  return resolve(flag ?? process.env.GUICHET_DATA ?? join(projectRoot, '.guichet'))
}
