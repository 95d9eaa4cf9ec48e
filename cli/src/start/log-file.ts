import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

export type LogFile = { write(text: string | Buffer): void; close(): void }

/** A log that never grows beyond twice `maxBytes`: when full it becomes `<path>.1` and starts again. */
export function openLog(path: string, maxBytes = 5 * 1024 * 1024): LogFile {
  mkdirSync(dirname(path), { recursive: true })
  let file = openSync(path, 'a')
  let size = fstatSync(file).size
  return {
    write(text) {
      try {
        if (size > maxBytes || !existsSync(path)) {
          closeSync(file)
          if (existsSync(path)) renameSync(path, `${path}.1`)
          file = openSync(path, 'a')
          size = 0
        }
        size += writeSync(file, typeof text === 'string' ? Buffer.from(text) : text)
      } catch {
        // a full disk must not take down what is being logged
      }
    },
    close: () => closeSync(file),
  }
}
